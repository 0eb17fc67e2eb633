-- Visitors of supported museums by museum and place, as marts add them up.
-- Grain: program_year, museum_name, sido_code, sigungu_code, general_gu_code.
-- A museum bears one name a year and si/gun/gu.
SELECT
    program_year,
    museum_name,
    sido_code,
    sigungu_code,
    general_gu_code,
    region_at('sido', sido_code, NULL, NULL, NULL) AS sido_region_code,
    region_at('sigungu', sido_code, sigungu_code, NULL, NULL) AS sigungu_region_code,
    region_at('general_gu', sido_code, sigungu_code, general_gu_code, NULL) AS general_gu_region_code,
    CAST(sum(visitor_count) AS BIGINT) AS visitor_count
FROM (
    SELECT
        * REPLACE (
            min(museum_name) OVER (PARTITION BY program_year, name_key(museum_name), sigungu_code) AS museum_name
        )
    FROM fct_science_museum_support
)
GROUP BY ALL
ORDER BY ALL
