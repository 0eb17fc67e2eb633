-- What differs between two kept releases, each line with what caused it in the releases in between; else with what
-- changed its row there; else nobody kept it.
-- difference: what differs. between_them: revisions that only one of the two knows.
-- Grain: table_name, row_key, change, column_name.
WITH of_value AS (
    SELECT table_name, row_key, column_name, string_agg(DISTINCT cause, '; ' ORDER BY cause) AS cause
    FROM between_them
    GROUP BY ALL
),
of_row AS (
    SELECT table_name, row_key, string_agg(DISTINCT cause, '; ' ORDER BY cause) AS cause
    FROM between_them
    GROUP BY ALL
)
SELECT
    d.table_name,
    d.row_key,
    d.change,
    d.column_name,
    d.old_value,
    d.new_value,
    coalesce(v.cause, r.cause, 'not recorded') AS cause
FROM difference AS d
LEFT JOIN of_value AS v
    ON
        v.table_name = d.table_name AND v.row_key IS NOT DISTINCT FROM d.row_key
        AND v.column_name IS NOT DISTINCT FROM d.column_name
LEFT JOIN of_row AS r ON r.table_name = d.table_name AND r.row_key IS NOT DISTINCT FROM d.row_key
ORDER BY d.table_name, d.row_key, d.change, d.column_name
