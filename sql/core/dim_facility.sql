-- Learning facilities as last reported. Grain: facility_code.
SELECT
    facility_code,
    facility_name,
    facility_type,
    sido_code,
    sigungu_code,
    general_gu_code,
    eupmyeondong_code,
    min(program_year) OVER (PARTITION BY facility_code) AS first_year,
    program_year AS last_year
FROM fct_dsc_facility
QUALIFY
    row_number() OVER (
        PARTITION BY facility_code ORDER BY program_year DESC, institution_code, submission_id, part, source_row
    ) = 1
ORDER BY facility_code
