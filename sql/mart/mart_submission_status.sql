-- What each institution owes for each period, and whether it came. For the operator.
-- Grain: dataset, submitter, program_year, period_no (0 for a whole year). Expected of an institution is what it
-- reported the year before, and from its first report on what is left of that year; in the first year of a dataset, all
-- periods. What lies behind the end of its registration is not expected. What came all the same stands here as not
-- owed.
-- late: it was first seen after its due day; missing: none came by then; due: the day hasn't passed yet. Whether what
-- came was in time is known by when we first saw it, never by the time of a file: of what the first run found behind
-- its due day, and of receipts from before arrivals were counted, nothing is known (received). What goes by events is
-- due on no day.
WITH counted AS (
    SELECT * FROM mart_submission_version WHERE standing NOT IN ('withdrawn', 'rejected')
),
seen AS (
    SELECT submission_id, min(struct_pack(arrival := arrival, received_at := received_at)) AS first_receipt
    FROM log.receipt
    GROUP BY submission_id
),
watch AS (
    SELECT
        min(arrival) AS first_arrival,
        CAST(arg_min(received_at, seq) FILTER (arrival > 0) AT TIME ZONE 'Asia/Seoul' AS DATE) AS began_on
    FROM log.receipt
),
reporting AS (
    -- A report of the whole year leaves nothing of it to be owed.
    SELECT dataset, submitter, program_year, min(coalesce(TRY_CAST(period_key AS SMALLINT), 12)) AS first_period
    FROM counted
    GROUP BY ALL
),
begun AS (
    SELECT dataset, min(program_year) AS first_year
    FROM reporting
    GROUP BY dataset
),
registered AS (
    SELECT k.name_key, i.valid_to
    FROM institution_key AS k
    JOIN dim_institution AS i USING (institution_code)
),
periods AS (
    SELECT
        *,
        lag(period_ends_on) OVER (PARTITION BY dataset ORDER BY program_year, period_no) AS previous_ends_on
    FROM reference.due_period
),
expected AS (
    SELECT
        r.dataset,
        r.submitter,
        p.program_year,
        p.period_no,
        p.period_ends_on,
        p.due_on,
        p.is_due,
        p.due_on IS NOT NULL
        AND (b.submitter IS NOT NULL OR p.program_year = f.first_year OR p.period_no > o.first_period)
        AND coalesce(i.valid_to > p.previous_ends_on, TRUE) AS is_owed
    FROM (
        SELECT dataset, submitter, program_year FROM reporting
        UNION
        SELECT dataset, submitter, program_year + 1 AS program_year FROM reporting
    ) AS r
    JOIN periods AS p ON p.dataset = r.dataset AND p.program_year = r.program_year
    JOIN begun AS f ON f.dataset = r.dataset
    LEFT JOIN reporting AS o
        ON o.dataset = r.dataset AND o.submitter = r.submitter AND o.program_year = r.program_year
    LEFT JOIN reporting AS b
        ON b.dataset = r.dataset AND b.submitter = r.submitter AND b.program_year = r.program_year - 1
    LEFT JOIN registered AS i ON i.name_key = name_key(r.submitter)
),
came AS (
    SELECT
        e.dataset,
        e.submitter,
        e.program_year,
        e.period_no,
        min(s.first_receipt) AS first_receipt,
        count(DISTINCT v.submission_id) AS submission_count,
        max(v.submission_id) FILTER (v.standing = 'in force') AS submission_id,
        count(*) FILTER (v.standing = 'waiting') > 0 AS is_waiting
    FROM expected AS e
    JOIN counted AS v
        ON
            v.dataset = e.dataset AND v.submitter = e.submitter AND v.program_year = e.program_year
            AND (e.period_no = 0 OR v.period_key IN ('', CAST(e.period_no AS VARCHAR)))
    JOIN seen AS s ON s.submission_id = v.submission_id
    GROUP BY ALL
),
refused AS (
    SELECT l.submitter, l.received_at, s.datasets
    FROM mart_submission_log AS l
    JOIN log.submission AS s USING (submission_id)
    WHERE l.verdict = 'rejected'
),
turned_back AS (
    SELECT e.dataset, e.submitter, e.program_year, e.period_no
    FROM expected AS e
    JOIN refused AS r
        ON
            r.submitter = e.submitter AND (len(r.datasets) = 0 OR list_contains(r.datasets, e.dataset))
            AND CAST(r.received_at AT TIME ZONE 'Asia/Seoul' AS DATE) > e.period_ends_on
    UNION ALL
    SELECT e.dataset, e.submitter, e.program_year, e.period_no
    FROM expected AS e
    JOIN mart_submission_version AS v
        ON
            v.dataset = e.dataset AND v.submitter = e.submitter AND v.program_year = e.program_year
            AND (e.period_no = 0 OR v.period_key IN ('', CAST(e.period_no AS VARCHAR)))
    WHERE v.standing = 'rejected'
),
rejections AS (
    SELECT dataset, submitter, program_year, period_no, count(*) AS rejected_count
    FROM turned_back
    GROUP BY ALL
),
verdicts AS (
    SELECT submission_id, verdict, source_file FROM mart_submission_log WHERE verdict <> 'duplicate'
),
judged AS (
    SELECT
        e.*,
        c.first_receipt.received_at AS first_received_at,
        c.first_receipt.arrival,
        c.submission_id,
        v.source_file,
        c.submission_count,
        c.is_waiting,
        t.rejected_count,
        v.verdict,
        CAST(c.first_receipt.received_at AT TIME ZONE 'Asia/Seoul' AS DATE) AS received_on
    FROM expected AS e
    LEFT JOIN came AS c USING (dataset, submitter, program_year, period_no)
    LEFT JOIN rejections AS t USING (dataset, submitter, program_year, period_no)
    LEFT JOIN verdicts AS v ON v.submission_id = c.submission_id
),
timed AS (
    SELECT
        j.*,
        CASE
            WHEN j.due_on IS NULL OR j.arrival = 0 THEN NULL
            WHEN j.received_on <= j.due_on THEN TRUE
            WHEN j.received_on IS NOT NULL AND j.arrival > w.first_arrival THEN FALSE
            WHEN j.received_on IS NULL AND j.is_due AND j.due_on >= w.began_on THEN FALSE
        END AS is_on_time
    FROM judged AS j
    CROSS JOIN watch AS w
    WHERE j.is_owed OR j.received_on IS NOT NULL
)
SELECT
    j.dataset,
    d.title_ko,
    j.submitter,
    j.program_year,
    j.period_no,
    j.due_on,
    j.is_owed,
    CASE
        WHEN j.received_on IS NOT NULL AND NOT j.is_on_time THEN 'late'
        WHEN j.received_on IS NOT NULL THEN 'received'
        WHEN j.is_due THEN 'missing'
        ELSE 'due'
    END AS status,
    j.is_on_time,
    CASE
        WHEN j.verdict IS NOT NULL THEN j.verdict
        WHEN j.is_waiting THEN 'waiting'
        WHEN j.received_on IS NOT NULL THEN 'held'
        WHEN j.rejected_count > 0 THEN 'rejected'
        ELSE ''
    END AS verdict,
    j.submission_id IS NOT NULL AS is_accepted,
    j.first_received_at,
    CASE WHEN j.received_on IS NOT NULL AND NOT j.is_on_time THEN CAST(j.received_on - j.due_on AS BIGINT) ELSE 0 END
        AS days_late,
    coalesce(j.submission_id, '') AS submission_id,
    coalesce(j.source_file, '') AS source_file,
    coalesce(j.submission_count, 0) AS submission_count,
    CASE WHEN j.received_on IS NULL THEN coalesce(j.rejected_count, 0) ELSE 0 END AS rejected_count
FROM timed AS j
JOIN reference.contract AS d USING (dataset)
ORDER BY ALL
