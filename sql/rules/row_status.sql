-- The status of rows: p where a year of a dataset that they rest on isn't closed (or nothing is known of it), r where
-- all are closed and what counts in one of them is other than at its closing, else final.
-- rests_on: key (values of the columns of a grain on which the status depends), with every dataset and program year
-- that rows of that key rest on. Grain: key.
SELECT
    r.key,
    CASE
        WHEN bool_or(y.state IS DISTINCT FROM 'closed') THEN 'p'
        WHEN bool_or(y.is_revised) THEN 'r'
        ELSE 'final'
    END AS status
FROM rests_on AS r
LEFT JOIN log.year_state AS y ON y.dataset = r.dataset AND y.program_year = r.program_year
GROUP BY r.key
ORDER BY r.key
