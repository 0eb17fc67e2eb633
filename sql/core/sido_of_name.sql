-- Which sido a name written by hand means at the end of a year: 강원 and 강원도 are 42 in 2020 and 51 in 2024.
-- Grain: program_year, name_key. A name of several (광주 of a year in which 전남 was joined to it is one) has none.
WITH years AS (
    SELECT DISTINCT program_year, make_date(program_year, 12, 31) AS year_end
    FROM accepted.dataset_year
)
SELECT
    y.program_year,
    name_key(s.spelling) AS name_key,
    min(m.map_sido_code) AS sido_code
FROM years AS y
CROSS JOIN reference.sido_spelling AS s
JOIN dim_region_map AS m
    ON
        m.region_code = s.sido_code || '00000000'
        AND m.map_from <= y.year_end
        AND (m.map_to IS NULL OR m.map_to > y.year_end)
GROUP BY y.program_year, name_key(s.spelling)
HAVING count(DISTINCT m.map_sido_code) = 1 AND count(*) = count(m.map_sido_code)
ORDER BY y.program_year, name_key
