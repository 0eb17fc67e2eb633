-- Vouchers by si/gun/gu and ground, exact, and what of them may not be published: the cell itself, the total of its
-- si/gun/gu, the total of the year. Grain: program_year, sigungu_code, beneficiary_category.
-- What is withheld can't be had by subtraction. A cell with one or two persons takes others of its si/gun/gu along, the
-- smallest first, until two are withheld that hold more persons than they are cells (two cells of two persons are one
-- each); that goes for those to whom vouchers were issued and for those who used them. Where there are no such others
-- the total goes too, and then other si/gun/gu of the year in the same way.
WITH usages AS (
    -- A report of the whole year counts alone; else its months are added up.
    SELECT *
    FROM fct_voucher_usage
    QUALIFY (month = 0) = bool_or(month = 0) OVER (PARTITION BY program_year)
),
cells AS (
    SELECT
        program_year,
        sido_code,
        sigungu_code,
        beneficiary_category,
        CAST(sum(issued_count) AS BIGINT) AS issued_count,
        CAST(sum(user_count) AS BIGINT) AS user_count,
        CAST(sum(use_count) AS BIGINT) AS use_count,
        CAST(sum(used_amount_krw) AS BIGINT) AS used_amount_krw,
        is_small(sum(issued_count)) OR is_small(sum(user_count)) AS has_few
    FROM usages
    GROUP BY ALL
),
ranked_cells AS (
    SELECT
        *,
        count(*) FILTER (has_few) OVER (PARTITION BY program_year, sigungu_code) AS few,
        row_number() OVER smallest_first AS nth,
        sum(issued_count) OVER smallest_first AS issued_so_far,
        sum(user_count) OVER smallest_first AS users_so_far
    FROM cells
    WHERE issued_count > 0
    WINDOW smallest_first AS (
        PARTITION BY program_year, sigungu_code
        ORDER BY has_few DESC, issued_count, user_count, beneficiary_category
        ROWS UNBOUNDED PRECEDING
    )
),
districts AS (
    SELECT
        program_year,
        sigungu_code,
        sum(issued_count) AS issued_count,
        sum(user_count) AS user_count,
        any_value(few) AS few,
        count(*) AS all_cells,
        min(nth) FILTER (
            nth >= greatest(few, 2) AND issued_so_far > nth AND (users_so_far = 0 OR users_so_far > nth)
        ) AS enough_cells
    FROM ranked_cells
    GROUP BY ALL
),
withheld AS (
    SELECT
        program_year,
        sigungu_code,
        issued_count,
        CASE WHEN few = 0 THEN 0 ELSE coalesce(enough_cells, all_cells) END AS cells_withheld,
        few > 0 AND (is_small(issued_count) OR is_small(user_count) OR enough_cells IS NULL) AS total_withheld
    FROM districts
),
ranked_districts AS (
    SELECT
        w.*,
        count(*) FILTER (total_withheld) OVER (PARTITION BY w.program_year) AS few,
        row_number() OVER smallest_first AS nth,
        sum(c.nth) OVER smallest_first AS cells_so_far,
        sum(c.issued_so_far) OVER smallest_first AS issued_so_far,
        sum(c.users_so_far) OVER smallest_first AS users_so_far
    FROM withheld AS w
    JOIN ranked_cells AS c
        ON c.program_year = w.program_year AND c.sigungu_code = w.sigungu_code AND c.nth = greatest(w.cells_withheld, 1)
    WINDOW smallest_first AS (
        PARTITION BY w.program_year
        ORDER BY total_withheld DESC, w.issued_count, w.sigungu_code ROWS UNBOUNDED PRECEDING
    )
),
years AS (
    SELECT
        program_year,
        any_value(few) AS few,
        min(nth) FILTER (
            nth >= greatest(few, 2)
            AND issued_so_far > cells_so_far
            AND (users_so_far = 0 OR users_so_far > cells_so_far)
        ) AS enough_districts
    FROM ranked_districts
    GROUP BY program_year
),
totals AS (
    SELECT
        d.program_year,
        d.sigungu_code,
        d.cells_withheld,
        y.few > 0 AND d.nth <= coalesce(y.enough_districts, y.few) AS total_withheld,
        y.few > 0 AND y.enough_districts IS NULL AS year_withheld
    FROM ranked_districts AS d
    JOIN years AS y USING (program_year)
)
SELECT
    c.program_year,
    c.sido_code,
    c.sigungu_code,
    c.beneficiary_category,
    c.issued_count,
    c.user_count,
    c.use_count,
    c.used_amount_krw,
    coalesce(r.nth <= greatest(t.cells_withheld, CAST(t.total_withheld AS INTEGER)), FALSE) AS cell_withheld,
    coalesce(t.total_withheld, FALSE) AS total_withheld,
    bool_or(coalesce(t.year_withheld, FALSE)) OVER (PARTITION BY c.program_year) AS year_withheld
FROM cells AS c
LEFT JOIN ranked_cells AS r USING (program_year, sigungu_code, beneficiary_category)
LEFT JOIN totals AS t USING (program_year, sigungu_code)
ORDER BY c.program_year, c.sigungu_code, c.beneficiary_category
