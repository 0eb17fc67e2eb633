-- Attendance of events by country and kind of attendee, exact: both published tables add it up, each by one of them.
-- Grain: series_code, edition_no, event_year, country_code, attendee_type.
-- The year is that in which the edition was held, where the edition is known.
SELECT
    a.series_code,
    a.edition_no,
    coalesce(e.event_year, a.program_year) AS event_year,
    a.country_code,
    a.attendee_type,
    CAST(sum(a.attendee_count) AS BIGINT) AS attendee_count
FROM fct_event_attendance AS a
LEFT JOIN dim_event_edition AS e ON e.series_code = a.series_code AND e.edition_no = a.edition_no
GROUP BY a.series_code, a.edition_no, coalesce(e.event_year, a.program_year), a.country_code, a.attendee_type
ORDER BY a.series_code, a.edition_no, event_year, a.country_code, a.attendee_type
