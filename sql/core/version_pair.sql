-- A version that no longer counts beside each newer one that counts instead: what decided, and which levels of evidence
-- say the contrary (the channel's time aside, which every copy changes). The operator's preference has no contrary.
-- Grain: dataset, submitter, program_year, partition_key, submission_id, counting_id.
WITH pairs AS (
    SELECT o.*, n.submission_id AS counting_id, n.position AS counting_position, n.partition_key AS counting_key
    FROM log.version_order AS o
    JOIN log.version_order AS n
        ON
            n.dataset = o.dataset AND n.submitter = o.submitter AND n.program_year = o.program_year
            AND n.play = o.play AND n.position > o.position
            AND (n.partition_key = o.partition_key OR n.partition_key = '' OR o.partition_key = '')
    SEMI JOIN log.in_force AS f
        ON
            f.dataset = n.dataset AND f.submitter = n.submitter AND f.program_year = n.program_year
            AND f.partition_key = n.partition_key AND f.submission_id = n.submission_id
    ANTI JOIN log.in_force AS i
        ON
            i.dataset = o.dataset AND i.submitter = o.submitter AND i.program_year = o.program_year
            AND i.partition_key = o.partition_key AND i.submission_id = o.submission_id
),
-- What parts two versions is the highest level that parts any between them: looking back from the one that counts, the
-- highest level of all that were passed.
places AS (
    SELECT DISTINCT
        c.counting_id,
        b.dataset,
        b.submitter,
        b.program_year,
        b.play,
        b.submission_id,
        b.position,
        b.decided_by
    FROM (SELECT DISTINCT dataset, submitter, program_year, play, counting_id, counting_position FROM pairs) AS c
    JOIN log.version_order AS b
        ON
            b.dataset = c.dataset AND b.submitter = c.submitter AND b.program_year = c.program_year
            AND b.play = c.play AND b.position <= c.counting_position
),
decided AS (
    SELECT
        * EXCLUDE (decided_by),
        min_by(decided_by, evidence_level(decided_by)) OVER (
            PARTITION BY dataset, submitter, program_year, play, counting_id
            ORDER BY position DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS decided_by
    FROM places
),
receipt AS (
    SELECT submission_id, min(received_at) AS received_at FROM log.receipt GROUP BY submission_id
)
SELECT DISTINCT
    o.dataset,
    o.submitter,
    o.program_year,
    o.partition_key,
    o.submission_id,
    o.counting_id,
    d.decided_by,
    CASE d.decided_by
        WHEN 'made_on' THEN strftime(n.made_on, '%Y-%m-%d')
        WHEN 'saved_at' THEN strftime(n.saved_at AT TIME ZONE 'Asia/Seoul', '%Y-%m-%d %H:%M')
        WHEN 'arrival' THEN strftime(r.received_at AT TIME ZONE 'Asia/Seoul', '%Y-%m-%d')
        WHEN 'channel_time' THEN strftime(n.modified_at AT TIME ZONE 'Asia/Seoul', '%Y-%m-%d %H:%M')
        ELSE ''
    END AS evidence,
    CASE
        WHEN d.decided_by = 'preference' THEN ''
        ELSE
            concat_ws(
                ', ',
                CASE WHEN o.made_on > n.made_on THEN 'made_on' END,
                CASE WHEN o.saved_at > n.saved_at THEN 'saved_at' END,
                CASE
                    WHEN
                        o.name_stem = n.name_stem AND o.partition_key = o.counting_key
                        AND (
                            o.name_day > n.name_day
                            OR (
                                o.name_day IS NOT DISTINCT FROM n.name_day AND o.name_rank <> n.name_rank
                                AND (
                                    starts_with(o.name_rank, n.name_rank)
                                    OR (
                                        left(o.name_rank, -9) = left(n.name_rank, -9)
                                        AND o.name_rank > n.name_rank
                                    )
                                )
                            )
                        )
                        THEN 'file_name'
                END,
                CASE WHEN o.arrival > n.arrival THEN 'arrival' END
            )
    END AS contradicted_by
FROM pairs AS o
JOIN decided AS d USING (dataset, submitter, program_year, play, submission_id, counting_id)
JOIN log.version_order AS n
    ON
        n.dataset = o.dataset AND n.submitter = o.submitter AND n.program_year = o.program_year AND n.play = o.play
        AND n.submission_id = o.counting_id AND n.partition_key = o.counting_key
JOIN receipt AS r ON r.submission_id = o.counting_id
