-- Attendance of events by country. Grain: series_code, edition_no, program_year, country_code, attendee_type.
SELECT
    program_year,
    series_code,
    edition_no,
    country_code,
    attendee_type,
    attendee_count,
    submission_id,
    part,
    source_row
FROM accepted.event_attendance
