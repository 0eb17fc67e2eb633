-- Support for private sector activities, projects of grantees. Grain: program_year, project_code.
SELECT
    p.* EXCLUDE (submitter, partition_key, institution_name),
    i.institution_code
FROM accepted.private_activity_project AS p
JOIN institution_key AS i ON i.name_key = name_key(p.institution_name)
