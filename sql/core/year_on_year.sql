-- Totals of a submitter that are more than three times those of the year before, or less than a third.
-- Compared once the year is over and its reports are due: by the newest receipt, 15 January of the next.
-- Grain: dataset, submitter, program_year, measure.
WITH newest AS (
    SELECT CAST(max(received_at) AT TIME ZONE 'UTC' AS DATE) AS received_on
    FROM log.receipt
),
reported AS (
    SELECT dataset, submitter, program_year, max(submission_id) AS submission_id
    FROM log.in_force
    GROUP BY ALL
)
SELECT
    t.dataset,
    t.submitter,
    t.program_year,
    t.measure,
    f.header,
    r.submission_id,
    CAST(t.value AS BIGINT) AS value,
    CAST(p.value AS BIGINT) AS previous_value
FROM accepted.measure_year AS t
JOIN newest AS n ON n.received_on >= make_date(t.program_year + 1, 1, 15)
JOIN reported AS r USING (dataset, submitter, program_year)
JOIN accepted.measure_year AS p
    ON
        p.dataset = t.dataset
        AND p.submitter = t.submitter
        AND p.measure = t.measure
        AND p.program_year = t.program_year - 1
JOIN reference.contract_field AS f ON f.dataset = t.dataset AND f.field = t.measure
WHERE p.value > 0 AND greatest(t.value, p.value) >= 30 AND (t.value > 3 * p.value OR 3 * t.value < p.value)
ORDER BY ALL
