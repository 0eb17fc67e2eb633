-- Support for local science museums, exhibits shown.
-- Grain: program_year, museum_name, sigungu_code, general_gu_code, exhibit_name, start_date.
SELECT
    program_year,
    museum_name,
    museum_type,
    sido_code,
    sigungu_code,
    general_gu_code,
    exhibit_name,
    start_date,
    end_date,
    visitor_count,
    operating_day_count,
    support_amount_krw,
    submission_id,
    part,
    source_row
FROM accepted.science_museum_support
