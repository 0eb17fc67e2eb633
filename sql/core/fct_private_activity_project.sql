-- Support for private sector activities, projects of grantees. Grain: program_year, project_code.
SELECT
    p.program_year,
    p.project_code,
    i.institution_code,
    p.institution_type,
    p.project_title,
    p.project_track,
    p.sido_name,
    p.grant_amount_krw,
    p.start_date,
    p.end_date,
    p.participant_count,
    p.submission_id,
    p.part,
    p.source_row
FROM accepted.private_activity_project AS p
JOIN institution_key AS i ON i.name_key = name_key(p.institution_name)
