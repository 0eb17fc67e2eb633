-- What each submission says for a part of a year, and whether that counts. For the operator.
-- Grain: dataset, submitter, program_year, period_key, submission_id. A submission of several datasets or terms has a
-- row for each; period_key is empty where it reports the year as a whole.
WITH files AS (
    SELECT submission_id, min_by(path, seq) AS source_file, min(received_at) AS received_at
    FROM log.receipt
    GROUP BY submission_id
),
replaced AS (
    SELECT
        v.dataset,
        v.submitter,
        v.program_year,
        v.partition_key,
        v.submission_id,
        string_agg(DISTINCT f.submission_id, ', ' ORDER BY f.submission_id) AS superseded_by
    FROM log.version AS v
    JOIN log.in_force AS f
        ON
            f.dataset = v.dataset AND f.submitter = v.submitter AND f.program_year = v.program_year
            AND (f.partition_key = v.partition_key OR f.partition_key = '' OR v.partition_key = '')
            AND f.submission_id <> v.submission_id
    GROUP BY ALL
),
-- Of several that count instead, the least certain pair.
decided AS (
    SELECT
        dataset,
        submitter,
        program_year,
        partition_key,
        submission_id,
        max_by(decided_by, evidence_level(decided_by)) AS decided_by,
        max_by(evidence, evidence_level(decided_by)) AS evidence,
        coalesce(max(nullif(contradicted_by, '')), '') AS contradicted_by
    FROM version_pair
    GROUP BY ALL
),
-- What decided that a version counts: what parts it from the next older one.
ordered AS (
    SELECT dataset, submitter, program_year, partition_key, submission_id, decided_by FROM log.version_order
)
SELECT
    v.dataset,
    v.submitter,
    v.program_year,
    v.partition_key AS period_key,
    v.submission_id,
    r.source_file,
    r.received_at,
    s.made_on,
    v.row_count,
    CASE
        WHEN w.submission_id IS NOT NULL THEN 'withdrawn'
        WHEN d.submission_id IS NOT NULL THEN 'rejected'
        WHEN f.submission_id IS NOT NULL THEN 'in force'
        WHEN g.submission_id IS NOT NULL THEN 'waiting'
        WHEN h.submission_id IS NOT NULL THEN 'held'
        ELSE 'superseded'
    END AS standing,
    CASE
        WHEN
            coalesce(w.submission_id, d.submission_id, f.submission_id, g.submission_id) IS NULL
            THEN coalesce(p.superseded_by, '')
        ELSE ''
    END
        AS superseded_by,
    CASE WHEN f.submission_id IS NULL THEN coalesce(e.decided_by, '') ELSE coalesce(o.decided_by, '') END AS decided_by,
    coalesce(e.evidence, '') AS evidence,
    coalesce(e.contradicted_by, '') AS contradicted_by
FROM log.version AS v
JOIN files AS r USING (submission_id)
JOIN (SELECT submission_id, made_on FROM log.submission) AS s USING (submission_id)
LEFT JOIN log.withdrawn AS w USING (submission_id)
LEFT JOIN log.in_force AS f USING (dataset, submitter, program_year, partition_key, submission_id)
LEFT JOIN (SELECT DISTINCT submission_id FROM log.decided WHERE kind = 'rejected') AS d USING (submission_id)
LEFT JOIN (SELECT DISTINCT dataset, submitter, program_year, partition_key, submission_id FROM log.waiting) AS g
    USING (dataset, submitter, program_year, partition_key, submission_id)
LEFT JOIN log.held AS h USING (dataset, submitter, program_year, partition_key, submission_id)
LEFT JOIN replaced AS p USING (dataset, submitter, program_year, partition_key, submission_id)
LEFT JOIN decided AS e USING (dataset, submitter, program_year, partition_key, submission_id)
LEFT JOIN ordered AS o USING (dataset, submitter, program_year, partition_key, submission_id)
