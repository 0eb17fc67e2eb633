-- The versions in play from oldest to newest, and what decided each place. In play together are the versions of one
-- part of a year of one submitter's dataset; where one of them reports the year as a whole (no key), all of that year,
-- since they exclude each other. Withdrawn and rejected ones are out of play, and those that are to be set aside
-- (set_aside: dataset, submitter, program_year, partition_key, submission_id, reading).
-- The order of evidence: a preference of the operator (over what had been received by then), made_on (the day in the
-- file), saved_at (the workbook's own time), the names (a day, then revision words, of names that are otherwise equal),
-- arrival in an earlier or later run, the channel's time where it differs by more than a minute. A level decides among
-- versions only where all of them have it, and the next one among those that it leaves equal: each level parts the
-- groups of the level before, so that no evidence with gaps runs in circles. Receipts of before arrivals were counted
-- (arrival 0) stay in the order of then among themselves.
-- decided_by: the level that parts a version from the one before it; empty where there is none, 'undecided' where no
-- level does. Its evidence stands beside it; NULL where it has none, or is alone in its play.
-- Grain: dataset, submitter, program_year, play, submission_id, partition_key.
WITH playing AS (
    SELECT
        v.*,
        CASE
            WHEN bool_or(v.partition_key = '') OVER (PARTITION BY v.dataset, v.submitter, v.program_year) THEN ''
            ELSE v.partition_key
        END AS play
    FROM log.version AS v
    SEMI JOIN log.submission AS s ON s.submission_id = v.submission_id AND s.reading = v.reading
    ANTI JOIN log.withdrawn AS w ON w.submission_id = v.submission_id
    ANTI JOIN (SELECT submission_id FROM log.decided WHERE kind = 'rejected') AS d ON d.submission_id = v.submission_id
    ANTI JOIN set_aside USING (dataset, submitter, program_year, partition_key, submission_id, reading)
),
-- Only where there are several versions is there anything to order.
contested AS (
    SELECT
        dataset,
        submitter,
        program_year,
        play,
        submission_id,
        string_agg(partition_key, '|' ORDER BY partition_key) AS part_keys
    FROM playing
    GROUP BY dataset, submitter, program_year, play, submission_id
    QUALIFY count(*) OVER (PARTITION BY dataset, submitter, program_year, play) > 1
),
-- The receipt that counts is the first one: what is copied, renamed or sent again is as old as it was.
receipt AS (
    SELECT
        *,
        min(modified_at) FILTER (arrival = 0) OVER (PARTITION BY submission_id) AS modified_before
    FROM log.receipt
    SEMI JOIN contested USING (submission_id)
    QUALIFY row_number() OVER (PARTITION BY submission_id ORDER BY seq) = 1
),
-- A time to the second that files for other parts of the year, other years or forms share was written by a program.
written AS (
    SELECT
        v.submitter,
        s.submission_id,
        date_trunc('second', s.saved_at) AS saved_at,
        list_sort(list(DISTINCT concat_ws(' ', v.dataset, v.program_year, v.partition_key))) AS parts
    FROM log.submission AS s
    JOIN log.version AS v ON v.submission_id = s.submission_id AND v.reading = s.reading
    WHERE s.saved_at IS NOT NULL AND v.submitter IN (SELECT submitter FROM contested)
    GROUP BY v.submitter, s.submission_id, s.saved_at
),
constant_time AS (
    SELECT submitter, saved_at
    FROM written
    GROUP BY submitter, saved_at
    HAVING count(DISTINCT parts) > 1
),
-- Of several preferences in a play, the last one holds.
preference AS (
    SELECT c.dataset, c.submitter, c.program_year, c.play, p.submission_id, p.seen
    FROM contested AS c
    JOIN log.decided AS p ON p.submission_id = c.submission_id AND p.kind = 'preferred'
    QUALIFY
        row_number() OVER (PARTITION BY c.dataset, c.submitter, c.program_year, c.play ORDER BY p.decision_no DESC) = 1
),
evidence AS (
    SELECT
        c.*,
        dense_rank() OVER (ORDER BY c.dataset, c.submitter, c.program_year, c.play) AS play_no,
        coalesce(p.submission_id = c.submission_id, FALSE) AS is_preferred,
        -- What came after the decision competes with what it preferred; what was there is older than both.
        coalesce(p.submission_id = c.submission_id OR r.seq >= p.seen, TRUE) AS by_preference,
        -- Nor made on a day that was still to come when it was seen; one day is left to clocks that differ.
        CASE
            WHEN r.arrival = 0 OR s.made_on <= CAST(r.received_at AT TIME ZONE 'Asia/Seoul' AS DATE) + 1 THEN s.made_on
        END AS made_on,
        -- A file can't have been saved after it was seen: the clock of that computer is wrong.
        CASE WHEN k.saved_at IS NULL AND s.saved_at <= r.received_at THEN s.saved_at END AS saved_at,
        r.name_stem,
        CASE
            WHEN r.arrival = 0 OR r.name_day <= CAST(r.received_at AT TIME ZONE 'Asia/Seoul' AS DATE) + 1
                THEN r.name_day
        END AS name_day,
        r.name_rank,
        r.arrival,
        r.modified_at,
        r.modified_before,
        bool_and(r.arrival = 0) OVER (PARTITION BY c.dataset, c.submitter, c.program_year, c.play) AS is_of_before
    FROM contested AS c
    JOIN log.submission AS s ON s.submission_id = c.submission_id
    JOIN receipt AS r ON r.submission_id = c.submission_id
    LEFT JOIN constant_time AS k ON k.submitter = c.submitter AND k.saved_at = date_trunc('second', s.saved_at)
    LEFT JOIN preference AS p
        ON
            p.dataset = c.dataset AND p.submitter = c.submitter AND p.program_year = c.program_year
            AND p.play = c.play
),
by_day AS (
    SELECT *, CASE WHEN count(made_on) OVER equals = count(*) OVER equals THEN made_on END AS by_made_on
    FROM evidence
    WINDOW equals AS (PARTITION BY play_no, by_preference)
),
by_saving AS (
    SELECT *, CASE WHEN count(saved_at) OVER equals = count(*) OVER equals THEN saved_at END AS by_saved_at
    FROM by_day
    WINDOW equals AS (PARTITION BY play_no, by_preference, by_made_on)
),
-- Names tell only of files for the same part of the year, and where they are otherwise equal.
by_name AS (
    SELECT
        *,
        min(name_stem) OVER equals = max(name_stem) OVER equals
        AND min(part_keys) OVER equals = max(part_keys) OVER equals AS has_one_name,
        CASE WHEN has_one_name AND count(name_day) OVER equals = count(*) OVER equals THEN name_day END AS by_name_day
    FROM by_saving
    WINDOW equals AS (PARTITION BY play_no, by_preference, by_made_on, by_saved_at)
),
-- Words are comparable where each goes on from the one before: with another word, or with a higher number of the same
-- (최종 → 최종2 → 최종2_수정). A word and its number take nine characters at the end: '00000002/'.
by_step AS (
    SELECT
        *,
        coalesce(
            starts_with(name_rank, lag(name_rank) OVER steps)
            OR left(name_rank, -9) = left(lag(name_rank) OVER steps, -9),
            TRUE
        ) AS goes_on
    FROM by_name
    WINDOW
        steps AS (
            PARTITION BY play_no, by_preference, by_made_on, by_saved_at, by_name_day
            ORDER BY length(name_rank), name_rank
        )
),
by_word AS (
    SELECT
        *,
        CASE
            WHEN has_one_name AND bool_and(goes_on) OVER equals
                THEN dense_rank() OVER (equals ORDER BY length(name_rank), name_rank)
        END AS by_name_rank
    FROM by_step
    WINDOW equals AS (PARTITION BY play_no, by_preference, by_made_on, by_saved_at, by_name_day)
),
-- Times that follow each other within a minute are one time: a copy of many files takes about so long.
by_gap AS (
    SELECT
        *,
        CASE
            WHEN count(modified_at) OVER equals = count(*) OVER equals
                THEN modified_at > lag(modified_at) OVER (equals ORDER BY modified_at) + INTERVAL 1 MINUTE
        END AS is_later
    FROM by_word
    WINDOW
        equals AS (
            PARTITION BY play_no, by_preference, by_made_on, by_saved_at, by_name_day, by_name_rank, arrival
        )
),
by_channel AS (
    SELECT *, count(*) FILTER (is_later) OVER (equals ORDER BY modified_at) AS by_channel_time
    FROM by_gap
    WINDOW
        equals AS (
            PARTITION BY play_no, by_preference, by_made_on, by_saved_at, by_name_day, by_name_rank, arrival
        )
),
ordered AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY play_no
            ORDER BY
                by_preference,
                CASE WHEN is_of_before THEN coalesce(made_on, CAST(modified_before AT TIME ZONE 'UTC' AS DATE)) END,
                CASE WHEN is_of_before THEN modified_before END,
                by_made_on,
                by_saved_at,
                by_name_day,
                by_name_rank,
                arrival,
                by_channel_time,
                modified_before,
                submission_id DESC
        ) AS position
    FROM by_channel
),
decided AS (
    SELECT
        *,
        -- In the order of before, what a level says may be the contrary: then it did not decide.
        CASE
            WHEN is_preferred THEN 'preference'
            WHEN position = 1 THEN ''
            WHEN by_preference <> lag(by_preference) OVER older THEN 'arrival'
            WHEN by_made_on <> lag(by_made_on) OVER older
                THEN CASE WHEN by_made_on > lag(by_made_on) OVER older THEN 'made_on' ELSE 'undecided' END
            WHEN by_saved_at <> lag(by_saved_at) OVER older
                THEN CASE WHEN by_saved_at > lag(by_saved_at) OVER older THEN 'saved_at' ELSE 'undecided' END
            WHEN by_name_day <> lag(by_name_day) OVER older
                THEN CASE WHEN by_name_day > lag(by_name_day) OVER older THEN 'file_name' ELSE 'undecided' END
            WHEN by_name_rank <> lag(by_name_rank) OVER older
                THEN CASE WHEN by_name_rank > lag(by_name_rank) OVER older THEN 'file_name' ELSE 'undecided' END
            WHEN arrival <> lag(arrival) OVER older THEN 'arrival'
            WHEN by_channel_time > lag(by_channel_time) OVER older THEN 'channel_time'
            ELSE 'undecided'
        END AS decided_by
    FROM ordered
    WINDOW older AS (PARTITION BY play_no ORDER BY position)
)
SELECT
    p.dataset,
    p.submitter,
    p.program_year,
    p.partition_key,
    p.submission_id,
    p.reading,
    p.row_count,
    p.play,
    CAST(coalesce(d.position, 1) AS INTEGER) AS position,
    coalesce(d.decided_by, '') AS decided_by,
    d.made_on,
    d.saved_at,
    d.name_stem,
    d.name_day,
    d.name_rank,
    d.arrival,
    d.modified_at
FROM playing AS p
LEFT JOIN decided AS d USING (dataset, submitter, program_year, play, submission_id)
ORDER BY p.dataset, p.submitter, p.program_year, p.play, position, p.partition_key
