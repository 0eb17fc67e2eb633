-- Daily Science Class, learning facilities of a year. Grain: program_year, institution_code, facility_code.
-- A facility shared by two centres has one code and one row for each of them.
SELECT
    f.* EXCLUDE (
        submitter, partition_key, institution_name, sido_name, sigungu_name, eupmyeondong_name, region_code
    )
    REPLACE (coalesce(f.facility_code, c.facility_code) AS facility_code),
    i.institution_code
FROM accepted.dsc_facility AS f
JOIN institution_key AS i ON i.name_key = name_key(coalesce(f.institution_name, f.submitter))
JOIN facility_code AS c
    ON c.program_year = f.program_year AND c.facility_key = facility_key(f.facility_name, f.eupmyeondong_code)
ORDER BY f.program_year, i.institution_code, facility_code
