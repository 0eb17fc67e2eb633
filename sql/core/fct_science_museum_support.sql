-- Support for local science museums, exhibits shown.
-- Grain: program_year, museum_name, sigungu_code, general_gu_code, exhibit_name, start_date.
SELECT * EXCLUDE (submitter, partition_key, sido_name, sigungu_name, eupmyeondong_code, region_code)
FROM accepted.science_museum_support
