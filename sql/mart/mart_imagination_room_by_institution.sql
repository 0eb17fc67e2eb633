-- Infinite Imagination rooms by operating institution. Grain: program_year, institution_code.
-- Open use (상시이용) counts among the users, not among the programs.
SELECT
    f.program_year,
    institution_code,
    any_value(i.institution_name) AS institution_name,
    count(*) FILTER (f.program_type <> 'open_use') AS program_count,
    CAST(sum(f.user_count) AS BIGINT) AS user_count
FROM fct_imagination_room_program AS f
JOIN dim_institution AS i USING (institution_code)
GROUP BY f.program_year, institution_code
ORDER BY f.program_year, institution_code
