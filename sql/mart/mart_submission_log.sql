-- Every file received and what became of it. Grain: receipt_no. For the operator.
WITH parts AS (
    SELECT
        submission_id,
        string_agg(DISTINCT dataset, ', ' ORDER BY dataset) AS datasets,
        sum(read) AS rows_read,
        sum(loaded) AS rows_loaded,
        sum(quarantined) AS rows_quarantined,
        sum(left_out) AS rows_left_out
    FROM log.part
    GROUP BY submission_id
),
found AS (
    SELECT
        submission_id,
        count(*) FILTER (severity = 'error') AS error_count,
        count(*) FILTER (severity = 'warning') AS warning_count,
        string_agg(DISTINCT code, ', ' ORDER BY code) AS codes
    FROM log.finding
    GROUP BY submission_id
),
forced AS (
    SELECT
        submission_id,
        string_agg(DISTINCT CAST(program_year AS VARCHAR), ', ' ORDER BY CAST(program_year AS VARCHAR))
            AS program_years,
        count(*) FILTER (standing = 'in force') AS partitions_in_force,
        count(*) AS partitions,
        count(*) FILTER (standing = 'held') AS partitions_held,
        count(*) FILTER (standing = 'waiting') AS partitions_waiting,
        count(*) FILTER (standing = 'rejected') AS partitions_rejected,
        count(*) FILTER (standing = 'superseded') AS partitions_superseded,
        string_agg(DISTINCT nullif(superseded_by, ''), ', ' ORDER BY nullif(superseded_by, '')) AS superseded_by,
        -- Of several parts, the least certain one.
        max_by(decided_by, evidence_level(decided_by)) FILTER (standing = 'superseded') AS decided_by,
        max_by(evidence, evidence_level(decided_by)) FILTER (standing = 'superseded') AS evidence,
        bool_or(decided_by = 'undecided' OR contradicted_by <> '') FILTER (standing = 'superseded') AS is_unclear
    FROM mart_submission_version
    GROUP BY submission_id
),
receipts AS (
    SELECT *, row_number() OVER (PARTITION BY sha256 ORDER BY seq) AS nth
    FROM log.receipt
),
-- The same bytes sent again after what counts instead, and not together with it.
resent AS (
    SELECT r.seq, min(p.counting_id) AS counting_id
    FROM receipts AS r
    JOIN version_pair AS p ON p.submission_id = r.submission_id
    JOIN (
        SELECT submission_id, min(arrival) AS first_arrival, list(arrival) AS arrivals
        FROM log.receipt
        GROUP BY submission_id
    ) AS c ON c.submission_id = p.counting_id
    WHERE r.nth > 1 AND r.arrival > c.first_arrival AND NOT list_contains(c.arrivals, r.arrival)
    GROUP BY r.seq
)
SELECT
    r.seq + 1 AS receipt_no,
    r.submission_id,
    r.submitter,
    r.path AS source_file,
    r.sha256 AS file_sha256,
    r.received_at,
    r.size AS byte_count,
    s.format,
    coalesce(p.datasets, '') AS datasets,
    coalesce(f.program_years, '') AS program_years,
    CASE
        WHEN r.nth > 1 THEN 'duplicate'
        WHEN s.refused OR coalesce(p.rows_loaded, 0) = 0 THEN 'rejected'
        WHEN e.error_count > 0 THEN 'partially_accepted'
        ELSE 'accepted'
    END AS verdict,
    CASE
        WHEN r.nth > 1 THEN 'not in force'
        WHEN w.submission_id IS NOT NULL THEN 'withdrawn'
        WHEN coalesce(f.partitions, 0) = 0 THEN 'not in force'
        WHEN f.partitions_rejected > 0 THEN 'rejected'
        WHEN f.partitions_waiting > 0 THEN 'waiting'
        WHEN f.partitions_held > 0 THEN 'held'
        WHEN f.partitions_in_force = 0 THEN 'superseded'
        WHEN f.partitions_in_force < f.partitions THEN 'partly superseded'
        ELSE 'in force'
    END AS standing,
    CASE
        WHEN r.nth > 1 THEN 'duplicate'
        WHEN w.submission_id IS NOT NULL THEN 'withdrawn'
        WHEN s.submission_id IS NULL THEN 'received'
        WHEN f.partitions_rejected > 0 THEN 'rejected'
        WHEN f.partitions_waiting > 0 THEN 'waiting'
        WHEN f.partitions_superseded = f.partitions THEN 'superseded'
        WHEN s.refused OR coalesce(p.rows_loaded, 0) = 0 THEN 'rejected'
        WHEN e.error_count > 0 THEN 'partially_accepted'
        ELSE 'accepted'
    END AS state,
    CASE WHEN r.nth > 1 THEN '' ELSE coalesce(f.superseded_by, '') END AS superseded_by,
    CASE WHEN r.nth > 1 THEN '' ELSE coalesce(f.decided_by, '') END AS decided_by,
    CASE WHEN r.nth > 1 THEN '' ELSE coalesce(f.evidence, '') END AS evidence,
    r.nth = 1 AND coalesce(f.is_unclear, FALSE) AS is_unclear,
    CASE
        WHEN r.nth > 1 AND w.submission_id IS NOT NULL AND r.arrival > 0 AND r.seq >= w.seen THEN 'withdrawn'
        ELSE coalesce(a.counting_id, '')
    END AS resent_after,
    CASE WHEN r.nth > 1 THEN 0 ELSE CAST(coalesce(p.rows_read, 0) AS BIGINT) END AS rows_read,
    CASE WHEN r.nth > 1 THEN 0 ELSE CAST(coalesce(p.rows_loaded, 0) AS BIGINT) END AS rows_loaded,
    CASE WHEN r.nth > 1 THEN 0 ELSE CAST(coalesce(p.rows_quarantined, 0) AS BIGINT) END AS rows_quarantined,
    CASE WHEN r.nth > 1 THEN 0 ELSE CAST(coalesce(p.rows_left_out, 0) AS BIGINT) END AS rows_left_out,
    CASE WHEN r.nth > 1 THEN 0 ELSE coalesce(e.error_count, 0) END AS error_count,
    CASE WHEN r.nth > 1 THEN 0 ELSE coalesce(e.warning_count, 0) END AS warning_count,
    CASE
        WHEN r.nth > 1 THEN 'R_DUPLICATE_FILE'
        WHEN w.submission_id IS NOT NULL THEN concat_ws(', ', 'R_WITHDRAWN', nullif(e.codes, ''))
        WHEN f.partitions_rejected > 0 THEN concat_ws(', ', 'R_NOT_APPROVED', nullif(e.codes, ''))
        WHEN f.partitions_waiting > 0 THEN concat_ws(', ', 'R_WAITING', nullif(e.codes, ''))
        WHEN f.partitions_held > 0 THEN concat_ws(', ', 'R_SUITE_FAILED', nullif(e.codes, ''))
        WHEN f.partitions > 0 AND f.partitions_in_force = 0 AND f.is_unclear
            THEN concat_ws(', ', 'R_VERSION_UNCLEAR', nullif(e.codes, ''))
        WHEN f.partitions > 0 AND f.partitions_in_force = 0 THEN concat_ws(', ', 'R_SUPERSEDED', nullif(e.codes, ''))
        ELSE coalesce(e.codes, '')
    END AS codes
FROM receipts AS r
LEFT JOIN log.submission AS s USING (submission_id)
LEFT JOIN parts AS p USING (submission_id)
LEFT JOIN found AS e USING (submission_id)
LEFT JOIN forced AS f USING (submission_id)
LEFT JOIN log.withdrawn AS w USING (submission_id)
LEFT JOIN resent AS a ON a.seq = r.seq
ORDER BY receipt_no
