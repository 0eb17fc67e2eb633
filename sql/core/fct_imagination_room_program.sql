-- Infinite Imagination rooms, programs run and open use.
-- Grain: program_year, half, institution_code, program_name, start_date.
SELECT
    p.program_year,
    p.half,
    i.institution_code,
    p.program_name,
    p.program_type,
    p.sido_code,
    p.sigungu_code,
    p.general_gu_code,
    p.start_date,
    p.end_date,
    p.session_count,
    p.user_count,
    p.submission_id,
    p.part,
    p.source_row
FROM accepted.imagination_room_program AS p
JOIN institution_key AS i ON i.name_key = name_key(p.institution_name)
