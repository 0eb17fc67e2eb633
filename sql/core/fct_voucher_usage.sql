-- Science culture voucher, issue and use as reported; month 0 is a whole year.
-- Grain: program_year, month, sigungu_code, general_gu_code, beneficiary_category, product_category.
SELECT
    program_year,
    month,
    sido_code,
    sigungu_code,
    general_gu_code,
    beneficiary_category,
    product_category,
    issued_count,
    user_count,
    use_count,
    used_amount_krw,
    submission_id,
    part,
    source_row
FROM accepted.voucher_usage
