-- Do Dream by stop. Grain: program_year, stop_name, sigungu_code (empty where the stop's name does not give it).
-- A survey belongs to a stop where its unit bears the stop's name and no other stop of the year does.
WITH stops AS (
    SELECT
        program_year,
        name_key(stop_name) AS stop_key,
        sigungu_code,
        min(stop_name) AS stop_name,
        min(tour_region) AS tour_region,
        sum(session_count) AS session_count,
        count(DISTINCT operation_date) FILTER (session_count > 0) AS operating_day_count,
        sum(visitor_count) AS visitor_count,
        count(*) OVER (PARTITION BY program_year, name_key(stop_name)) AS namesakes
    FROM fct_do_dream_operation
    GROUP BY program_year, name_key(stop_name), sigungu_code
),
surveys AS (
    SELECT
        program_year,
        name_key(unit_name) AS stop_key,
        weighted_mean(satisfaction_score, respondent_count) AS satisfaction_score,
        sum(respondent_count) AS respondent_count
    FROM fct_satisfaction_survey
    WHERE program_code = 'do_dream'
    GROUP BY ALL
)
SELECT
    d.program_year,
    d.tour_region,
    d.stop_name,
    r.sido_code,
    r.sido_name,
    d.sigungu_code,
    r.sigungu_name,
    r.current_sigungu_code,
    r.current_sigungu_name,
    CAST(d.session_count AS BIGINT) AS session_count,
    d.operating_day_count,
    CAST(d.visitor_count AS BIGINT) AS visitor_count,
    s.satisfaction_score,
    CAST(s.respondent_count AS BIGINT) AS respondent_count
FROM stops AS d
LEFT JOIN sigungu_of_year AS r ON r.program_year = d.program_year AND r.sigungu_code = d.sigungu_code
LEFT JOIN surveys AS s ON s.program_year = d.program_year AND s.stop_key = d.stop_key AND d.namesakes = 1
ORDER BY d.program_year, d.tour_region, d.stop_name, d.sigungu_code
