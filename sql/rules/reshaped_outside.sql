-- Dataset-years outside a scope of which rows in force lost columns to a contract that was changed.
-- scope: one row, first_year, last_year, datasets, submitters; an empty list: all of them.
-- Grain: dataset, program_year.
SELECT DISTINCT a.dataset, a.program_year
FROM log.in_force AS a
SEMI JOIN log.reshaped USING (submission_id)
CROSS JOIN scope AS s
WHERE
    NOT (
        a.program_year BETWEEN s.first_year AND s.last_year
        AND (len(s.datasets) = 0 OR list_contains(s.datasets, a.dataset))
        AND (len(s.submitters) = 0 OR list_contains(s.submitters, a.submitter))
    )
ORDER BY ALL
