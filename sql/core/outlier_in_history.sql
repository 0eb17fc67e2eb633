-- Sums of a submitter that are far from its own earlier ones of the same dataset and measure: of parts of a year from
-- those of earlier parts, of whole years from those of earlier years. For findings.
-- Grain: dataset, submitter, program_year, period_no (0 for a whole year), measure.
-- Far is a modified z-score over 3.5 (0.6745 of the distance from the median, in median absolute deviations; where they
-- are 0, in mean ones; where all earlier sums are equal, any distance), and half as much again as the highest of them,
-- or less than two thirds of the lowest, since what comes in one season is no news in the next. The last 12 earlier
-- sums are looked at; fewer than 5 are no history. A year is looked at once it is over, as in year_on_year.
WITH newest AS (
    SELECT CAST(max(received_at) AT TIME ZONE 'UTC' AS DATE) AS received_on
    FROM log.receipt
),
divided AS (
    SELECT DISTINCT dataset
    FROM reference.due_period
    WHERE period_no > 0
),
sums AS (
    SELECT
        m.dataset,
        m.submitter,
        m.program_year,
        CASE WHEN d.dataset IS NULL THEN CAST(0 AS SMALLINT) ELSE coalesce(TRY_CAST(m.partition_key AS SMALLINT), 0) END
            AS period_no,
        m.measure,
        sum(m.value) AS value
    FROM accepted.measure_period AS m
    LEFT JOIN divided AS d ON d.dataset = m.dataset
    WHERE m.value IS NOT NULL
    GROUP BY ALL
),
reported AS (
    SELECT
        f.dataset,
        f.submitter,
        f.program_year,
        CASE WHEN d.dataset IS NULL THEN CAST(0 AS SMALLINT) ELSE coalesce(TRY_CAST(f.partition_key AS SMALLINT), 0) END
            AS period_no,
        max(f.submission_id) AS submission_id
    FROM log.in_force AS f
    LEFT JOIN divided AS d ON d.dataset = f.dataset
    GROUP BY ALL
),
series AS (
    SELECT
        *,
        list(value) OVER (
            PARTITION BY dataset, submitter, measure, period_no > 0
            ORDER BY program_year, period_no
            ROWS BETWEEN 12 PRECEDING AND 1 PRECEDING
        ) AS history
    FROM sums
),
centred AS (
    SELECT *, list_median(history) AS centre, list_mad(history) AS median_distance
    FROM series
    WHERE len(history) >= 5
),
far AS (
    SELECT *, list_avg(list_transform(history, LAMBDA earlier: abs(earlier - centre))) AS mean_distance
    FROM centred
    WHERE greatest(value, centre) >= 30 AND (value > 1.5 * list_max(history) OR 1.5 * value < list_min(history))
)
SELECT
    f.dataset,
    f.submitter,
    f.program_year,
    f.period_no,
    f.measure,
    c.header,
    r.submission_id,
    CAST(f.value AS BIGINT) AS value,
    CAST(f.centre AS BIGINT) AS median_before,
    list_aggregate(
        list_transform(f.history[-6:], LAMBDA earlier: format('{:,}', CAST(earlier AS BIGINT))), 'string_agg', ', '
    ) AS history,
    concat_ws(' ', f.program_year || '년', p.name_ko) AS period_ko,
    concat_ws(' of ', p.name_en, f.program_year) AS period_en
FROM far AS f
JOIN newest AS n ON f.period_no > 0 OR n.received_on >= make_date(f.program_year + 1, 1, 15)
JOIN reported AS r USING (dataset, submitter, program_year, period_no)
JOIN reference.contract_field AS c ON c.dataset = f.dataset AND c.field = f.measure
JOIN reference.contract AS d ON d.dataset = f.dataset
LEFT JOIN reference.period AS p ON p.period = d.cadence || '-' || f.period_no
WHERE
    CASE
        WHEN f.median_distance > 0 THEN 0.6745 * abs(f.value - f.centre) / f.median_distance > 3.5
        WHEN f.mean_distance > 0 THEN abs(f.value - f.centre) / (1.253314 * f.mean_distance) > 3.5
        ELSE TRUE
    END
ORDER BY ALL
