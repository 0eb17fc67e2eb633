-- Every finding on a submission, with its place and what to do. Grain: submission_id, finding_no. For the operator.
WITH files AS (
    SELECT submission_id, min_by(path, seq) AS source_file, min_by(submitter, seq) AS submitter
    FROM log.receipt
    GROUP BY submission_id
)
SELECT
    f.submission_id,
    row_number() OVER (
        PARTITION BY f.submission_id ORDER BY f.part, f.row NULLS FIRST, f.cell, f.code, f.field, f.value
    ) AS finding_no,
    r.submitter,
    r.source_file,
    f.sheet AS source_sheet,
    f.row AS source_row,
    f.cell,
    f.header,
    f.field,
    f.code,
    f.severity,
    f.value,
    f.message_ko,
    f.message_en,
    f.fix_ko,
    f.fix_en,
    q.raw AS raw_row
FROM log.finding AS f
JOIN files AS r USING (submission_id)
LEFT JOIN log.quarantine AS q
    ON q.submission_id = f.submission_id AND q.part = f.part AND q.source_row = f.row AND f.severity = 'error'
ORDER BY f.submission_id, finding_no
