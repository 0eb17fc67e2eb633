-- Cooperation, diplomacy, ODA, awards and support of talent. Grain: program_year, quarter, record_type, record_no,
-- submitter. A partner is known by its short name or any of its names, also in brackets (미국과학진흥협회(AAAS)); one that
-- no list knows keeps the name given as its code.
SELECT
    r.* EXCLUDE (submitter, partition_key)
    REPLACE (
        coalesce(k.organization_code, b.organization_code, i.organization_code, trim(r.partner_code)) AS partner_code,
        coalesce(r.award_count, CASE WHEN r.record_type = 'award' THEN r.participant_count END) AS award_count
    ),
    r.submitter,
    r.partner_code AS partner_name
FROM accepted.cooperation_record AS r
LEFT JOIN organization_key AS k ON k.name_key = name_key(r.partner_code)
LEFT JOIN organization_key AS b ON b.name_key = name_key(regexp_replace(r.partner_code, '\s*\([^)]*\)\s*$', ''))
LEFT JOIN organization_key AS i ON i.name_key = name_key(regexp_extract(r.partner_code, '\(([^)]+)\)\s*$', 1))
