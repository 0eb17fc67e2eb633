-- Daily Science Class, regional operation centres by year. Grain: program_year, institution_code.
SELECT
    y.program_year,
    i.institution_code,
    y.lead_instructor_count,
    y.assistant_instructor_count,
    y.instructor_count,
    y.national_fund_krw,
    y.local_fund_krw,
    y.submission_id,
    y.part,
    y.source_row
FROM accepted.dsc_institution_year AS y
JOIN institution_key AS i ON i.name_key = name_key(coalesce(y.institution_name, y.submitter))
ORDER BY y.program_year, i.institution_code
