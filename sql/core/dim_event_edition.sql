-- One row an edition, whatever came of it. Grain: series_code, edition_no, event_year.
-- What happened stands before what was planned, and the later date before the earlier one (an edition put off keeps its
-- number); only the planned number of participants is taken from a plan beside it.
WITH ranked AS (
    SELECT
        *,
        row_number() OVER edition AS rank,
        first_value(planned_participant_count IGNORE NULLS) OVER (
            edition ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        ) AS any_planned_participant_count
    FROM fct_event_edition
    WINDOW edition AS (
        PARTITION BY series_code, edition_no, CASE WHEN edition_no IS NULL THEN event_year END
        ORDER BY figure_status, start_date DESC, participant_count DESC NULLS LAST, submission_id, part, source_row
    )
)
SELECT
    series_code,
    edition_no,
    event_year,
    figure_status,
    event_title,
    start_date,
    end_date,
    theme,
    subtheme,
    venue_name,
    city,
    country_code,
    mode,
    host,
    organizer,
    sponsor,
    participant_count,
    coalesce(planned_participant_count, any_planned_participant_count) AS planned_participant_count,
    accompanying_count,
    paper_count
FROM ranked
WHERE rank = 1
ORDER BY series_code, edition_no, event_year
