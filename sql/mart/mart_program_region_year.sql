-- Every program's measures by region and year, long.
-- Grain: program_code, program_year, sido_code, sigungu_code, measure.
-- What may be added up over regions stands in value, distinct counts in value_not_additive: a sum of value is right.
-- Centres of a province have no si/gun/gu, and a Do Dream stop may have none that is known.
WITH science_classes AS (
    SELECT
        'daily_science_class' AS program_code,
        program_year,
        sido_code,
        sigungu_code,
        institution_count,
        eupmyeondong_count,
        facility_count,
        class_count,
        session_count,
        beneficiary_count,
        attendance_count
    FROM mart_dsc_by_region
),
imagination_rooms AS (
    SELECT
        'infinite_imagination' AS program_code,
        program_year,
        sido_code,
        sigungu_code,
        count(DISTINCT institution_code) AS institution_count,
        count(*) FILTER (program_type <> 'open_use') AS program_count,
        sum(session_count) AS session_count,
        sum(user_count) AS user_count
    FROM fct_imagination_room_program
    GROUP BY ALL
),
do_dream_stops AS (
    SELECT
        'do_dream' AS program_code,
        program_year,
        sido_code,
        sigungu_code,
        count(DISTINCT(name_key(stop_name), operation_date)) FILTER (session_count > 0) AS operating_day_count,
        sum(session_count) AS session_count,
        sum(visitor_count) AS visitor_count
    FROM fct_do_dream_operation
    GROUP BY ALL
),
vouchers AS (
    SELECT
        'science_culture_voucher' AS program_code,
        program_year,
        sido_code,
        sigungu_code,
        sum(issued_count) AS issued_count,
        sum(user_count) AS user_count,
        sum(use_count) AS use_count,
        sum(used_amount_krw) AS used_amount_krw
    FROM voucher_cell
    GROUP BY ALL
),
museums AS (
    SELECT
        'science_museum_support' AS program_code,
        program_year,
        sido_code,
        sigungu_code,
        count(DISTINCT name_key(museum_name)) AS museum_count,
        count(*) AS exhibit_count,
        sum(visitor_count) AS visitor_count,
        sum(support_amount_krw) AS support_amount_krw
    FROM fct_science_museum_support
    GROUP BY ALL
),
inclusive_programs AS (
    SELECT
        program_code,
        program_year,
        sido_code,
        sigungu_code,
        count(DISTINCT institution_code) AS institution_count,
        count(*) AS program_count,
        sum(session_count) AS session_count,
        sum(participant_count) AS participant_count
    FROM fct_inclusive_program
    GROUP BY ALL
),
regional_projects AS (
    SELECT
        program_code,
        program_year,
        sido_code,
        CASE WHEN support_type = 'science_city' THEN sigungu_code END AS sigungu_code,
        count(*) AS project_count,
        sum(session_count) AS session_count,
        sum(participant_count) AS participant_count,
        sum(national_fund_krw) AS national_fund_krw,
        sum(local_fund_krw) AS local_fund_krw
    FROM fct_regional_culture_support
    GROUP BY ALL
),
programs AS (
    FROM science_classes
    UNION ALL BY NAME
    FROM imagination_rooms
    UNION ALL BY NAME
    FROM do_dream_stops
    UNION ALL BY NAME
    FROM vouchers
    UNION ALL BY NAME
    FROM museums
    UNION ALL BY NAME
    FROM inclusive_programs
    UNION ALL BY NAME
    FROM regional_projects
),
measures AS (
    UNPIVOT programs
    ON COLUMNS(* EXCLUDE (program_code, program_year, sido_code, sigungu_code))
    INTO NAME measure VALUE amount
),
provinces AS (
    SELECT DISTINCT program_year, sido_code, sido_name FROM sigungu_of_year
)
SELECT
    d.program_code,
    d.program_year,
    coalesce(r.sido_code, d.sido_code) AS sido_code,
    coalesce(r.sido_name, p.sido_name) AS sido_name,
    d.sigungu_code,
    r.sigungu_name,
    r.current_sigungu_code,
    r.current_sigungu_name,
    d.measure,
    CASE WHEN m.is_additive THEN CAST(d.amount AS DOUBLE) END AS value,
    CASE WHEN NOT m.is_additive THEN CAST(d.amount AS DOUBLE) END AS value_not_additive,
    m.unit,
    m.is_additive
FROM measures AS d
LEFT JOIN reference.measure AS m USING (measure)
LEFT JOIN sigungu_of_year AS r ON r.program_year = d.program_year AND r.sigungu_code = d.sigungu_code
LEFT JOIN provinces AS p ON p.program_year = d.program_year AND p.sido_code = d.sido_code
ORDER BY d.program_code, d.program_year, sido_code, d.sigungu_code, d.measure
