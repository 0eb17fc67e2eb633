-- Activities that the agencies' pages name within a program, from reference data. Grain: activity_code.
SELECT
    a.activity_code,
    a.name_ko,
    a.name_en,
    a.program_code,
    p.name_ko AS program_name_ko,
    p.name_en AS program_name_en
FROM reference.program_activity AS a
JOIN reference.program AS p USING (program_code)
ORDER BY a.activity_code
