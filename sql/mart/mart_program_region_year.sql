-- Every programme's measures by region and year, long. Grain: program_code, program_year, sigungu_code, measure.
WITH dsc AS (
    UNPIVOT (
        SELECT
            'daily_science_class' AS program_code,
            program_year,
            sigungu_code,
            CAST(institution_count AS DOUBLE) AS institution_count,
            CAST(eupmyeondong_count AS DOUBLE) AS eupmyeondong_count,
            CAST(facility_count AS DOUBLE) AS facility_count,
            CAST(class_count AS DOUBLE) AS class_count,
            CAST(session_count AS DOUBLE) AS session_count,
            CAST(beneficiary_count AS DOUBLE) AS beneficiary_count,
            CAST(attendance_count AS DOUBLE) AS attendance_count
        FROM mart_dsc_by_region
    )
    ON institution_count, eupmyeondong_count, facility_count, class_count, session_count, beneficiary_count,
       attendance_count
    INTO NAME measure VALUE value
)
SELECT
    d.program_code,
    d.program_year,
    r.sido_code,
    r.sido_name,
    d.sigungu_code,
    r.sigungu_name,
    r.current_sigungu_code,
    r.current_sigungu_name,
    d.measure,
    d.value,
    m.unit,
    m.is_additive = 'true' AS is_additive
FROM dsc AS d
JOIN mart_dsc_by_region AS r USING (program_year, sigungu_code)
JOIN reference.measure AS m USING (measure)
ORDER BY d.program_code, d.program_year, d.sigungu_code, d.measure
