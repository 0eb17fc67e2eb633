-- Infinite Imagination rooms by type of program. Grain: program_year, program_type.
-- Open use (상시이용) is no program: its program_count is 0.
SELECT
    program_year,
    program_type,
    count(DISTINCT institution_code) AS institution_count,
    count(*) FILTER (program_type <> 'open_use') AS program_count,
    CAST(sum(user_count) AS BIGINT) AS user_count
FROM fct_imagination_room_program
GROUP BY program_year, program_type
ORDER BY program_year, program_type
