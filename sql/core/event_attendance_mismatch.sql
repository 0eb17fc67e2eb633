-- Editions whose attendance by country does not add up to the participants reported for them. Those who accompanied
-- participants are no participants. Grain: submission_id, part, series_code, edition_no, program_year.
WITH attended AS (
    SELECT
        series_code,
        edition_no,
        CASE WHEN edition_no IS NULL THEN program_year END AS unnumbered_year,
        sum(attendee_count) FILTER (attendee_type <> 'accompanying') AS attendee_count
    FROM fct_event_attendance
    GROUP BY ALL
),
mismatch AS (
    SELECT a.series_code, a.edition_no, a.unnumbered_year, a.attendee_count, e.participant_count
    FROM attended AS a
    JOIN dim_event_edition AS e
        ON
            e.series_code = a.series_code
            AND e.edition_no IS NOT DISTINCT FROM a.edition_no
            AND (a.unnumbered_year IS NULL OR a.unnumbered_year = e.event_year)
    WHERE coalesce(a.attendee_count, 0) <> e.participant_count
)
SELECT
    f.submission_id,
    f.part,
    f.series_code,
    f.edition_no,
    f.program_year,
    min(f.source_row) AS source_row,
    any_value(m.participant_count) AS participant_count,
    CAST(any_value(coalesce(m.attendee_count, 0)) AS BIGINT) AS attendee_count,
    any_value(
        format('{} {} 참가자수 {:,}', f.series_code, coalesce(f.edition_no, f.program_year), m.participant_count)
    ) AS said_ko,
    any_value(
        format('{} {}: participants {:,}', f.series_code, coalesce(f.edition_no, f.program_year), m.participant_count)
    ) AS said_en
FROM fct_event_attendance AS f
JOIN mismatch AS m
    ON
        m.series_code = f.series_code
        AND m.edition_no IS NOT DISTINCT FROM f.edition_no
        AND (m.unnumbered_year IS NULL OR m.unnumbered_year = f.program_year)
GROUP BY f.submission_id, f.part, f.series_code, f.edition_no, f.program_year
ORDER BY ALL
