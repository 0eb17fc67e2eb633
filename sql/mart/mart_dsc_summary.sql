-- Daily Science Class, national summary. Grain: program_year.
-- Districts are counted by code at 229 base sigungu; persons are net (순인원), never attendances.
WITH centres AS (
    SELECT
        program_year, count(DISTINCT institution_code) AS institution_count, sum(instructor_count) AS instructor_count
    FROM fct_dsc_institution_year
    GROUP BY program_year
),
facilities AS (
    SELECT program_year, count(DISTINCT facility_code) AS facility_count
    FROM fct_dsc_facility
    GROUP BY program_year
),
classes AS (
    SELECT
        program_year,
        count(DISTINCT sigungu_code) AS sigungu_count,
        count(DISTINCT eupmyeondong_code) AS eupmyeondong_count,
        count(*) AS class_count,
        sum(session_count) AS session_count,
        sum(beneficiary_count) AS beneficiary_count,
        sum(attendance_count) AS attendance_count,
        sum(session_count) FILTER (class_track = 'sharing') AS sharing_session_count
    FROM fct_dsc_class
    GROUP BY program_year
)
SELECT
    program_year,
    coalesce(institution_count, 0) AS institution_count,
    coalesce(sigungu_count, 0) AS sigungu_count,
    coalesce(eupmyeondong_count, 0) AS eupmyeondong_count,
    CAST(coalesce(instructor_count, 0) AS BIGINT) AS instructor_count,
    coalesce(facility_count, 0) AS facility_count,
    coalesce(class_count, 0) AS class_count,
    CAST(coalesce(session_count, 0) AS BIGINT) AS session_count,
    CAST(coalesce(beneficiary_count, 0) AS BIGINT) AS beneficiary_count,
    CAST(attendance_count AS BIGINT) AS attendance_count,
    percent(coalesce(sharing_session_count, 0), session_count) AS sharing_session_share
FROM centres
FULL JOIN facilities USING (program_year)
FULL JOIN classes USING (program_year)
ORDER BY program_year
