-- What waits for approval, why, and what it would change. For the operator.
-- Grain: dataset, submitter, program_year, period_key, submission_id, cause, measure. The values are those of all that
-- would be replaced and of all that would count instead. closed_on and closed_because: of a year that is closed.
WITH files AS (
    SELECT submission_id, min_by(path, seq) AS source_file, min(received_at) AS received_at
    FROM log.receipt
    GROUP BY submission_id
),
closed AS (
    SELECT dataset, program_year, max_by(decided_at, closing_no) AS decided_at, max_by(reason, closing_no) AS reason
    FROM log.closing
    WHERE kind = 'closed'
    GROUP BY ALL
)
SELECT
    w.dataset,
    w.submitter,
    w.program_year,
    w.partition_key AS period_key,
    w.submission_id,
    w.cause,
    w.measure,
    r.source_file,
    r.received_at AS waiting_since,
    coalesce(f.header, '행 수') AS measure_name,
    CAST(w.value_before AS BIGINT) AS value_before,
    CAST(w.value_after AS BIGINT) AS value_after,
    CASE WHEN w.cause = 'closed_year' THEN CAST(c.decided_at AT TIME ZONE 'Asia/Seoul' AS DATE) END AS closed_on,
    CASE WHEN w.cause = 'closed_year' THEN coalesce(c.reason, '') ELSE '' END AS closed_because
FROM log.waiting AS w
JOIN files AS r USING (submission_id)
LEFT JOIN reference.contract_field AS f ON f.dataset = w.dataset AND f.field = w.measure
LEFT JOIN closed AS c ON c.dataset = w.dataset AND c.program_year = w.program_year
