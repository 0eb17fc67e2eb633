-- The versions that are to be in force: those that count within the scope, those in force outside of it and of what
-- is kept as it is.
-- counting: the versions that count. scope: one row, first_year, last_year, datasets, submitters; an empty list: all.
-- kept: dataset, submitter, program_year.
-- Grain: dataset, submitter, program_year, partition_key.
WITH considered AS (
    SELECT dataset, submitter, program_year, partition_key, submission_id, reading, TRUE AS is_counting
    FROM counting
    UNION ALL
    SELECT dataset, submitter, program_year, partition_key, submission_id, reading, FALSE AS is_counting
    FROM log.in_force
)
SELECT a.dataset, a.submitter, a.program_year, a.partition_key, a.submission_id, a.reading
FROM considered AS a
CROSS JOIN scope AS s
LEFT JOIN kept AS k
    ON k.dataset = a.dataset AND k.submitter = a.submitter AND k.program_year = a.program_year
WHERE
    a.is_counting = (
        a.program_year BETWEEN s.first_year AND s.last_year
        AND (len(s.datasets) = 0 OR list_contains(s.datasets, a.dataset))
        AND (len(s.submitters) = 0 OR list_contains(s.submitters, a.submitter))
        AND k.dataset IS NULL
    )
ORDER BY ALL
