-- Which version of each partition counts: the newest by the date in the file, else the day of receipt; then by receipt;
-- then by content, so that no order of processing can decide. A report of the whole year (no key) and reports of its
-- parts exclude each other, or their rows would count twice: the newer side wins. What is outside the scope stays as it
-- is in force. Grain: dataset, submitter, program_year, partition_key.
-- scope: one row, first_year, last_year, datasets, submitters; an empty list: all of them.
WITH aged AS (
    SELECT
        v.*,
        row_number() OVER (
            PARTITION BY v.dataset, v.submitter, v.program_year
            ORDER BY
                coalesce(s.made_on, CAST(r.received_at AT TIME ZONE 'UTC' AS DATE)) DESC,
                r.received_at DESC,
                v.submission_id
        ) AS age
    FROM log.version AS v
    JOIN log.submission AS s ON s.submission_id = v.submission_id AND s.reading = v.reading
    JOIN (SELECT submission_id, min(received_at) AS received_at FROM log.receipt GROUP BY submission_id) AS r
        ON r.submission_id = v.submission_id
    ANTI JOIN log.withdrawn AS w ON w.submission_id = v.submission_id
),
newest AS (
    SELECT * FROM aged
    QUALIFY row_number() OVER (PARTITION BY dataset, submitter, program_year, partition_key ORDER BY age) = 1
),
winner AS (
    SELECT dataset, submitter, program_year, partition_key, submission_id, reading
    FROM newest AS w
    WHERE NOT EXISTS (
        SELECT 1 FROM newest AS o
        WHERE
            o.dataset = w.dataset AND o.submitter = w.submitter AND o.program_year = w.program_year
            AND (o.partition_key = '') <> (w.partition_key = '')
            AND o.age < w.age AND o.submission_id <> w.submission_id
    )
),
considered AS (
    SELECT *, TRUE AS is_winner FROM winner
    UNION ALL
    SELECT dataset, submitter, program_year, partition_key, submission_id, reading, FALSE AS is_winner
    FROM log.in_force
)
SELECT a.dataset, a.submitter, a.program_year, a.partition_key, a.submission_id, a.reading
FROM considered AS a
CROSS JOIN scope AS s
WHERE
    a.is_winner = (
        a.program_year BETWEEN s.first_year AND s.last_year
        AND (len(s.datasets) = 0 OR list_contains(s.datasets, a.dataset))
        AND (len(s.submitters) = 0 OR list_contains(s.submitters, a.submitter))
    )
ORDER BY ALL
