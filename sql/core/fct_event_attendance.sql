-- Attendance of events by country. Grain: series_code, edition_no, program_year, country_code, attendee_type.
SELECT * EXCLUDE (submitter, partition_key)
FROM accepted.event_attendance
