-- Do Dream, days of operation at a stop. Grain: program_year, stop_name, venue_name, operation_date.
-- A stop that gives no si/gun/gu has the one whose name ends its own (강원 인제군, 인제), if only one does.
WITH places AS (
    SELECT
        program_year,
        sido_code,
        sigungu_code,
        sido_short(sido_name) AS sido,
        [sigungu_name, regexp_replace(sigungu_name, '[시군구]$', '')] AS names
    FROM sigungu_of_year
),
stops AS (
    SELECT DISTINCT
        program_year,
        stop_name,
        sido_code,
        regexp_extract(stop_name, '\S+$') AS place,
        CASE WHEN stop_name LIKE '% %' THEN sido_short(stop_name) END AS sido
    FROM accepted.do_dream_operation
    WHERE sigungu_code IS NULL
),
located AS (
    SELECT s.program_year, s.stop_name, s.sido_code, min(p.sido_code) AS found_sido, min(p.sigungu_code) AS found_sigungu
    FROM stops AS s
    JOIN places AS p ON p.program_year = s.program_year AND list_contains(p.names, s.place)
    WHERE coalesce(p.sido = s.sido, true) AND coalesce(p.sido_code = s.sido_code, true)
    GROUP BY ALL
    HAVING count(*) = 1
)
SELECT
    o.program_year,
    o.tour_region,
    o.stop_name,
    i.institution_code,
    o.venue_name,
    coalesce(o.sido_code, l.found_sido) AS sido_code,
    coalesce(o.sigungu_code, l.found_sigungu) AS sigungu_code,
    o.general_gu_code,
    o.operation_date,
    o.session_count,
    o.visitor_count,
    o.submission_id,
    o.part,
    o.source_row
FROM accepted.do_dream_operation AS o
JOIN institution_key AS i ON i.name_key = name_key(o.institution_name)
LEFT JOIN located AS l
    ON o.sigungu_code IS NULL
    AND l.program_year = o.program_year
    AND l.stop_name = o.stop_name
    AND l.sido_code IS NOT DISTINCT FROM o.sido_code
