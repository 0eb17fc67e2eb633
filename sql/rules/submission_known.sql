-- Every submission that was read, with the years that it tells of, loaded or only quarantined. Grain: submission_id.
WITH stated AS (
    SELECT submission_id, list(DISTINCT program_year ORDER BY program_year) AS years
    FROM (
        SELECT submission_id, program_year FROM log.version
        UNION
        SELECT submission_id, program_year FROM log.part_year
    )
    GROUP BY submission_id
),
counted AS (
    SELECT submission_id, CAST(sum(read) AS BIGINT) AS rows FROM log.part GROUP BY submission_id
)
SELECT
    s.submission_id,
    s.datasets,
    s.submitter,
    len(s.unread_sheets) > 0 AS whole,
    coalesce(t.years, []) AS years,
    coalesce(p.rows, 0) AS rows,
    a.submission_id IS NOT NULL AS asked
FROM log.submission AS s
LEFT JOIN stated AS t USING (submission_id)
LEFT JOIN counted AS p USING (submission_id)
LEFT JOIN log.asked AS a USING (submission_id)
ORDER BY s.submission_id
