-- Series of conferences, forums and symposia, and how many of their editions are known here. Grain: series_code.
WITH held AS (
    SELECT
        series_code,
        count(*) AS edition_count,
        min(event_year) AS first_event_year,
        max(event_year) AS last_event_year
    FROM dim_event_edition
    GROUP BY series_code
)
SELECT
    s.series_code,
    s.name_ko AS series_name_ko,
    s.name_en AS series_name_en,
    s.series_group,
    s.partner_region,
    s.participating_country_scope,
    s.program_code,
    coalesce(h.edition_count, 0) AS edition_count,
    h.first_event_year,
    h.last_event_year
FROM dim_event_series AS s
LEFT JOIN held AS h USING (series_code)
ORDER BY s.series_code
