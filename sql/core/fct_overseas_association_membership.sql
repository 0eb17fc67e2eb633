-- Members of the overseas associations. Grain: reference_date, association_code, country_code, member_type.
-- An association is known by its short name or any of its names; one that the reference lacks keeps the short name it
-- gave.
-- is_counted: a number for all members does not count where the same file also tells regular from student members.
WITH reported AS (
    -- "1971년 12월", "1971-12-11" or "1998" may stand in one cell.
    SELECT
        *,
        TRY_CAST(regexp_extract(founded, '(?:19|20)\d{2}') AS SMALLINT) AS stated_year,
        TRY_CAST(regexp_extract(founded, '(?:19|20)\d{2}\s*[년.\-/]\s*(1[0-2]|0?[1-9])(?:\D|$)', 1) AS TINYINT)
            AS stated_month
    FROM accepted.overseas_association_membership
)
SELECT
    m.* EXCLUDE (submitter, partition_key, world_region, founded, stated_year, stated_month)
    REPLACE (
        coalesce(c.organization_code, n.organization_code, upper(m.association_code)) AS association_code,
        CAST(coalesce(m.founded_year, m.stated_year) AS SMALLINT) AS founded_year,
        -- A month goes with the year beside which it was written.
        CAST(coalesce(m.founded_month, CASE WHEN m.founded_year IS NULL THEN m.stated_month END) AS TINYINT)
            AS founded_month
    ),
    m.member_type <> 'total' OR bool_and(m.member_type = 'total') OVER (
        PARTITION BY m.submission_id, m.reference_date, lower(m.association_code), m.country_code
    ) AS is_counted
FROM reported AS m
LEFT JOIN organization_key AS c ON c.name_key = name_key(m.association_code) AND c.kind = 'association'
LEFT JOIN organization_key AS n ON n.name_key = name_key(m.association_name) AND n.kind = 'association'
