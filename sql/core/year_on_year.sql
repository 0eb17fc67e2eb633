-- Totals of a submitter that are more than three times those of the year before, or less than a third.
-- Compared once as many of the year's parts (terms, halves, months) are in as in the year before.
-- Grain: dataset, submitter, program_year, measure.
WITH reported AS (
    SELECT
        dataset,
        submitter,
        program_year,
        count(DISTINCT partition_key) AS partition_count,
        max(submission_id) AS submission_id
    FROM log.in_force
    GROUP BY ALL
),
totals AS (
    SELECT t.*, r.partition_count, r.submission_id
    FROM accepted.measure_year AS t
    JOIN reported AS r USING (dataset, submitter, program_year)
)
SELECT
    t.dataset,
    t.submitter,
    t.program_year,
    t.measure,
    f.header,
    t.submission_id,
    CAST(t.value AS BIGINT) AS value,
    CAST(p.value AS BIGINT) AS previous_value
FROM totals AS t
JOIN totals AS p
    ON p.dataset = t.dataset
    AND p.submitter = t.submitter
    AND p.measure = t.measure
    AND p.program_year = t.program_year - 1
    AND t.partition_count >= p.partition_count
JOIN reference.contract_field AS f ON f.dataset = t.dataset AND f.field = t.measure
WHERE p.value > 0 AND greatest(t.value, p.value) >= 30 AND (t.value > 3 * p.value OR 3 * t.value < p.value)
ORDER BY ALL
