-- Daily Science Class by si/gun/gu, as it was and on today's map. Grain: program_year, sigungu_code.
-- Institutions, districts and facilities are distinct counts of the row: never add them up over regions.
WITH facilities AS (
    SELECT program_year, sigungu_code, count(DISTINCT facility_code) AS facility_count
    FROM fct_dsc_facility
    GROUP BY ALL
),
classes AS (
    SELECT
        program_year,
        sigungu_code,
        count(DISTINCT institution_code) AS institution_count,
        count(DISTINCT eupmyeondong_code) AS eupmyeondong_count,
        count(*) AS class_count,
        sum(session_count) AS session_count,
        sum(beneficiary_count) AS beneficiary_count,
        sum(attendance_count) AS attendance_count,
        sum(session_count) FILTER (class_track = 'sharing') AS sharing_session_count
    FROM fct_dsc_class
    GROUP BY ALL
)
SELECT
    program_year,
    r.sido_code,
    r.sido_name,
    sigungu_code,
    r.sigungu_name,
    r.current_sigungu_code,
    r.current_sigungu_name,
    coalesce(institution_count, 0) AS institution_count,
    coalesce(eupmyeondong_count, 0) AS eupmyeondong_count,
    coalesce(facility_count, 0) AS facility_count,
    coalesce(class_count, 0) AS class_count,
    CAST(coalesce(session_count, 0) AS BIGINT) AS session_count,
    CAST(coalesce(beneficiary_count, 0) AS BIGINT) AS beneficiary_count,
    CAST(attendance_count AS BIGINT) AS attendance_count,
    percent(coalesce(sharing_session_count, 0), session_count) AS sharing_session_share
FROM facilities
FULL JOIN classes USING (program_year, sigungu_code)
LEFT JOIN sigungu_of_year AS r USING (program_year, sigungu_code)
ORDER BY program_year, sigungu_code
