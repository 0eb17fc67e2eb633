-- What an edition set out to do, as published, from reference data. Grain: series_code, edition_no, item_type, seq.
SELECT
    series_code,
    CAST(edition_no AS SMALLINT) AS edition_no,
    CAST(event_year AS SMALLINT) AS event_year,
    item_type,
    CAST(seq AS SMALLINT) AS seq,
    text_en
FROM reference.event_session
ORDER BY series_code, edition_no, item_type, seq
