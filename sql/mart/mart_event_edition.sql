-- Conferences, forums and symposia, one row an edition. Grain: series_code, edition_no, event_year.
-- participant_count is what happened; what was planned stands beside it and is never added to it.
SELECT
    e.series_code,
    e.edition_no,
    e.event_year,
    s.name_ko AS series_name_ko,
    s.name_en AS series_name_en,
    e.event_title,
    e.start_date,
    e.end_date,
    date_diff('day', e.start_date, e.end_date) + 1 AS duration_days,
    e.theme,
    e.subtheme,
    e.venue_name,
    e.city,
    e.country_code,
    c.name_ko AS country_name_ko,
    c.name_en AS country_name_en,
    e.mode,
    e.figure_status,
    e.participant_count,
    e.planned_participant_count,
    e.accompanying_count,
    e.paper_count
FROM dim_event_edition AS e
JOIN dim_event_series AS s USING (series_code)
LEFT JOIN dim_country AS c ON c.country_code = e.country_code
ORDER BY e.series_code, e.edition_no, e.event_year
