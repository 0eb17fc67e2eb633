-- Infinite Imagination rooms, national summary. Grain: program_year.
-- Programmes are regular, rolling and special ones; open use (상시이용) counts among the users only.
SELECT
    program_year,
    count(DISTINCT institution_code) AS institution_count,
    count(*) FILTER (program_type <> 'open_use') AS program_count,
    CAST(sum(user_count) AS BIGINT) AS user_count
FROM fct_imagination_room_program
GROUP BY program_year
ORDER BY program_year
