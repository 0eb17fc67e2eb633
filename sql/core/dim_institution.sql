-- Institutions: those of the register as last reported, and those that report without standing in it.
-- Grain: institution_code.
WITH registered AS (
    SELECT
        institution_code,
        institution_name,
        institution_name_en,
        institution_type,
        sido_code,
        sigungu_code,
        valid_from,
        valid_to
    FROM accepted.institution
    QUALIFY row_number() OVER (PARTITION BY institution_code ORDER BY program_year DESC, submission_id, source_row) = 1
)
SELECT
    k.institution_code,
    any_value(coalesce(r.institution_name, k.institution_name)) AS institution_name,
    any_value(r.institution_name_en) AS institution_name_en,
    any_value(r.institution_type) AS institution_type,
    any_value(r.sido_code) AS sido_code,
    any_value(r.sigungu_code) AS sigungu_code,
    any_value(r.valid_from) AS valid_from,
    any_value(r.valid_to) AS valid_to,
    any_value(k.is_registered) AS is_registered
FROM institution_key AS k
LEFT JOIN registered AS r USING (institution_code)
GROUP BY k.institution_code
ORDER BY k.institution_code
