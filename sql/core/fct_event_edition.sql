-- Conferences, forums and symposia as reported: planned and actual rows. Grain: series_code, edition_no, event_year,
-- figure_status. Numbers of a planned row are plans and stand in planned_participant_count alone.
WITH place AS (
    SELECT city, unnest([city, name_ko] || string_split(coalesce(aliases, ''), ';')) AS spelling
    FROM reference.city
)
SELECT
    e.* EXCLUDE (submitter, partition_key)
    REPLACE (
        -- "SPACE : Crisis or Opportunity[Power of Space that Gathers People]" holds the subtitle too.
        trim(regexp_replace(
            CASE WHEN e.subtheme IS NULL THEN regexp_replace(e.theme, '\s*\[[^\]]+\]\s*$', '') ELSE e.theme END,
            '\s+:', ':', 'g'
        )) AS theme,
        trim(coalesce(e.subtheme, nullif(regexp_extract(e.theme, '\[([^\]]+)\]\s*$', 1), '')), ' []') AS subtheme,
        coalesce(p.city, e.city) AS city,
        CASE WHEN e.figure_status = 'actual' THEN e.participant_count END AS participant_count,
        coalesce(e.planned_participant_count, CASE WHEN e.figure_status = 'plan' THEN e.participant_count END)
            AS planned_participant_count,
        CASE WHEN e.figure_status = 'actual' THEN e.accompanying_count END AS accompanying_count,
        CASE WHEN e.figure_status = 'actual' THEN e.paper_count END AS paper_count
    ),
    CAST(year(e.start_date) AS SMALLINT) AS event_year
FROM accepted.event_edition AS e
LEFT JOIN place AS p ON name_key(p.spelling) = name_key(e.city)
