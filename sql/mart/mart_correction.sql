-- Every correction and whether it still fits what was submitted. Grain: correction. For the operator.
-- stale: a row it means no longer holds what it corrects, since the source was corrected or changed; not_found: the
-- submission in force has no such row; waiting: none is in force. Take away what is stale or not found.
WITH met AS (
    SELECT
        c.correction,
        count(*) FILTER (c.fits) AS rows_corrected,
        count(*) FILTER (NOT c.fits) AS rows_changed,
        string_agg(DISTINCT c.submission_id, ', ' ORDER BY c.submission_id) AS submissions
    FROM log.correction AS c
    SEMI JOIN log.in_force AS f ON f.submission_id = c.submission_id
    GROUP BY c.correction
),
given AS (
    SELECT DISTINCT dataset, name_key(submitter) AS submitter_key, program_year FROM log.in_force
)
SELECT
    c.correction,
    c.dataset,
    c.submitter,
    CAST(c.program_year AS SMALLINT) AS program_year,
    CASE
        WHEN m.rows_changed > 0 THEN 'stale'
        WHEN m.rows_corrected > 0 THEN 'applied'
        WHEN g.dataset IS NOT NULL THEN 'not_found'
        ELSE 'waiting'
    END AS status,
    coalesce(m.rows_corrected, 0) AS rows_corrected,
    coalesce(m.submissions, '') AS submissions,
    c.cells,
    c.reason,
    c.source
FROM reference.correction AS c
LEFT JOIN met AS m USING (correction)
LEFT JOIN given AS g
    ON g.dataset = c.dataset AND g.submitter_key = name_key(c.submitter) AND g.program_year = c.program_year
ORDER BY c.correction
