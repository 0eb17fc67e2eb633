-- Inclusive and autonomous programs run; half 0 is a whole year.
-- Grain: program_year, half, institution_code, program_name, program_code, target_group, sigungu_code, general_gu_code.
SELECT
    p.* EXCLUDE (
        submitter, partition_key, institution_name, sido_name, sigungu_name, eupmyeondong_code, region_code
    ),
    region_at('general_gu', p.sido_code, p.sigungu_code, p.general_gu_code, NULL) AS general_gu_region_code,
    i.institution_code
FROM accepted.inclusive_program AS p
JOIN institution_key AS i ON i.name_key = name_key(p.institution_name)
