-- Daily Science Class, regional operation centres by year. Grain: program_year, institution_code.
SELECT
    y.* EXCLUDE (submitter, partition_key, institution_name),
    i.institution_code
FROM accepted.dsc_institution_year AS y
JOIN institution_key AS i ON i.name_key = name_key(coalesce(y.institution_name, y.submitter))
ORDER BY y.program_year, i.institution_code
