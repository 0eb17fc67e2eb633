-- Countries that submissions may name, from reference data. Grain: country_code.
SELECT country_code, name_ko, name_en, world_region
FROM reference.country
ORDER BY country_code
