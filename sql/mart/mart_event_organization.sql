-- Who hosted, organised and sponsored an edition, in the order given. Grain: series_code, edition_no, event_year, role,
-- seq. An organisation has the English name it bore on the day; one that no list knows keeps a name written in English.
WITH named AS (
    SELECT
        series_code,
        edition_no,
        event_year,
        start_date,
        'host' AS role,
        generate_subscripts(host, 1) AS seq,
        unnest(host) AS organization_name
    FROM dim_event_edition
    UNION ALL
    SELECT
        series_code,
        edition_no,
        event_year,
        start_date,
        'organizer',
        generate_subscripts(organizer, 1),
        unnest(organizer)
    FROM dim_event_edition
    UNION ALL
    SELECT series_code, edition_no, event_year, start_date, 'sponsor', generate_subscripts(sponsor, 1), unnest(sponsor)
    FROM dim_event_edition
)
SELECT
    n.series_code,
    n.edition_no,
    n.event_year,
    n.role,
    CAST(n.seq AS SMALLINT) AS seq,
    n.organization_name,
    o.organization_code,
    o.name_ko AS organization_name_ko,
    CASE
        WHEN n.start_date >= o.renamed_on THEN o.later_name_en
        WHEN o.name_en IS NOT NULL THEN o.name_en
        WHEN NOT regexp_matches(n.organization_name, '[가-힣]') THEN n.organization_name
    END AS organization_name_en
FROM named AS n
LEFT JOIN organization_key AS k ON k.name_key = name_key(n.organization_name)
LEFT JOIN organization_key AS b ON b.name_key = name_key(regexp_replace(n.organization_name, '\s*\([^)]*\)\s*$', ''))
LEFT JOIN dim_organization AS o ON o.organization_code = coalesce(k.organization_code, b.organization_code)
ORDER BY n.series_code, n.edition_no, n.event_year, n.role, n.seq
