-- Respondents of surveys by program, and by stop where a survey of Do Dream belongs to one.
-- Grain: program_year, program_code, sido_code, sigungu_code, stop_name, stop_sigungu_code.
WITH stops AS (
    SELECT
        program_year,
        name_key(stop_name) AS stop_key,
        any_value(stop_name) AS stop_name,
        any_value(sigungu_code) AS sigungu_code
    FROM (SELECT DISTINCT program_year, stop_name, sigungu_code FROM do_dream_cell)
    GROUP BY ALL
    HAVING count(*) = 1
)
SELECT
    s.program_year,
    s.program_code,
    s.sido_code,
    s.sigungu_code,
    region_at('sido', s.sido_code, NULL, NULL, NULL) AS sido_region_code,
    region_at('sigungu', s.sido_code, s.sigungu_code, NULL, NULL) AS sigungu_region_code,
    d.stop_name,
    d.sigungu_code AS stop_sigungu_code,
    CAST(sum(s.respondent_count) AS BIGINT) AS respondent_count
FROM fct_satisfaction_survey AS s
LEFT JOIN stops AS d
    ON d.program_year = s.program_year AND d.stop_key = name_key(s.unit_name) AND s.program_code = 'do_dream'
GROUP BY ALL
ORDER BY ALL
