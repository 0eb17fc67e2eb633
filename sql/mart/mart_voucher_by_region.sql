-- Science culture voucher by si/gun/gu and ground. Grain: program_year, sigungu_code, beneficiary_category.
-- Exact: what of it may be shown is decided where the published tables are made.
SELECT
    v.program_year,
    r.sido_code,
    r.sido_name,
    v.sigungu_code,
    r.sigungu_name,
    r.current_sigungu_code,
    r.current_sigungu_name,
    v.beneficiary_category,
    v.issued_count,
    v.user_count,
    v.use_count,
    v.used_amount_krw
FROM voucher_cell AS v
LEFT JOIN sigungu_of_year AS r ON r.program_year = v.program_year AND r.sigungu_code = v.sigungu_code
ORDER BY v.program_year, v.sigungu_code, v.beneficiary_category
