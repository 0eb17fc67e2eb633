-- Local science culture centres and Science City of the Year, projects run.
-- Grain: program_year, support_type, sido_code, sigungu_code, general_gu_code, project_name.
SELECT
    program_year,
    support_type,
    CASE support_type WHEN 'hub_center' THEN 'local_culture_center' ELSE support_type END AS program_code,
    sido_code,
    sigungu_code,
    general_gu_code,
    operator_name,
    designated_date,
    project_name,
    session_count,
    participant_count,
    national_fund_krw,
    local_fund_krw,
    submission_id,
    part,
    source_row
FROM accepted.regional_culture_support
