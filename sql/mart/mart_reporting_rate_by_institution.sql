-- How much of what each institution owed of a dataset in a year came, was accepted and came in time. For the operator.
-- Grain: dataset, submitter, program_year. Of the periods whose due day has passed; rates as in mart_reporting_rate.
WITH counts AS (
    SELECT
        s.dataset,
        s.title_ko,
        s.submitter,
        s.program_year,
        max(s.due_on) AS due_on,
        count(*) FILTER (s.is_owed) AS owed_count,
        count(*) FILTER (s.status IN ('received', 'late')) AS received_count,
        count(*) FILTER (s.is_accepted) AS accepted_count,
        count(*) FILTER (s.is_accepted AND s.verdict = 'partially_accepted') AS partially_accepted_count,
        count(*) FILTER (s.status IN ('received', 'late') AND NOT s.is_accepted) AS waiting_count,
        count(*) FILTER (s.status = 'missing') AS missing_count,
        count(*) FILTER (NOT s.is_owed) AS unexpected_count,
        count(*) FILTER (s.is_on_time) AS on_time_count,
        count(*) FILTER (s.status = 'late') AS late_count,
        count(s.is_on_time) AS known_count
    FROM mart_submission_status AS s
    JOIN reference.due_period AS d USING (dataset, program_year, period_no)
    WHERE d.is_due
    GROUP BY ALL
)
SELECT
    * EXCLUDE (known_count),
    round(100.0 * accepted_count / nullif(owed_count, 0), 1) AS reporting_rate,
    round(100.0 * on_time_count / nullif(known_count, 0), 1) AS timeliness
FROM counts
ORDER BY ALL
