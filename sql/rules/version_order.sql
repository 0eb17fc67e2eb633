-- The versions in play from oldest to newest, and what decided each place. In play together are the versions of one
-- part of a year of one submitter's dataset; where one of them reports the year as a whole (no key), all of that year,
-- since they exclude each other. Withdrawn and rejected ones are out of play.
-- Grain: dataset, submitter, program_year, play, submission_id, partition_key.
WITH considered AS (
    SELECT
        v.*,
        s.made_on,
        r.modified_at,
        bool_or(v.partition_key = '') OVER (PARTITION BY v.dataset, v.submitter, v.program_year) AS is_whole_year
    FROM log.version AS v
    JOIN log.submission AS s ON s.submission_id = v.submission_id AND s.reading = v.reading
    JOIN (SELECT submission_id, min(modified_at) AS modified_at FROM log.receipt GROUP BY submission_id) AS r
        ON r.submission_id = v.submission_id
    ANTI JOIN log.withdrawn AS w ON w.submission_id = v.submission_id
    ANTI JOIN (SELECT submission_id FROM log.decided WHERE kind = 'rejected') AS d ON d.submission_id = v.submission_id
),
playing AS (
    SELECT *, CASE WHEN is_whole_year THEN '' ELSE partition_key END AS play
    FROM considered
)
SELECT
    dataset,
    submitter,
    program_year,
    partition_key,
    submission_id,
    reading,
    row_count,
    play,
    CAST(dense_rank() OVER (
        PARTITION BY dataset, submitter, program_year, play
        ORDER BY
            coalesce(made_on, CAST(modified_at AT TIME ZONE 'UTC' AS DATE)),
            modified_at,
            submission_id DESC
    ) AS INTEGER) AS position,
    CASE WHEN made_on IS NOT NULL THEN 'made_on' ELSE 'channel_time' END AS decided_by
FROM playing
ORDER BY dataset, submitter, program_year, play, position, partition_key
