-- Programmes of the agencies with the strategies they serve, from reference data. Grain: program_code.
SELECT
    p.program_code,
    p.name_ko,
    p.name_en,
    p.name_en_short,
    p.agency,
    nullif(p.strategy_code, '') AS strategy_code,
    s.name_ko AS strategy_name_ko,
    s.name_en AS strategy_name_en,
    TRY_CAST(p.start_year AS SMALLINT) AS start_year,
    TRY_CAST(p.end_year AS SMALLINT) AS end_year
FROM reference.program AS p
LEFT JOIN reference.strategy AS s USING (strategy_code)
ORDER BY p.program_code
