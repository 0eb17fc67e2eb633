-- The columns of the published tables, with the domain that public-data metadata asks for (도메인분류).
-- Grain: table_name, column_name.
SELECT
    table_name,
    CAST(column_no AS INTEGER) AS column_no,
    column_name,
    data_type,
    CASE
        WHEN data_type = 'BOOLEAN' THEN '여부'
        WHEN data_type IN ('DATE', 'TIMESTAMP', 'TIMESTAMP WITH TIME ZONE') THEN '날짜'
        WHEN unit = 'year' THEN '연도'
        WHEN unit = 'KRW' THEN '금액'
        WHEN unit = 'percent' THEN '율'
        WHEN data_type IN ('TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT', 'DOUBLE') THEN '수량'
        WHEN regexp_matches(column_name, '(_code|_id|^measure|^role|status)$') THEN '코드'
        WHEN regexp_matches(column_name, '(name|name_ko|name_en|title)$') THEN '명칭'
        ELSE '내용'
    END AS domain,
    nullif(unit, '') AS unit,
    is_additive,
    description_ko,
    description_en,
    codes,
    deprecated_since,
    deprecated_until,
    nullif(use_instead, '') AS use_instead
FROM reference.table_column
SEMI JOIN meta_table USING (table_name)
ORDER BY table_name, column_no
