-- Which division holds the ground of another on any day's map: one row a division and stretch of days.
-- Grain: region_code, map_from. Join on region_code where map_from <= day and (map_to IS NULL or map_to > day).
-- Maps before 2010 are left out, since earlier reforms are not known.
WITH RECURSIVE divisions AS (
    SELECT
        region_code,
        sigungu_code,
        sido_code,
        full_name_ko,
        name_en,
        valid_from,
        coalesce(valid_to, DATE '9999-12-31') AS valid_to,
        CASE level WHEN 'sido' THEN 0 WHEN 'sigungu' THEN 1 WHEN 'general_gu' THEN 2 ELSE 3 END AS depth
    FROM dim_region
),
later AS (
    SELECT region_code, region_code AS target_code, valid_from AS map_from, valid_to AS map_to
    FROM divisions
    UNION
    SELECT l.region_code, d.region_code, greatest(c.changed_on, d.valid_from), d.valid_to
    FROM later AS l
    JOIN reference.region_change AS c ON c.region_code = l.target_code
    JOIN divisions AS d ON d.region_code = c.successor_code
    WHERE l.map_to < DATE '9999-12-31' AND greatest(c.changed_on, d.valid_from) < d.valid_to
),
earlier AS (
    SELECT region_code, region_code AS target_code, valid_from AS map_from, valid_to AS map_to, depth
    FROM divisions
    UNION
    SELECT e.region_code, d.region_code, d.valid_from, least(c.changed_on, e.map_from, d.valid_to), d.depth
    FROM earlier AS e
    JOIN reference.region_change AS c ON c.successor_code = e.target_code
    JOIN divisions AS d ON d.region_code = c.region_code
    -- A gu that took over dongs is not one of them.
    WHERE d.depth <= e.depth
),
holders AS (
    SELECT region_code, target_code, greatest(map_from, DATE '2010-01-01') AS map_from, map_to
    FROM (FROM later UNION SELECT region_code, target_code, map_from, map_to FROM earlier)
    WHERE map_to > greatest(map_from, DATE '2010-01-01')
),
days AS (
    SELECT region_code, map_from AS day FROM holders
    UNION
    SELECT region_code, map_to FROM holders
),
spans AS (
    SELECT region_code, day AS map_from, lead(day) OVER (PARTITION BY region_code ORDER BY day) AS map_to
    FROM days
),
counted AS (
    SELECT
        s.region_code,
        s.map_from,
        s.map_to,
        min(t.region_code) AS target_code,
        count(*) AS target_count,
        count(*) = 1 AND min(t.depth) = min(o.depth) AS is_one,
        count(DISTINCT t.sigungu_code) AS sigungu_count,
        min(t.sigungu_code) AS any_sigungu_code,
        count(DISTINCT t.sido_code) AS sido_count,
        min(t.sido_code) AS any_sido_code
    FROM spans AS s
    JOIN holders AS h ON h.region_code = s.region_code AND h.map_from < s.map_to AND h.map_to > s.map_from
    JOIN divisions AS t ON t.region_code = h.target_code
    JOIN divisions AS o ON o.region_code = s.region_code
    GROUP BY s.region_code, s.map_from, s.map_to
)
SELECT
    s.region_code,
    s.map_from,
    nullif(s.map_to, DATE '9999-12-31') AS map_to,
    CASE WHEN is_one THEN target_code END AS map_region_code,
    CASE WHEN sigungu_count = 1 THEN any_sigungu_code END AS map_sigungu_code,
    CASE WHEN sido_count = 1 THEN any_sido_code END AS map_sido_code,
    CASE WHEN is_one THEN t.full_name_ko END AS map_name_ko,
    CASE WHEN is_one THEN t.name_en END AS map_name_en,
    CASE WHEN target_count > 1 THEN 'split' WHEN NOT is_one THEN 'sigungu_only' END AS map_note
FROM counted AS s
JOIN divisions AS t ON t.region_code = s.target_code
ORDER BY s.region_code, s.map_from
