-- Inclusive and autonomous programs run; half 0 is a whole year.
-- Grain: program_year, half, institution_code, program_name, program_code, target_group, sigungu_code, general_gu_code.
SELECT
    p.program_year,
    p.half,
    i.institution_code,
    p.program_name,
    p.program_code,
    p.target_group,
    p.sido_code,
    p.sigungu_code,
    p.general_gu_code,
    p.session_count,
    p.participant_count,
    p.submission_id,
    p.part,
    p.source_row
FROM accepted.inclusive_program AS p
JOIN institution_key AS i ON i.name_key = name_key(p.institution_name)
