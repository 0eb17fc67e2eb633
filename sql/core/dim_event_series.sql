-- Series of conferences, forums and symposia, from reference data. Grain: series_code.
SELECT
    series_code,
    name_ko,
    name_en,
    nullif(series_group, '') AS series_group,
    nullif(partner_region, '') AS partner_region,
    TRY_CAST(participating_country_scope AS SMALLINT) AS participating_country_scope,
    nullif(program_code, '') AS program_code
FROM reference.event_series
ORDER BY series_code
