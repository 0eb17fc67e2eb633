-- Science culture voucher, national summary. Grain: program_year.
-- Persons are added up as reported.
SELECT
    program_year,
    CAST(sum(issued_count) AS BIGINT) AS issued_count,
    CAST(sum(user_count) AS BIGINT) AS user_count,
    CAST(sum(use_count) AS BIGINT) AS use_count,
    CAST(sum(used_amount_krw) AS BIGINT) AS used_amount_krw,
    count(DISTINCT sigungu_code) FILTER (issued_count > 0) AS sigungu_count
FROM voucher_cell
GROUP BY program_year
ORDER BY program_year
