-- The published tables. Grain: table_name.
SELECT
    table_name,
    grain,
    description_ko,
    description_en,
    is_code_list,
    deprecated_since,
    deprecated_until,
    nullif(use_instead, '') AS use_instead
FROM reference.table_contract
WHERE audience = 'public'
ORDER BY table_name
