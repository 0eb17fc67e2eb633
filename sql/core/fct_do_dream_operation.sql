-- Do Dream, days of operation at a stop. Grain: program_year, sigungu_code, venue_name, operation_date.
SELECT
    o.program_year,
    o.tour_region,
    o.stop_name,
    i.institution_code,
    o.venue_name,
    o.sido_code,
    o.sigungu_code,
    o.general_gu_code,
    o.operation_date,
    o.session_count,
    o.visitor_count,
    o.submission_id,
    o.part,
    o.source_row
FROM accepted.do_dream_operation AS o
JOIN institution_key AS i ON i.name_key = name_key(o.institution_name)
