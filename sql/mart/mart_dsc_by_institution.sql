-- Daily Science Class by regional operation centre. Grain: program_year, institution_code.
WITH centres AS (
    SELECT program_year, institution_code, sum(instructor_count) AS instructor_count
    FROM fct_dsc_institution_year
    GROUP BY ALL
),
facilities AS (
    SELECT program_year, institution_code, count(DISTINCT facility_code) AS facility_count
    FROM fct_dsc_facility
    GROUP BY ALL
),
classes AS (
    SELECT
        program_year,
        institution_code,
        count(DISTINCT sigungu_code) AS sigungu_count,
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
    institution_code,
    i.institution_name,
    coalesce(sigungu_count, 0) AS sigungu_count,
    coalesce(eupmyeondong_count, 0) AS eupmyeondong_count,
    CAST(instructor_count AS BIGINT) AS instructor_count,
    coalesce(facility_count, 0) AS facility_count,
    coalesce(class_count, 0) AS class_count,
    CAST(coalesce(session_count, 0) AS BIGINT) AS session_count,
    CAST(coalesce(beneficiary_count, 0) AS BIGINT) AS beneficiary_count,
    CAST(attendance_count AS BIGINT) AS attendance_count,
    percent(coalesce(sharing_session_count, 0), session_count) AS sharing_session_share
FROM centres
FULL JOIN facilities USING (program_year, institution_code)
FULL JOIN classes USING (program_year, institution_code)
JOIN dim_institution AS i USING (institution_code)
ORDER BY program_year, institution_code
