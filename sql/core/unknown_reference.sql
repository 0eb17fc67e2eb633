-- Institutions and facilities that a submission names but that the register or the facility list of the year lacks.
-- Only years that have a register or a list are judged. Grain: submission_id, part, field, value (its first row).
WITH register AS (
    SELECT DISTINCT program_year FROM accepted.institution
),
listed AS (
    SELECT DISTINCT program_year, facility_code FROM fct_dsc_facility
),
naming AS (
    SELECT submission_id, part, min(source_row) AS source_row, program_year, name AS value
    FROM accepted.named_institution
    GROUP BY ALL
),
institutions AS (
    SELECT n.submission_id, n.part, min(n.source_row) AS source_row, 'institution_name' AS field, n.value
    FROM naming AS n
    SEMI JOIN register AS y ON y.program_year = n.program_year
    JOIN institution_key AS k ON k.name_key = name_key(n.value) AND NOT k.is_registered
    GROUP BY ALL
),
facilities AS (
    SELECT f.submission_id, f.part, min(f.source_row) AS source_row, 'facility_name' AS field, f.facility_code AS value
    FROM fct_dsc_class AS f
    SEMI JOIN listed AS y ON y.program_year = f.program_year
    ANTI JOIN listed AS l ON l.program_year = f.program_year AND l.facility_code = f.facility_code
    GROUP BY ALL
)
SELECT i.submission_id, i.part, i.source_row, i.field, i.value FROM institutions AS i
UNION ALL
SELECT
    f.submission_id,
    f.part,
    f.source_row,
    f.field,
    c.facility_name
FROM facilities AS f
JOIN accepted.dsc_class AS c USING (submission_id, part, source_row)
ORDER BY ALL
