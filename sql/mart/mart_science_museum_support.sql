-- Support for local science museums by museum. Grain: program_year, museum_name, sigungu_code.
WITH museums AS (
    SELECT
        program_year,
        sigungu_code,
        min(museum_name) AS museum_name,
        min(museum_type) AS museum_type,
        count(*) AS exhibit_count,
        sum(visitor_count) AS visitor_count,
        sum(operating_day_count) AS operating_day_count,
        sum(support_amount_krw) AS support_amount_krw
    FROM fct_science_museum_support
    GROUP BY program_year, sigungu_code, name_key(museum_name)
)
SELECT
    m.program_year,
    m.museum_name,
    m.museum_type,
    r.sido_code,
    r.sido_name,
    m.sigungu_code,
    r.sigungu_name,
    r.current_sigungu_code,
    r.current_sigungu_name,
    m.exhibit_count,
    CAST(m.visitor_count AS BIGINT) AS visitor_count,
    CAST(m.operating_day_count AS BIGINT) AS operating_day_count,
    CAST(m.support_amount_krw AS BIGINT) AS support_amount_krw
FROM museums AS m
LEFT JOIN sigungu_of_year AS r ON r.program_year = m.program_year AND r.sigungu_code = m.sigungu_code
ORDER BY m.program_year, m.sigungu_code, m.museum_name
