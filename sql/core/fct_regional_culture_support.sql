-- Local science culture centres and Science City of the Year, projects run.
-- Grain: program_year, support_type, sido_code, sigungu_code, general_gu_code, project_name.
SELECT
    * EXCLUDE (submitter, partition_key, sido_name, sigungu_name, eupmyeondong_code, region_code),
    CASE support_type WHEN 'hub_center' THEN 'local_culture_center' ELSE support_type END AS program_code
FROM accepted.regional_culture_support
