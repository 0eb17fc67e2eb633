-- Attendance of events by kind of attendee. Grain: series_code, edition_no, event_year, attendee_type.
-- Beside mart_event_attendance_by_country, with the same sums.
SELECT
    series_code,
    edition_no,
    event_year,
    attendee_type,
    CAST(sum(attendee_count) AS BIGINT) AS attendee_count
FROM event_attendance_cell
GROUP BY series_code, edition_no, event_year, attendee_type
ORDER BY series_code, edition_no, event_year, attendee_type
