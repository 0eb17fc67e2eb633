-- The lines that a release adds to mart_revision: what differs from the one it follows, and why. Of a number that it
-- withholds there is no value here: what was shown earlier could give it away.
-- difference: what differs. cause: why, by row, or by a column of it (column_name), which comes first.
-- release: one row, release_id, previous_release_id, revised_at. withheld: table_name, row_key, column_name of numbers.
-- Grain: table_name, row_key, change, column_name.
SELECT
    r.release_id,
    r.previous_release_id,
    r.revised_at,
    d.table_name,
    d.row_key,
    d.change,
    d.column_name,
    coalesce(v.cause, c.cause) AS cause,
    CASE WHEN w.table_name IS NULL THEN d.old_value END AS old_value,
    CASE WHEN w.table_name IS NULL THEN d.new_value END AS new_value
FROM difference AS d
CROSS JOIN release AS r
LEFT JOIN cause AS c
    ON c.table_name = d.table_name AND c.row_key IS NOT DISTINCT FROM d.row_key AND c.column_name IS NULL
LEFT JOIN cause AS v
    ON v.table_name = d.table_name AND v.row_key IS NOT DISTINCT FROM d.row_key AND v.column_name = d.column_name
LEFT JOIN withheld AS w
    ON w.table_name = d.table_name AND w.row_key = d.row_key AND w.column_name = d.column_name
ORDER BY ALL
