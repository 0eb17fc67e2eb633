-- Satisfaction by program: weighted by respondents and rounded once, half up. Grain: program_year, program_code.
SELECT
    program_year,
    program_code,
    round_half_up(weighted_mean(satisfaction_score, respondent_count), 1) AS satisfaction_score,
    CAST(sum(respondent_count) AS BIGINT) AS respondent_count
FROM fct_satisfaction_survey
GROUP BY program_year, program_code
ORDER BY program_year, program_code
