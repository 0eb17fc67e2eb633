-- Overseas associations of Korean scientists and engineers with where and when they were founded, as published.
-- Grain: association_code. Members are those of the last day on which the association reported.
WITH last_day AS (
    SELECT association_code, reference_date, CAST(sum(member_count) AS BIGINT) AS member_count
    FROM fct_overseas_association_membership
    WHERE is_counted
    GROUP BY association_code, reference_date
    QUALIFY row_number() OVER (PARTITION BY association_code ORDER BY reference_date DESC) = 1
),
country AS (
    SELECT
        a.association_code,
        string_agg(c.name_ko, ', ' ORDER BY c.country_code) AS country_names_ko,
        string_agg(c.name_en, ', ' ORDER BY c.country_code) AS country_names_en,
        count(*) AS country_count
    FROM (
        SELECT association_code, unnest(string_split(country_codes, ', ')) AS country_code
        FROM dim_association
    ) AS a
    JOIN dim_country AS c USING (country_code)
    GROUP BY a.association_code
)
SELECT
    a.association_code,
    a.name_ko AS association_name_ko,
    a.name_en AS association_name_en,
    a.country_codes,
    c.country_names_ko,
    c.country_names_en,
    coalesce(c.country_count, 0) AS country_count,
    a.founded_year,
    a.founded_month,
    a.founded_place_as_published,
    a.founding_conflict IS NOT NULL AS has_founding_conflict,
    a.founding_conflict,
    a.is_listed,
    d.reference_date AS last_reference_date,
    d.member_count AS last_member_count
FROM dim_association AS a
LEFT JOIN country AS c USING (association_code)
LEFT JOIN last_day AS d USING (association_code)
ORDER BY a.association_code
