-- Which organisation a code or name in a submission means. Grain: name_key.
WITH spelled AS (
    SELECT
        organization_code,
        'organization' AS kind,
        unnest([organization_code, name_ko, name_en, later_name_en] || string_split(coalesce(aliases, ''), ';')) AS name
    FROM reference.organization
    UNION ALL
    SELECT
        association_code,
        'association',
        unnest([association_code, name_ko, name_en] || string_split(coalesce(aliases, ''), ';'))
    FROM reference.association
    UNION ALL
    SELECT
        partner_code,
        'partner',
        unnest([partner_code, name_ko, name_en] || string_split(coalesce(aliases, ''), ';'))
    FROM reference.cooperation_partner
)
SELECT name_key(name) AS name_key, organization_code, kind
FROM spelled
WHERE name <> ''
QUALIFY row_number() OVER (PARTITION BY name_key(name) ORDER BY kind, organization_code) = 1
ORDER BY name_key
