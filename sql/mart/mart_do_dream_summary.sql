-- Do Dream, national summary. Grain: program_year.
-- An operating day is a stop on a date with at least one session: two stops on one day are two. Satisfaction is
-- weighted by respondents and not rounded.
WITH operations AS (
    SELECT
        program_year,
        sum(session_count) AS session_count,
        count(DISTINCT(name_key(stop_name), sigungu_code, operation_date)) FILTER (session_count > 0)
            AS operating_day_count,
        sum(visitor_count) AS visitor_count
    FROM fct_do_dream_operation
    GROUP BY program_year
),
surveys AS (
    SELECT
        program_year,
        weighted_mean(satisfaction_score, respondent_count) AS satisfaction_score,
        sum(respondent_count) AS respondent_count
    FROM fct_satisfaction_survey
    WHERE program_code = 'do_dream'
    GROUP BY program_year
)
SELECT
    program_year,
    CAST(o.session_count AS BIGINT) AS session_count,
    o.operating_day_count,
    CAST(o.visitor_count AS BIGINT) AS visitor_count,
    s.satisfaction_score,
    CAST(s.respondent_count AS BIGINT) AS respondent_count
FROM operations AS o
LEFT JOIN surveys AS s USING (program_year)
ORDER BY program_year
