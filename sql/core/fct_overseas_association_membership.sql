-- Members of the overseas associations. Grain: reference_date, association_code, country_code, member_type.
-- An association is known by its short name or any of its names; one that the reference lacks keeps the short name it
-- gave.
-- is_counted: a number for all members does not count where the same file also tells regular from student members.
WITH reported AS (
    -- "1971년 12월", "1971-12-11" or "1998" may stand in one cell.
    SELECT
        *,
        TRY_CAST(regexp_extract(founded, '(?:19|20)\d{2}') AS SMALLINT) AS told_year,
        TRY_CAST(regexp_extract(founded, '(?:19|20)\d{2}\s*[년.\-/]\s*(1[0-2]|0?[1-9])(?:\D|$)', 1) AS TINYINT)
            AS told_month
    FROM accepted.overseas_association_membership
)
SELECT
    m.program_year,
    m.reference_date,
    coalesce(c.organization_code, n.organization_code, upper(m.association_code)) AS association_code,
    m.association_name,
    m.association_name_en,
    m.country_code,
    m.member_type,
    m.member_count,
    m.count_basis,
    m.member_type <> 'total' OR bool_and(m.member_type = 'total') OVER (
        PARTITION BY m.submission_id, m.reference_date, lower(m.association_code), m.country_code
    ) AS is_counted,
    CAST(coalesce(m.founded_year, m.told_year) AS SMALLINT) AS founded_year,
    -- A month goes with the year beside which it was written.
    CAST(coalesce(m.founded_month, CASE WHEN m.founded_year IS NULL THEN m.told_month END) AS TINYINT) AS founded_month,
    m.founded_place,
    m.submission_id,
    m.part,
    m.source_row
FROM reported AS m
LEFT JOIN organization_key AS c ON c.name_key = name_key(m.association_code) AND c.kind = 'association'
LEFT JOIN organization_key AS n ON n.name_key = name_key(m.association_name) AND n.kind = 'association'
