-- What each institution owes for each period and whether it came. For the operator.
-- Grain: dataset, submitter, program_year, period_no. Expected of an institution is what it reported in that year or
-- the year before. late: the first file that was accepted for the period came after its due day; missing: none came by
-- then; due: the day hasn't passed yet. period_no is 0 for a whole year; what goes by events is due on no day.
WITH counted AS (
    SELECT * FROM mart_submission_version WHERE standing <> 'withdrawn'
),
reporting AS (
    SELECT DISTINCT dataset, submitter, program_year FROM counted
),
expected AS (
    SELECT r.dataset, r.submitter, d.program_year, d.period_no, d.period_ends_on, d.due_on, d.is_due
    FROM (
        FROM reporting UNION SELECT dataset, submitter, program_year + 1 AS program_year FROM reporting
    ) AS r
    JOIN reference.due_period AS d ON d.dataset = r.dataset AND d.program_year = r.program_year
    WHERE d.due_on IS NOT NULL OR EXISTS (
        SELECT 1 FROM reporting AS o
        WHERE o.dataset = r.dataset AND o.submitter = r.submitter AND o.program_year = r.program_year
    )
),
came AS (
    SELECT
        e.dataset,
        e.submitter,
        e.program_year,
        e.period_no,
        min(v.received_at) AS first_received_at,
        count(DISTINCT v.submission_id) AS submission_count,
        max(v.submission_id) FILTER (v.standing = 'in force') AS submission_id
    FROM expected AS e
    JOIN counted AS v
        ON
            v.dataset = e.dataset AND v.submitter = e.submitter AND v.program_year = e.program_year
            AND (e.period_no = 0 OR v.period_key IN ('', CAST(e.period_no AS VARCHAR)))
    GROUP BY ALL
),
refused AS (
    SELECT l.submitter, l.received_at, s.datasets
    FROM mart_submission_log AS l
    JOIN log.submission AS s USING (submission_id)
    WHERE l.verdict = 'rejected'
),
turned_back AS (
    SELECT e.dataset, e.submitter, e.program_year, e.period_no, count(*) AS rejected_count
    FROM expected AS e
    JOIN refused AS r
        ON
            r.submitter = e.submitter AND (len(r.datasets) = 0 OR list_contains(r.datasets, e.dataset))
            AND CAST(r.received_at AT TIME ZONE 'Asia/Seoul' AS DATE) > e.period_ends_on
    GROUP BY ALL
),
verdicts AS (
    SELECT submission_id, verdict, source_file FROM mart_submission_log WHERE verdict <> 'duplicate'
),
judged AS (
    SELECT
        e.*,
        c.first_received_at,
        c.submission_id,
        v.source_file,
        c.submission_count,
        t.rejected_count,
        v.verdict,
        CAST(c.first_received_at AT TIME ZONE 'Asia/Seoul' AS DATE) AS received_on
    FROM expected AS e
    LEFT JOIN came AS c USING (dataset, submitter, program_year, period_no)
    LEFT JOIN turned_back AS t USING (dataset, submitter, program_year, period_no)
    LEFT JOIN verdicts AS v ON v.submission_id = c.submission_id
)
SELECT
    j.dataset,
    d.title_ko,
    j.submitter,
    j.program_year,
    j.period_no,
    j.due_on,
    CASE
        WHEN j.received_on > j.due_on THEN 'late'
        WHEN j.received_on IS NOT NULL THEN 'received'
        WHEN j.is_due THEN 'missing'
        ELSE 'due'
    END AS status,
    CASE
        WHEN j.verdict IS NOT NULL THEN j.verdict
        WHEN j.received_on IS NOT NULL THEN 'held'
        WHEN j.rejected_count > 0 THEN 'rejected'
        ELSE ''
    END AS verdict,
    j.first_received_at,
    CASE WHEN j.received_on > j.due_on THEN CAST(j.received_on - j.due_on AS BIGINT) ELSE 0 END AS days_late,
    coalesce(j.submission_id, '') AS submission_id,
    coalesce(j.source_file, '') AS source_file,
    coalesce(j.submission_count, 0) AS submission_count,
    CASE WHEN j.received_on IS NULL THEN coalesce(j.rejected_count, 0) ELSE 0 END AS rejected_count
FROM judged AS j
JOIN reference.contract AS d USING (dataset)
ORDER BY ALL
