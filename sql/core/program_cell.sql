-- What the forms of all programs report, in the same columns, with its place: figures of a level are counted from it.
-- Grain: none of its own; a row stands for one row of a fact (of classes, for those of one place; for vouchers, of
-- voucher_cell) or for a key to count.
-- widest, narrowest: the levels (reference.region_level) at which the row counts; a code between them that isn't known
-- is empty. Numbers are added up at each level, keys are counted once.
WITH dsc_places AS (
    SELECT DISTINCT
        program_year,
        institution_code,
        sido_code,
        sigungu_code,
        general_gu_code,
        eupmyeondong_code
    FROM fct_dsc_class
),
cells AS (
    SELECT
        'daily_science_class' AS program_code,
        program_year,
        '0' AS widest,
        '4' AS narrowest,
        sido_code,
        sigungu_code,
        general_gu_code,
        eupmyeondong_code,
        sigungu_code AS counted_sigungu_code,
        eupmyeondong_code AS counted_eupmyeondong_code,
        CAST(count(*) AS INTEGER) AS class_count,
        CAST(sum(session_count) AS BIGINT) AS session_count,
        CAST(coalesce(sum(session_count) FILTER (class_track = 'sharing'), 0) AS BIGINT) AS sharing_session_count,
        CAST(sum(beneficiary_count) AS BIGINT) AS beneficiary_count,
        CAST(sum(attendance_count) AS BIGINT) AS attendance_count
    FROM fct_dsc_class
    GROUP BY ALL
    UNION ALL BY NAME
    SELECT
        'daily_science_class' AS program_code,
        program_year,
        '0' AS widest,
        '4' AS narrowest,
        sido_code,
        sigungu_code,
        general_gu_code,
        eupmyeondong_code,
        facility_code
    FROM fct_dsc_facility
    UNION ALL BY NAME
    -- The nation's centres are those that report the year; a place's are those that hold classes there.
    SELECT
        'daily_science_class' AS program_code,
        program_year,
        '0' AS widest,
        '0' AS narrowest,
        institution_code,
        instructor_count
    FROM fct_dsc_institution_year
    UNION ALL BY NAME
    SELECT
        'daily_science_class' AS program_code,
        program_year,
        '1' AS widest,
        '4' AS narrowest,
        sido_code,
        sigungu_code,
        general_gu_code,
        eupmyeondong_code,
        institution_code
    FROM dsc_places
    UNION ALL BY NAME
    -- All instructors of a centre, once in each sido and each si/gun/gu in which it holds classes.
    SELECT
        'daily_science_class' AS program_code,
        p.program_year,
        '1' AS widest,
        '1' AS narrowest,
        p.sido_code,
        y.instructor_count
    FROM (SELECT DISTINCT program_year, institution_code, sido_code FROM dsc_places) AS p
    JOIN fct_dsc_institution_year AS y USING (program_year, institution_code)
    UNION ALL BY NAME
    SELECT
        'daily_science_class' AS program_code,
        p.program_year,
        '2' AS widest,
        '2' AS narrowest,
        p.sido_code,
        p.sigungu_code,
        y.instructor_count
    FROM (SELECT DISTINCT program_year, institution_code, sido_code, sigungu_code FROM dsc_places) AS p
    JOIN fct_dsc_institution_year AS y USING (program_year, institution_code)
    UNION ALL BY NAME
    SELECT
        'infinite_imagination' AS program_code,
        program_year,
        '0' AS widest,
        '3' AS narrowest,
        sido_code,
        sigungu_code,
        general_gu_code,
        sigungu_code AS counted_sigungu_code,
        institution_code,
        CASE WHEN program_type <> 'open_use' THEN 1 ELSE 0 END AS program_count,
        session_count,
        user_count
    FROM fct_imagination_room_program
    UNION ALL BY NAME
    SELECT
        'do_dream' AS program_code,
        program_year,
        '0' AS widest,
        '3' AS narrowest,
        sido_code,
        sigungu_code,
        general_gu_code,
        CASE WHEN session_count > 0 THEN sigungu_code END AS counted_sigungu_code,
        CASE WHEN session_count > 0 THEN concat_ws('/', name_key(stop_name), sigungu_code, operation_date) END
            AS operating_day,
        session_count,
        visitor_count
    FROM fct_do_dream_operation
    UNION ALL BY NAME
    SELECT
        'science_culture_voucher' AS program_code,
        program_year,
        '0' AS widest,
        '2' AS narrowest,
        sido_code,
        sigungu_code,
        CASE WHEN issued_count > 0 THEN sigungu_code END AS counted_sigungu_code,
        issued_count,
        user_count,
        use_count,
        used_amount_krw
    FROM voucher_cell
    UNION ALL BY NAME
    SELECT
        'science_museum_support' AS program_code,
        program_year,
        '0' AS widest,
        '3' AS narrowest,
        sido_code,
        sigungu_code,
        general_gu_code,
        sigungu_code AS counted_sigungu_code,
        concat_ws('/', name_key(museum_name), sigungu_code) AS museum,
        1 AS exhibit_count,
        visitor_count,
        support_amount_krw
    FROM fct_science_museum_support
    UNION ALL BY NAME
    SELECT
        program_code,
        program_year,
        '0' AS widest,
        '3' AS narrowest,
        sido_code,
        sigungu_code,
        general_gu_code,
        sigungu_code AS counted_sigungu_code,
        institution_code,
        1 AS program_count,
        session_count,
        participant_count
    FROM fct_inclusive_program
    UNION ALL BY NAME
    -- A centre is a province's, wherever its operator sits.
    SELECT
        program_code,
        program_year,
        '0' AS widest,
        CASE support_type WHEN 'science_city' THEN '3' ELSE '1' END AS narrowest,
        sido_code,
        CASE support_type WHEN 'science_city' THEN sigungu_code END AS sigungu_code,
        CASE support_type WHEN 'science_city' THEN general_gu_code END AS general_gu_code,
        CASE support_type WHEN 'science_city' THEN sigungu_code END AS counted_sigungu_code,
        1 AS project_count,
        session_count,
        participant_count,
        national_fund_krw,
        local_fund_krw
    FROM fct_regional_culture_support
    UNION ALL BY NAME
    SELECT
        'private_activity' AS program_code,
        program_year,
        '0' AS widest,
        '1' AS narrowest,
        sido_code,
        institution_code,
        1 AS project_count,
        participant_count,
        grant_amount_krw
    FROM fct_private_activity_project
    UNION ALL BY NAME
    -- Surveys stand as deep as any survey of the program-year tells its place.
    SELECT
        program_code,
        program_year,
        '0' AS widest,
        CASE
            WHEN count(sigungu_code) OVER of_year > 0 THEN '2'
            WHEN count(sido_code) OVER of_year > 0 THEN '1'
            ELSE '0'
        END AS narrowest,
        sido_code,
        sigungu_code,
        respondent_count,
        satisfaction_score
    FROM fct_satisfaction_survey
    WINDOW of_year AS (PARTITION BY program_code, program_year)
)
SELECT
    *,
    count(general_gu_code) OVER (PARTITION BY program_code, program_year, sigungu_code) > 0 AS has_general_gu
FROM cells
