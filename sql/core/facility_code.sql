-- Which code a facility has in a year: the agency's where any submission of the year gives it, else one made from name
-- and place. Grain: program_year, facility_key.
WITH named AS (
    SELECT program_year, facility_key(facility_name, eupmyeondong_code) AS facility_key, facility_code
    FROM accepted.dsc_facility
    UNION ALL
    SELECT program_year, facility_key(facility_name, eupmyeondong_code), facility_code
    FROM accepted.dsc_class
)
SELECT
    program_year,
    facility_key,
    coalesce(min(facility_code), 'F-' || substr(md5(facility_key), 1, 10)) AS facility_code
FROM named
GROUP BY program_year, facility_key
ORDER BY program_year, facility_key
