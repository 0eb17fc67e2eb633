-- Daily Science Class by eup/myeon/dong, as it was and on today's map.
-- Grain: program_year, sigungu_code, eupmyeondong_code.
-- What a si/gun/gu holds in no eup/myeon/dong that is known stands in one row of it without a code, so that sums are
-- those of mart_dsc_by_region. Institutions and facilities are distinct counts of the row: never add them up.
WITH facilities AS (
    SELECT program_year, sigungu_code, eupmyeondong_code, count(DISTINCT facility_code) AS facility_count
    FROM fct_dsc_facility
    GROUP BY ALL
),
classes AS (
    SELECT
        program_year,
        sigungu_code,
        eupmyeondong_code,
        count(DISTINCT institution_code) AS institution_count,
        count(*) AS class_count,
        sum(session_count) AS session_count,
        sum(beneficiary_count) AS beneficiary_count,
        sum(attendance_count) AS attendance_count,
        sum(session_count) FILTER (class_track = 'sharing') AS sharing_session_count
    FROM fct_dsc_class
    GROUP BY ALL
)
SELECT
    coalesce(c.program_year, f.program_year) AS program_year,
    s.sido_code,
    p.name_ko AS sido_name,
    coalesce(c.sigungu_code, f.sigungu_code) AS sigungu_code,
    s.name_ko AS sigungu_name,
    e.general_gu_code,
    g.name_ko AS general_gu_name,
    coalesce(c.eupmyeondong_code, f.eupmyeondong_code) AS eupmyeondong_code,
    e.name_ko AS eupmyeondong_name,
    e.kind AS division_kind,
    coalesce(e.current_sigungu_code, CASE WHEN e.region_code IS NULL THEN s.current_sigungu_code END)
        AS current_sigungu_code,
    e.current_region_code AS current_eupmyeondong_code,
    e.current_name_ko AS current_eupmyeondong_name,
    coalesce(c.institution_count, 0) AS institution_count,
    coalesce(f.facility_count, 0) AS facility_count,
    coalesce(c.class_count, 0) AS class_count,
    CAST(coalesce(c.session_count, 0) AS BIGINT) AS session_count,
    CAST(coalesce(c.beneficiary_count, 0) AS BIGINT) AS beneficiary_count,
    CAST(c.attendance_count AS BIGINT) AS attendance_count,
    percent(coalesce(c.sharing_session_count, 0), c.session_count) AS sharing_session_share
FROM facilities AS f
FULL JOIN classes AS c
    ON
        c.program_year = f.program_year
        AND c.sigungu_code = f.sigungu_code
        AND c.eupmyeondong_code IS NOT DISTINCT FROM f.eupmyeondong_code
LEFT JOIN dim_region AS e ON e.region_code = coalesce(c.eupmyeondong_code, f.eupmyeondong_code)
LEFT JOIN dim_region AS g ON g.region_code = e.general_gu_code || '00000'
LEFT JOIN dim_region AS s ON s.region_code = coalesce(c.sigungu_code, f.sigungu_code) || '00000'
LEFT JOIN dim_region AS p ON p.region_code = s.sido_code || '00000000'
ORDER BY program_year, sigungu_code, eupmyeondong_code
