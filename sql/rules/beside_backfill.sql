-- What a backfill that is still at work keeps as it is: the years of submitters within its scope, but for those of
-- which something came or was decided since it began.
-- scope: one row, first_year, last_year, datasets, submitters; an empty list: all. begun: one row, receipts (how many
-- there were when it began), began_at. Grain: dataset, submitter, program_year.
WITH touched AS (
    SELECT r.submission_id FROM log.receipt AS r CROSS JOIN begun AS b WHERE r.seq >= b.receipts
    UNION
    SELECT d.submission_id FROM log.decided AS d CROSS JOIN begun AS b WHERE d.decided_at >= b.began_at
    UNION
    SELECT w.submission_id FROM log.withdrawn AS w CROSS JOIN begun AS b WHERE w.decided_at >= b.began_at
),
told AS (
    SELECT dataset, submitter, program_year, submission_id FROM log.version
    UNION
    SELECT dataset, submitter, program_year, submission_id FROM log.in_force
)
SELECT t.dataset, t.submitter, t.program_year
FROM told AS t
CROSS JOIN scope AS s
LEFT JOIN touched AS n ON n.submission_id = t.submission_id
WHERE
    t.program_year BETWEEN s.first_year AND s.last_year
    AND (len(s.datasets) = 0 OR list_contains(s.datasets, t.dataset))
    AND (len(s.submitters) = 0 OR list_contains(s.submitters, t.submitter))
GROUP BY ALL
HAVING count(n.submission_id) = 0
ORDER BY ALL
