-- Vouchers by si/gun/gu and ground, exact: the cells that tables add up.
-- Grain: program_year, sido_code, sigungu_code, beneficiary_category.
WITH usages AS (
    -- A report of the whole year counts alone; else its months are added up.
    SELECT *
    FROM fct_voucher_usage
    QUALIFY (month = 0) = bool_or(month = 0) OVER (PARTITION BY program_year)
)
SELECT
    program_year,
    sido_code,
    sigungu_code,
    beneficiary_category,
    CAST(sum(issued_count) AS BIGINT) AS issued_count,
    CAST(sum(user_count) AS BIGINT) AS user_count,
    CAST(sum(use_count) AS BIGINT) AS use_count,
    CAST(sum(used_amount_krw) AS BIGINT) AS used_amount_krw
FROM usages
GROUP BY ALL
ORDER BY ALL
