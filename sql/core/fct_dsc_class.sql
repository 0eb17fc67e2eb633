-- Daily Science Class, classes held. Grain: program_year, institution_code, term, facility_code, class_name, class_no.
SELECT
    c.program_year,
    i.institution_code,
    c.term,
    coalesce(c.facility_code, k.facility_code) AS facility_code,
    c.class_name,
    c.class_no,
    c.class_track,
    c.target_group,
    c.sido_code,
    c.sigungu_code,
    c.general_gu_code,
    c.eupmyeondong_code,
    c.session_count,
    c.beneficiary_count,
    c.attendance_count,
    c.satisfaction_score,
    c.submission_id,
    c.part,
    c.source_row
FROM accepted.dsc_class AS c
JOIN institution_key AS i ON i.name_key = name_key(coalesce(c.institution_name, c.submitter))
JOIN facility_code AS k
    ON k.program_year = c.program_year AND k.facility_key = facility_key(c.facility_name, c.eupmyeondong_code)
