-- Attendance of events by country. Grain: series_code, edition_no, event_year, country_code.
-- Beside mart_event_attendance_by_type, with the same sums; the cross of the two is of too few persons to be shown.
SELECT
    a.series_code,
    a.edition_no,
    a.event_year,
    a.country_code,
    any_value(c.name_ko) AS country_name_ko,
    any_value(c.name_en) AS country_name_en,
    CAST(sum(a.attendee_count) AS BIGINT) AS attendee_count
FROM event_attendance_cell AS a
JOIN dim_country AS c USING (country_code)
GROUP BY a.series_code, a.edition_no, a.event_year, a.country_code
ORDER BY a.series_code, a.edition_no, a.event_year, a.country_code
