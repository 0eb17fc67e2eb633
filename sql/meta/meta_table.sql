-- The published tables. Grain: table_name.
SELECT table_name, grain, description_ko, description_en
FROM reference.table_contract
WHERE audience = 'public'
ORDER BY table_name
