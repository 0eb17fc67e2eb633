-- Programmes of the agencies, from reference data shipped with the project. Grain: program_code.
SELECT
    program_code,
    name_ko,
    name_en,
    agency,
    nullif(strategy_code, '') AS strategy_code,
    TRY_CAST(start_year AS SMALLINT) AS start_year
FROM reference.program
ORDER BY program_code
