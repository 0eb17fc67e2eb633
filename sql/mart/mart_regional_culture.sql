-- Local science culture centres and Science City of the Year by local government.
-- Grain: program_year, support_type, local_government_code. A centre is a province's, wherever its operator sits.
WITH projects AS (
    SELECT
        *,
        CASE WHEN support_type = 'science_city' THEN sigungu_code END AS city_code
    FROM fct_regional_culture_support
),
provinces AS (
    SELECT DISTINCT program_year, sido_code, sido_name FROM sigungu_of_year
)
SELECT
    p.program_year,
    p.support_type,
    coalesce(p.city_code, p.sido_code) AS local_government_code,
    p.sido_code,
    any_value(s.sido_name) AS sido_name,
    p.city_code AS sigungu_code,
    any_value(c.sigungu_name) AS sigungu_name,
    any_value(c.current_sigungu_code) AS current_sigungu_code,
    any_value(c.current_sigungu_name) AS current_sigungu_name,
    count(*) AS project_count,
    CAST(sum(p.session_count) AS BIGINT) AS session_count,
    CAST(sum(p.participant_count) AS BIGINT) AS participant_count,
    CAST(sum(p.national_fund_krw) AS BIGINT) AS national_fund_krw,
    CAST(sum(p.local_fund_krw) AS BIGINT) AS local_fund_krw
FROM projects AS p
LEFT JOIN provinces AS s ON s.program_year = p.program_year AND s.sido_code = p.sido_code
LEFT JOIN sigungu_of_year AS c ON c.program_year = p.program_year AND c.sigungu_code = p.city_code
GROUP BY p.program_year, p.support_type, p.sido_code, p.city_code
ORDER BY p.program_year, p.support_type, local_government_code
