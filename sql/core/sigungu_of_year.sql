-- The 229 base sigungu as they stood at the end of each year with data, and where they lie on today's map.
-- Grain: program_year, sigungu_code.
WITH years AS (
    SELECT DISTINCT program_year, make_date(program_year, 12, 31) AS year_end
    FROM accepted.dataset_year
)
SELECT
    y.program_year,
    s.sigungu_code,
    s.name_ko AS sigungu_name,
    s.name_en AS sigungu_name_en,
    p.sido_code,
    p.name_ko AS sido_name,
    p.name_en AS sido_name_en,
    s.current_sigungu_code,
    s.current_name_ko AS current_sigungu_name
FROM years AS y
JOIN dim_region AS s
    ON s.level = 'sigungu' AND s.valid_from <= y.year_end AND (s.valid_to IS NULL OR s.valid_to > y.year_end)
JOIN dim_region AS p
    ON
        p.level = 'sido'
        AND p.sido_code = s.sido_code
        AND p.valid_from <= y.year_end
        AND (p.valid_to IS NULL OR p.valid_to > y.year_end)
ORDER BY y.program_year, s.sigungu_code
