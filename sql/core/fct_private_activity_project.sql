-- Support for private sector activities, projects of grantees. Grain: program_year, project_code.
-- The region of the activity is what the project wrote: it has a sido where that is the name of one.
SELECT
    p.* EXCLUDE (submitter, partition_key, institution_name),
    s.sido_code,
    region_at('sido', s.sido_code, NULL, NULL, NULL) AS sido_region_code,
    i.institution_code
FROM accepted.private_activity_project AS p
JOIN institution_key AS i ON i.name_key = name_key(p.institution_name)
LEFT JOIN sido_of_name AS s ON s.program_year = p.program_year AND s.name_key = name_key(p.sido_name)
