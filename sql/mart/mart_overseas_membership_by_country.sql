-- Members of the overseas associations on a day by country. Grain: reference_date, country_code.
SELECT
    m.reference_date,
    m.country_code,
    any_value(c.name_ko) AS country_name_ko,
    any_value(c.name_en) AS country_name_en,
    any_value(c.world_region) AS world_region,
    count(DISTINCT m.association_code) AS association_count,
    CAST(coalesce(sum(m.member_count), 0) AS BIGINT) AS member_count,
    CASE WHEN count(DISTINCT m.count_basis) = 1 THEN min(m.count_basis) ELSE 'mixed' END AS count_basis
FROM fct_overseas_association_membership AS m
JOIN dim_country AS c USING (country_code)
WHERE m.is_counted
GROUP BY m.reference_date, m.country_code
ORDER BY m.reference_date, m.country_code
