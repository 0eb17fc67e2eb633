-- Organisations abroad with which cooperation is known: those of the reference, and those that records name besides.
-- Grain: partner_code.
WITH recorded AS (
    SELECT
        min(partner_code) AS partner_code,
        min(partner_name) AS partner_name,
        min(country_code) AS country_code,
        count(*) AS record_count,
        count(*) FILTER (record_type = 'mou') AS mou_count,
        min(record_date) AS first_record_date,
        max(record_date) AS last_record_date
    FROM fct_cooperation_record
    WHERE partner_code IS NOT NULL
    GROUP BY name_key(partner_code)
)
SELECT
    partner_code,
    coalesce(p.name_ko, o.name_ko, CASE WHEN regexp_matches(r.partner_name, '[가-힣]') THEN r.partner_name END)
        AS partner_name_ko,
    coalesce(p.name_en, o.name_en, CASE WHEN NOT regexp_matches(r.partner_name, '[가-힣]') THEN r.partner_name END)
        AS partner_name_en,
    coalesce(p.country_code, r.country_code) AS country_code,
    p.partner_code IS NOT NULL AS is_listed,
    coalesce(r.record_count, 0) AS record_count,
    coalesce(r.mou_count, 0) AS mou_count,
    r.first_record_date,
    r.last_record_date
FROM reference.cooperation_partner AS p
FULL JOIN recorded AS r USING (partner_code)
LEFT JOIN dim_organization AS o ON o.organization_code = coalesce(p.partner_code, r.partner_code)
ORDER BY partner_code
