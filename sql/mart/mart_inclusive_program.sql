-- Inclusive and autonomous programs by si/gun/gu. Grain: program_year, program_code, sigungu_code.
WITH programs AS (
    SELECT
        program_year,
        program_code,
        sigungu_code,
        count(DISTINCT institution_code) AS institution_count,
        count(*) AS program_count,
        sum(session_count) AS session_count,
        sum(participant_count) AS participant_count
    FROM fct_inclusive_program
    GROUP BY ALL
)
SELECT
    p.program_year,
    p.program_code,
    r.sido_code,
    r.sido_name,
    p.sigungu_code,
    r.sigungu_name,
    r.current_sigungu_code,
    r.current_sigungu_name,
    p.institution_count,
    p.program_count,
    CAST(p.session_count AS BIGINT) AS session_count,
    CAST(p.participant_count AS BIGINT) AS participant_count
FROM programs AS p
LEFT JOIN sigungu_of_year AS r ON r.program_year = p.program_year AND r.sigungu_code = p.sigungu_code
ORDER BY p.program_year, p.program_code, p.sigungu_code
