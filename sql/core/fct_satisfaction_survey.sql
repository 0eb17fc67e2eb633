-- Satisfaction surveys, scores on a scale of 100. Grain: program_year, program_code, unit_name, survey_round.
-- A survey has the place of the Do Dream stop whose name its unit bears, where no other stop of the year does, else the
-- sido that its unit names. Other units (인천·경기, an institution, 전국) have none.
WITH stops AS (
    SELECT
        program_year,
        name_key(stop_name) AS stop_key,
        min(sido_code) AS sido_code,
        min(sigungu_code) AS sigungu_code
    FROM fct_do_dream_operation
    GROUP BY ALL
    HAVING count(DISTINCT coalesce(sigungu_code, '')) = 1
)
SELECT
    s.* EXCLUDE (submitter, partition_key, scale),
    coalesce(d.sido_code, n.sido_code) AS sido_code,
    d.sigungu_code
FROM accepted.satisfaction_survey AS s
LEFT JOIN stops AS d
    ON s.program_code = 'do_dream' AND d.program_year = s.program_year AND d.stop_key = name_key(s.unit_name)
LEFT JOIN sido_of_name AS n ON n.program_year = s.program_year AND n.name_key = name_key(s.unit_name)
-- A mean that isn't rounded depends in its last digit on the order of what is added up.
ORDER BY s.submission_id, s.part, s.source_row
