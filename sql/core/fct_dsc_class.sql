-- Daily Science Class, classes held. Grain: program_year, institution_code, term, facility_code, class_name, class_no.
SELECT
    c.* EXCLUDE (
        submitter, partition_key, institution_name, facility_name, sido_name, sigungu_name, eupmyeondong_name,
        region_code
    )
    REPLACE (coalesce(c.facility_code, k.facility_code) AS facility_code),
    region_at('general_gu', c.sido_code, c.sigungu_code, c.general_gu_code, NULL) AS general_gu_region_code,
    region_at('eupmyeondong', c.sido_code, c.sigungu_code, c.general_gu_code, c.eupmyeondong_code)
        AS eupmyeondong_region_code,
    i.institution_code
FROM accepted.dsc_class AS c
JOIN institution_key AS i ON i.name_key = name_key(coalesce(c.institution_name, c.submitter))
JOIN facility_code AS k
    ON k.program_year = c.program_year AND k.facility_key = facility_key(c.facility_name, c.eupmyeondong_code)
