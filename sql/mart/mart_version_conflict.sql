-- Pairs of submissions of which somebody has to say which one counts. For the operator.
-- undecided: no evidence says which is newer. contradicted: what decided is contradicted by another level of evidence.
-- resent: the same bytes came again after those that count. resent_withdrawn: they came again after their withdrawal.
-- Received together with what counts, as from a restored inbox, they say nothing. A later preference settles a pair.
-- Grain: dataset, submitter, program_year, submission_id, counting_id.
WITH files AS (
    SELECT submission_id, min_by(path, seq) AS source_file, max(arrival) AS last_arrival
    FROM log.receipt
    GROUP BY submission_id
),
resent AS (
    SELECT submission_id, seq, arrival, received_at
    FROM log.receipt
    QUALIFY
        row_number() OVER (PARTITION BY submission_id ORDER BY seq) > 1
        AND row_number() OVER (PARTITION BY submission_id ORDER BY seq DESC) = 1
        AND arrival > 0
),
preferred AS (
    SELECT submission_id, max(seen) AS seen FROM log.decided WHERE kind = 'preferred' GROUP BY submission_id
),
unclear AS (
    SELECT
        v.dataset,
        v.submitter,
        v.program_year,
        v.partition_key,
        CASE
            WHEN v.decided_by = 'undecided' THEN 'undecided'
            WHEN v.contradicted_by <> '' THEN 'contradicted'
            ELSE 'resent'
        END AS kind,
        v.submission_id,
        v.counting_id,
        v.decided_by,
        v.contradicted_by,
        CASE WHEN p.seen IS NULL OR p.seen <= s.seq THEN s.received_at END AS resent_at
    FROM version_pair AS v
    JOIN files AS c ON c.submission_id = v.counting_id
    LEFT JOIN resent AS s ON s.submission_id = v.submission_id AND s.arrival > c.last_arrival
    LEFT JOIN preferred AS p ON p.submission_id = v.counting_id
    WHERE
        v.decided_by = 'undecided' OR v.contradicted_by <> ''
        OR (s.seq IS NOT NULL AND coalesce(p.seen <= s.seq, TRUE))
),
withdrawn AS (
    SELECT
        v.dataset,
        coalesce(v.submitter, '') AS submitter,
        v.program_year,
        v.partition_key,
        w.submission_id,
        coalesce(f.submission_id, '') AS counting_id,
        s.received_at AS resent_at
    FROM log.withdrawn AS w
    JOIN resent AS s ON s.submission_id = w.submission_id AND s.seq >= w.seen
    JOIN log.version AS v ON v.submission_id = w.submission_id
    LEFT JOIN log.in_force AS f
        ON
            f.dataset = v.dataset AND f.submitter = v.submitter AND f.program_year = v.program_year
            AND (f.partition_key = v.partition_key OR f.partition_key = '' OR v.partition_key = '')
    LEFT JOIN files AS c ON c.submission_id = f.submission_id
    WHERE f.submission_id IS NULL OR s.arrival > c.last_arrival
),
found AS (
    SELECT * FROM unclear
    UNION ALL BY NAME
    SELECT *, 'resent_withdrawn' AS kind, '' AS decided_by, '' AS contradicted_by FROM withdrawn
)
SELECT
    f.dataset,
    f.submitter,
    f.program_year,
    string_agg(DISTINCT nullif(f.partition_key, ''), ', ' ORDER BY nullif(f.partition_key, '')) AS period_keys,
    max(f.kind) AS kind,
    f.submission_id,
    o.source_file,
    f.counting_id,
    coalesce(n.source_file, '') AS counting_file,
    max(f.decided_by) AS decided_by,
    max(f.contradicted_by) AS contradicted_by,
    max(f.resent_at) AS resent_at
FROM found AS f
JOIN files AS o ON o.submission_id = f.submission_id
LEFT JOIN files AS n ON n.submission_id = f.counting_id
GROUP BY f.dataset, f.submitter, f.program_year, f.submission_id, o.source_file, f.counting_id, n.source_file
