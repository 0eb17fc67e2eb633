-- Science culture voucher by si/gun/gu and ground. Grain: program_year, sigungu_code, beneficiary_category.
-- Cells with one or two persons are withheld, and others beside them, so that no total gives them away (voucher_cell).
SELECT
    v.program_year,
    r.sido_code,
    r.sido_name,
    v.sigungu_code,
    r.sigungu_name,
    r.current_sigungu_code,
    r.current_sigungu_name,
    v.beneficiary_category,
    CASE WHEN NOT v.cell_withheld THEN v.issued_count END AS issued_count,
    CASE WHEN NOT v.cell_withheld THEN v.user_count END AS user_count,
    CASE WHEN NOT v.cell_withheld THEN v.use_count END AS use_count,
    CASE WHEN NOT v.cell_withheld THEN v.used_amount_krw END AS used_amount_krw,
    v.cell_withheld AS suppressed
FROM voucher_cell AS v
LEFT JOIN sigungu_of_year AS r ON r.program_year = v.program_year AND r.sigungu_code = v.sigungu_code
ORDER BY v.program_year, v.sigungu_code, v.beneficiary_category
