-- Organisations that events and agreements name: hosts and sponsors, overseas associations, partners abroad.
-- Grain: organization_code. An organisation that changed its name keeps its code.
SELECT
    organization_code,
    'organization' AS kind,
    name_ko,
    name_en,
    nullif(later_name_en, '') AS later_name_en,
    TRY_CAST(renamed_on AS DATE) AS renamed_on
FROM reference.organization
UNION ALL
SELECT association_code, 'association', name_ko, nullif(name_en, ''), NULL, NULL
FROM reference.association
UNION ALL
SELECT partner_code, 'partner', name_ko, name_en, NULL, NULL
FROM reference.cooperation_partner
ORDER BY organization_code
