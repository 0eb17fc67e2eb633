-- Satisfaction surveys, scores on a scale of 100. Grain: program_year, program_code, unit_name, survey_round.
SELECT
    program_year,
    program_code,
    unit_name,
    survey_round,
    respondent_count,
    satisfaction_score,
    submission_id,
    part,
    source_row
FROM accepted.satisfaction_survey
