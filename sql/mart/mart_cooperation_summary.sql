-- Records of cooperation by year and kind. Grain: program_year, record_type.
-- Every kind has a row in every year with data, 0 where nothing was recorded; before any data came, one without a year.
WITH years AS (
    SELECT DISTINCT program_year FROM fct_cooperation_record
    UNION ALL
    SELECT CAST(NULL AS SMALLINT) WHERE NOT EXISTS (SELECT 1 FROM fct_cooperation_record)
),
counted AS (
    SELECT
        program_year,
        record_type,
        count(*) AS record_count,
        count(*) FILTER (status = 'active') AS active_count,
        count(DISTINCT name_key(partner_code)) AS partner_count,
        count(DISTINCT country_code) AS country_count,
        sum(expert_count) AS expert_count,
        sum(participant_count) AS participant_count,
        sum(award_count) AS award_count
    FROM fct_cooperation_record
    GROUP BY program_year, record_type
)
SELECT
    y.program_year,
    t.record_type,
    t.name_ko AS record_type_name_ko,
    t.name_en AS record_type_name_en,
    t.program_code,
    t.program_name_ko,
    t.program_name_en,
    coalesce(c.record_count, 0) AS record_count,
    coalesce(c.active_count, 0) AS active_count,
    coalesce(c.partner_count, 0) AS partner_count,
    coalesce(c.country_count, 0) AS country_count,
    -- What records were silent about stays unknown; where there were none, it is 0.
    CAST(CASE WHEN c.record_count IS NULL THEN 0 ELSE c.expert_count END AS BIGINT) AS expert_count,
    CAST(CASE WHEN c.record_count IS NULL THEN 0 ELSE c.participant_count END AS BIGINT) AS participant_count,
    CAST(CASE WHEN c.record_count IS NULL THEN 0 ELSE c.award_count END AS BIGINT) AS award_count
FROM years AS y
CROSS JOIN reference.cooperation_record_type AS t
LEFT JOIN counted AS c ON c.program_year = y.program_year AND c.record_type = t.record_type
ORDER BY y.program_year, t.record_type
