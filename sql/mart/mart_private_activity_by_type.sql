-- Support for private sector activities by type of institution. Grain: program_year, institution_type.
-- Every year has all nine types, with 0 where there is none. An institution counts once a year, under the type that
-- most of its projects give; its other projects count there too.
WITH institutions AS (
    SELECT
        program_year,
        institution_code,
        institution_type,
        sum(count(*)) OVER (PARTITION BY program_year, institution_code) AS project_count,
        sum(sum(grant_amount_krw)) OVER (PARTITION BY program_year, institution_code) AS grant_amount_krw
    FROM fct_private_activity_project
    GROUP BY program_year, institution_code, institution_type
    QUALIFY row_number() OVER (
        PARTITION BY program_year, institution_code ORDER BY count(*) DESC, institution_type
    ) = 1
),
years AS (
    SELECT DISTINCT program_year FROM fct_private_activity_project
)
SELECT
    y.program_year,
    t.institution_type,
    count(i.institution_code) AS institution_count,
    CAST(coalesce(sum(i.project_count), 0) AS BIGINT) AS project_count,
    CAST(CASE WHEN count(i.institution_code) = 0 THEN 0 ELSE sum(i.grant_amount_krw) END AS BIGINT) AS grant_amount_krw
FROM years AS y
CROSS JOIN reference.institution_type AS t
LEFT JOIN institutions AS i ON i.program_year = y.program_year AND i.institution_type = t.institution_type
GROUP BY y.program_year, t.institution_type, t.position
ORDER BY y.program_year, CAST(t.position AS INTEGER)
