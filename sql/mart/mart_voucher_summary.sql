-- Science culture voucher, national summary. Grain: program_year.
-- Persons are added up as reported. A year too small to hide its few persons in is withheld as a whole.
SELECT
    program_year,
    CASE WHEN NOT year_withheld THEN CAST(sum(issued_count) AS BIGINT) END AS issued_count,
    CASE WHEN NOT year_withheld THEN CAST(sum(user_count) AS BIGINT) END AS user_count,
    CASE WHEN NOT year_withheld THEN CAST(sum(use_count) AS BIGINT) END AS use_count,
    CASE WHEN NOT year_withheld THEN CAST(sum(used_amount_krw) AS BIGINT) END AS used_amount_krw,
    count(DISTINCT sigungu_code) FILTER (issued_count > 0) AS sigungu_count,
    year_withheld AS suppressed
FROM voucher_cell
GROUP BY program_year, year_withheld
ORDER BY program_year
