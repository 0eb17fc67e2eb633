-- Science culture voucher, issue and use as reported; month 0 is a whole year.
-- Grain: program_year, month, sigungu_code, general_gu_code, beneficiary_category, product_category.
SELECT * EXCLUDE (submitter, partition_key, sido_name, sigungu_name, eupmyeondong_code, region_code)
FROM accepted.voucher_usage
