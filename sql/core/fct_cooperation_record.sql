-- Cooperation, diplomacy, ODA, awards and support of talent. Grain: program_year, quarter, record_type, record_no,
-- submitter. A partner is known by its short name or any of its names, also in brackets (미국과학진흥협회(AAAS)); one that
-- no list knows keeps the name given as its code.
SELECT
    r.program_year,
    r.quarter,
    r.record_type,
    r.record_no,
    r.submitter,
    r.title,
    r.series_code,
    coalesce(k.organization_code, b.organization_code, i.organization_code, trim(r.partner_code)) AS partner_code,
    r.partner_code AS partner_name,
    r.country_code,
    r.record_date,
    r.expert_count,
    r.participant_count,
    coalesce(r.award_count, CASE WHEN r.record_type = 'award' THEN r.participant_count END) AS award_count,
    r.status,
    r.submission_id,
    r.part,
    r.source_row
FROM accepted.cooperation_record AS r
LEFT JOIN organization_key AS k ON k.name_key = name_key(r.partner_code)
LEFT JOIN organization_key AS b ON b.name_key = name_key(regexp_replace(r.partner_code, '\s*\([^)]*\)\s*$', ''))
LEFT JOIN organization_key AS i ON i.name_key = name_key(regexp_extract(r.partner_code, '\(([^)]+)\)\s*$', 1))
