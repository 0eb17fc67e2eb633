-- How much of what is owed came, was accepted and came in time, of each dataset and period. For the operator.
-- Grain: dataset, program_year, period_no. Period 0 is the year: all of its periods whose due day has passed.
-- reporting_rate: accepted of owed, above 100 where more came than was owed. timeliness: first seen by the due day, of
-- those of which that is known; what is missing counts as not in time.
WITH lines AS (
    SELECT s.*, s.period_no AS counts_for
    FROM mart_submission_status AS s
    WHERE s.due_on IS NOT NULL
    UNION ALL
    SELECT s.*, CAST(0 AS SMALLINT) AS counts_for
    FROM mart_submission_status AS s
    JOIN reference.due_period AS d USING (dataset, program_year, period_no)
    WHERE d.is_due AND s.period_no > 0
),
counts AS (
    SELECT
        dataset,
        title_ko,
        program_year,
        counts_for AS period_no,
        max(due_on) AS due_on,
        count(*) FILTER (is_owed) AS owed_count,
        count(*) FILTER (status IN ('received', 'late')) AS received_count,
        count(*) FILTER (is_accepted) AS accepted_count,
        count(*) FILTER (is_accepted AND verdict = 'partially_accepted') AS partially_accepted_count,
        count(*) FILTER (status IN ('received', 'late') AND NOT is_accepted) AS waiting_count,
        count(*) FILTER (status = 'missing') AS missing_count,
        count(*) FILTER (NOT is_owed) AS unexpected_count,
        count(*) FILTER (is_on_time) AS on_time_count,
        count(*) FILTER (status = 'late') AS late_count,
        count(is_on_time) AS known_count
    FROM lines
    GROUP BY ALL
)
SELECT
    * EXCLUDE (known_count),
    round(100.0 * accepted_count / nullif(owed_count, 0), 1) AS reporting_rate,
    round(100.0 * on_time_count / nullif(known_count, 0), 1) AS timeliness
FROM counts
ORDER BY ALL
