-- What changed each row that differs between two releases, at most so many causes named.
-- difference: what differs. found: causes found, each with its row. wording: one row, unknown (what is said where none
-- was found) and named (how many are named). Grain: table_name, row_key.
WITH listed AS (
    SELECT
        d.table_name,
        d.row_key,
        list_sort(list(DISTINCT f.cause) FILTER (f.cause IS NOT NULL)) AS causes
    FROM (SELECT DISTINCT table_name, row_key FROM difference) AS d
    LEFT JOIN found AS f ON f.table_name = d.table_name AND f.row_key IS NOT DISTINCT FROM d.row_key
    GROUP BY ALL
)
SELECT
    l.table_name,
    l.row_key,
    CASE
        WHEN coalesce(len(l.causes), 0) = 0 THEN w.unknown
        WHEN len(l.causes) <= w.named THEN array_to_string(l.causes, '; ')
        ELSE concat(array_to_string(l.causes[:w.named], '; '), '; and ', len(l.causes) - w.named, ' more')
    END AS cause
FROM listed AS l
CROSS JOIN wording AS w
ORDER BY ALL
