-- Every finding on a submission, with its place and what to do. Grain: submission_id, finding_no. For the operator.
-- That a file came twice, that a newer one replaced it, that it was withdrawn, that a name is unknown to the register,
-- that a total is far from earlier ones, or that attendance does not add up to the participants of the event, follows
-- from what else was received and not from reading the file.
WITH files AS (
    SELECT submission_id, min_by(path, seq) AS source_file, min_by(submitter, seq) AS submitter
    FROM log.receipt
    GROUP BY submission_id
),
waits AS (
    SELECT submission_id, string_agg(line, '; ' ORDER BY line) AS line
    FROM (
        SELECT DISTINCT
            submission_id,
            CASE cause
                WHEN 'closed_year' THEN format('{}년 자료 마감({})', program_year, closed_on)
                ELSE format('{}년 {} {:,} → {:,}', program_year, measure_name, value_before, value_after)
            END AS line
        FROM mart_submission_waiting
    )
    GROUP BY submission_id
),
standing AS (
    SELECT
        l.submission_id,
        l.submitter,
        l.source_file,
        -- What it is that has its place: the file received before, the newer one, the reason of a decision, or what it
        -- would change.
        CASE w.code
            WHEN 'R_DUPLICATE_FILE' THEN f.source_file
            WHEN 'R_WITHDRAWN' THEN d.reason
            WHEN 'R_SUPERSEDED' THEN coalesce(n.source_file, '')
            WHEN 'R_VERSION_UNCLEAR' THEN coalesce(n.source_file, '')
            WHEN 'R_WAITING' THEN coalesce(g.line, '')
            WHEN 'R_NOT_APPROVED' THEN coalesce(j.reason, '')
            ELSE ''
        END AS stated,
        CASE WHEN w.code = 'R_SUPERSEDED' THEN replace(v.ko, '{evidence}', l.evidence) ELSE '' END AS reason_ko,
        CASE WHEN w.code = 'R_SUPERSEDED' THEN replace(v.en, '{evidence}', l.evidence) ELSE '' END AS reason_en,
        w.*
    FROM mart_submission_log AS l
    JOIN files AS f USING (submission_id)
    LEFT JOIN files AS n ON n.submission_id = split_part(l.superseded_by, ', ', 1)
    -- What a suite that failed leaves in force may be no pair of versions.
    LEFT JOIN reference.evidence AS v ON v.level = coalesce(nullif(l.decided_by, ''), 'arrival')
    LEFT JOIN log.withdrawn AS d ON d.submission_id = l.submission_id
    LEFT JOIN waits AS g ON g.submission_id = l.submission_id
    LEFT JOIN log.decided AS j ON j.submission_id = l.submission_id AND j.kind = 'rejected'
    JOIN reference.finding AS w
        ON
            (w.code = 'R_DUPLICATE_FILE' AND l.verdict = 'duplicate')
            OR (
                w.code = CASE WHEN l.is_unclear THEN 'R_VERSION_UNCLEAR' ELSE 'R_SUPERSEDED' END
                AND l.verdict <> 'duplicate' AND l.standing = 'superseded'
            )
            OR (w.code = 'R_WITHDRAWN' AND l.verdict <> 'duplicate' AND l.standing = 'withdrawn')
            OR (w.code = 'R_WAITING' AND l.verdict <> 'duplicate' AND l.standing = 'waiting')
            OR (w.code = 'R_NOT_APPROVED' AND l.verdict <> 'duplicate' AND l.standing = 'rejected')
            OR (w.code = 'R_SUITE_FAILED' AND l.verdict <> 'duplicate' AND l.standing = 'held')
),
found AS (
    SELECT
        f.submission_id,
        r.submitter,
        r.source_file,
        f.part,
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
        q.raw AS raw_row,
        q.read AS read_row
    FROM log.finding AS f
    JOIN files AS r USING (submission_id)
    -- A condition beside the keys would have every finding compared with every quarantined row.
    LEFT JOIN log.quarantine AS q
        ON
            q.submission_id = f.submission_id
            AND q.part = f.part
            AND q.source_row = CASE WHEN f.severity = 'error' THEN f.row END
    UNION ALL
    SELECT
        submission_id,
        submitter,
        source_file,
        0,
        NULL,
        NULL,
        NULL,
        NULL,
        NULL,
        code,
        severity,
        nullif(stated, ''),
        replace(replace(ko, '{value}', stated), '{expected}', coalesce(reason_ko, '')),
        replace(replace(en, '{value}', stated), '{expected}', coalesce(reason_en, '')),
        fix_ko,
        fix_en,
        NULL,
        NULL
    FROM standing
    UNION ALL
    SELECT
        u.submission_id,
        r.submitter,
        r.source_file,
        u.part,
        p.sheet,
        u.source_row,
        NULL,
        NULL,
        u.field,
        w.code,
        'warning',
        u.value,
        replace(w.ko, '{value}', u.value),
        replace(w.en, '{value}', u.value),
        w.fix_ko,
        w.fix_en,
        NULL,
        NULL
    FROM unknown_reference AS u
    JOIN files AS r USING (submission_id)
    JOIN log.part AS p USING (submission_id, part)
    JOIN reference.finding AS w ON w.code = 'E_REFERENCE_UNKNOWN'
    UNION ALL
    SELECT
        y.submission_id,
        r.submitter,
        r.source_file,
        0,
        NULL,
        NULL,
        NULL,
        y.header,
        y.measure,
        w.code,
        w.severity,
        CAST(y.value AS VARCHAR),
        replace(replace(w.ko, '{value}', format('{:,}', y.value)), '{expected}', format('{:,}', y.previous_value)),
        replace(replace(w.en, '{value}', format('{:,}', y.value)), '{expected}', format('{:,}', y.previous_value)),
        w.fix_ko,
        w.fix_en,
        NULL,
        NULL
    FROM year_on_year AS y
    JOIN files AS r USING (submission_id)
    JOIN reference.finding AS w ON w.code = 'W_YEAR_ON_YEAR'
    UNION ALL
    SELECT
        o.submission_id,
        r.submitter,
        r.source_file,
        0,
        NULL,
        NULL,
        NULL,
        o.header,
        o.measure,
        w.code,
        w.severity,
        CAST(o.value AS VARCHAR),
        replace(replace(w.ko, '{value}', o.period_ko || ' ' || format('{:,}', o.value)), '{expected}', o.history),
        replace(replace(w.en, '{value}', format('{:,}', o.value) || ' in ' || o.period_en), '{expected}', o.history),
        w.fix_ko,
        w.fix_en,
        NULL,
        NULL
    FROM outlier_in_history AS o
    JOIN files AS r USING (submission_id)
    JOIN reference.finding AS w ON w.code = 'W_OUTLIER_HISTORY'
    UNION ALL
    SELECT
        m.submission_id,
        r.submitter,
        r.source_file,
        m.part,
        p.sheet,
        m.source_row,
        NULL,
        NULL,
        'attendee_count',
        w.code,
        w.severity,
        CAST(m.participant_count AS VARCHAR),
        replace(replace(w.ko, '{value}', m.said_ko), '{expected}', format('{:,}', m.attendee_count)),
        replace(replace(w.en, '{value}', m.said_en), '{expected}', format('{:,}', m.attendee_count)),
        w.fix_ko,
        w.fix_en,
        NULL,
        NULL
    FROM event_attendance_mismatch AS m
    JOIN files AS r USING (submission_id)
    JOIN log.part AS p USING (submission_id, part)
    JOIN reference.finding AS w ON w.code = 'W_TOTAL_MISMATCH'
)
SELECT
    submission_id,
    row_number() OVER (
        PARTITION BY submission_id ORDER BY part, source_row NULLS FIRST, cell, code, field, value, source_file
    ) AS finding_no,
    * EXCLUDE (submission_id)
FROM found
ORDER BY submission_id, finding_no
