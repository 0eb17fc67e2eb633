-- Administrative divisions since 2010 with their validity and today's map beside them. Grain: region_code.
SELECT
    region_code,
    kind,
    level,
    name_ko,
    full_name_ko,
    name_en,
    parent_code,
    sido_code,
    sigungu_code,
    general_gu_code,
    valid_from,
    valid_to,
    array_to_string(successor_codes, ',') AS successor_codes,
    current_region_code,
    current_sido_code,
    current_sigungu_code,
    current_name_ko,
    current_name_en,
    current_note
FROM reference.region
ORDER BY region_code
