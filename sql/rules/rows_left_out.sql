-- How many rows of all submissions were left out, by reason. One row.
SELECT
    CAST(sum(blank) AS BIGINT) AS blank,
    CAST(sum(footnote) AS BIGINT) AS footnote,
    CAST(sum(example) AS BIGINT) AS example,
    CAST(sum(header) AS BIGINT) AS header,
    CAST(sum(subtotal) AS BIGINT) AS subtotal,
    CAST(sum(other) AS BIGINT) AS other
FROM log.part
