-- Overseas associations and their members on a day. Grain: reference_date.
-- Members are added over association, country and kind of member. Where associations count on different bases
-- (active, registered, cumulative) count_basis is mixed, and the sums by basis give the parts.
SELECT
    reference_date,
    count(DISTINCT country_code) AS country_count,
    count(DISTINCT association_code) AS association_count,
    CAST(coalesce(sum(member_count), 0) AS BIGINT) AS member_count,
    CASE WHEN count(DISTINCT count_basis) = 1 THEN min(count_basis) ELSE 'mixed' END AS count_basis,
    CAST(coalesce(sum(member_count) FILTER (count_basis = 'active'), 0) AS BIGINT) AS active_member_count,
    CAST(coalesce(sum(member_count) FILTER (count_basis = 'registered'), 0) AS BIGINT) AS registered_member_count,
    CAST(coalesce(sum(member_count) FILTER (count_basis = 'cumulative'), 0) AS BIGINT) AS cumulative_member_count
FROM fct_overseas_association_membership
WHERE is_counted
GROUP BY reference_date
ORDER BY reference_date
