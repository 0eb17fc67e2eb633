-- What became of each abolished division since 2010. Grain: region_code, successor_code.
-- A division that was divided has a row for each part; one that keeps its name has a row for each part it lost.
SELECT
    changed_on,
    change,
    c.level,
    c.kind,
    c.region_code,
    c.name_ko,
    r.name_en,
    c.successor_code,
    successor_name_ko,
    s.name_en AS successor_name_en,
    count(*) OVER (PARTITION BY c.region_code) AS successor_count
FROM reference.region_change AS c
JOIN dim_region AS r USING (region_code)
JOIN dim_region AS s ON s.region_code = c.successor_code
ORDER BY c.region_code, c.successor_code
