-- Do Dream, days of operation at a stop. Grain: program_year, sigungu_code, venue_name, operation_date.
SELECT
    o.* EXCLUDE (
        submitter, partition_key, institution_name, sido_name, sigungu_name, eupmyeondong_code, region_code
    ),
    i.institution_code
FROM accepted.do_dream_operation AS o
JOIN institution_key AS i ON i.name_key = name_key(o.institution_name)
