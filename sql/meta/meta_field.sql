-- The columns of every form, in the words of the people who fill it in. Grain: dataset, field.
SELECT
    dataset,
    CAST(field_no AS INTEGER) AS field_no,
    field,
    header,
    aliases,
    type AS field_type,
    nullif(unit, '') AS unit,
    is_required,
    nullif(allowed, '') AS allowed,
    codes,
    description_ko,
    description_en
FROM reference.contract_field
ORDER BY dataset, field_no
