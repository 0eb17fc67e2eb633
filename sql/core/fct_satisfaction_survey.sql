-- Satisfaction surveys, scores on a scale of 100. Grain: program_year, program_code, unit_name, survey_round.
SELECT * EXCLUDE (submitter, partition_key, scale)
FROM accepted.satisfaction_survey
