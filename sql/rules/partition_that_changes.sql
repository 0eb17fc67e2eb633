-- Partitions of which other rows are to be in force than are, with the reason.
-- counting: the versions that count (within_scope). Grain: dataset, program_year, why.
SELECT DISTINCT
    coalesce(c.dataset, f.dataset) AS dataset,
    coalesce(c.program_year, f.program_year) AS program_year,
    CASE
        WHEN c.submission_id IS NULL THEN 'nothing of it counts any more'
        WHEN f.submission_id IS NULL THEN 'first accepted'
        WHEN c.submission_id <> f.submission_id THEN 'another version counts'
        ELSE 'read again'
    END AS why
FROM counting AS c
FULL JOIN log.in_force AS f USING (dataset, submitter, program_year, partition_key)
WHERE (c.submission_id, c.reading) IS DISTINCT FROM (f.submission_id, f.reading)
ORDER BY ALL
