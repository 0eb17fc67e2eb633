-- What a release was made from: every receipt, with what became of its rows, and what it was read with last.
-- Grain: receipt_no.
SELECT
    l.receipt_no,
    l.submission_id,
    l.file_sha256 AS sha256,
    l.source_file,
    l.submitter,
    l.datasets,
    l.program_years,
    l.verdict,
    l.standing,
    l.rows_read,
    l.rows_loaded,
    l.rows_quarantined,
    l.rows_left_out,
    s.reading
FROM mart_submission_log AS l
LEFT JOIN log.submission AS s USING (submission_id)
ORDER BY l.receipt_no
