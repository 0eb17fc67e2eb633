-- Every program's measures by year at every level of the region, long.
-- Grain: program_code, program_year, region_level, region_code, measure.
-- Each measure is counted from the reports at each level. A level holds all that stands at it once more: never add up
-- rows of different levels. Within a level, what may be added up (is_additive) sums to the level above.
-- What belongs to no single division of a level stands in a row of its own (is_remainder), under the code of the
-- narrowest division that is known: 41 among si/gun/gu is what lies somewhere in 41, 00 among sido what names none.
WITH placed AS (
    SELECT
        c.*,
        l.region_level,
        region_at(l.region_level, c.sido_code, c.sigungu_code, c.general_gu_code, c.eupmyeondong_code) AS region_code
    FROM program_cell AS c
    -- General gu stand beside others of their city alone.
    JOIN reference.region_level AS l
        ON l.position BETWEEN c.widest AND c.narrowest AND (l.region_level <> 'general_gu' OR c.has_general_gu)
),
counted AS (
    SELECT
        program_code,
        program_year,
        region_level,
        region_code,
        nullif(count(DISTINCT institution_code), 0) AS institution_count,
        CASE WHEN region_level IN ('nation', 'sido') THEN nullif(count(DISTINCT counted_sigungu_code), 0) END
            AS sigungu_count,
        CASE WHEN region_level <> 'eupmyeondong' THEN nullif(count(DISTINCT counted_eupmyeondong_code), 0) END
            AS eupmyeondong_count,
        sum(instructor_count) AS instructor_count,
        nullif(count(DISTINCT facility_code), 0) AS facility_count,
        nullif(count(DISTINCT museum), 0) AS museum_count,
        nullif(count(DISTINCT operating_day), 0) AS operating_day_count,
        sum(class_count) AS class_count,
        sum(program_count) AS program_count,
        sum(project_count) AS project_count,
        sum(exhibit_count) AS exhibit_count,
        sum(session_count) AS session_count,
        sum(beneficiary_count) AS beneficiary_count,
        sum(attendance_count) AS attendance_count,
        sum(participant_count) AS participant_count,
        sum(visitor_count) AS visitor_count,
        sum(issued_count) AS issued_count,
        sum(user_count) AS user_count,
        sum(use_count) AS use_count,
        sum(used_amount_krw) AS used_amount_krw,
        sum(grant_amount_krw) AS grant_amount_krw,
        sum(support_amount_krw) AS support_amount_krw,
        sum(national_fund_krw) AS national_fund_krw,
        sum(local_fund_krw) AS local_fund_krw,
        percent(sum(sharing_session_count), sum(session_count)) AS sharing_session_share,
        sum(respondent_count) AS respondent_count,
        round_half_up(weighted_mean(satisfaction_score, respondent_count), 1) AS satisfaction_score
    FROM placed
    GROUP BY program_code, program_year, region_level, region_code
),
measures AS (
    UNPIVOT counted
    ON COLUMNS(* EXCLUDE (program_code, program_year, region_level, region_code))
    INTO NAME measure VALUE amount
)
SELECT
    d.program_code,
    d.program_year,
    d.region_level,
    d.region_code,
    CASE
        WHEN d.region_level = 'nation' THEN '전국'
        WHEN r.level = d.region_level THEN r.full_name_ko
        ELSE concat_ws(' ', r.full_name_ko, l.name_ko, '미구분')
    END AS region_name,
    CASE d.region_level
        WHEN 'nation' THEN '00'
        WHEN r.level THEN CASE r.level
            WHEN 'sido' THEN r.current_sido_code
            WHEN 'sigungu' THEN r.current_sigungu_code
            WHEN 'general_gu' THEN left(r.current_region_code, 5)
            ELSE r.current_region_code
        END
    END AS current_region_code,
    CASE d.region_level WHEN 'nation' THEN '전국' WHEN r.level THEN r.current_name_ko END AS current_region_name,
    d.region_level <> 'nation' AND coalesce(r.level, '') <> d.region_level AS is_remainder,
    d.measure,
    CAST(d.amount AS DOUBLE) AS value,
    m.unit,
    m.is_additive
FROM measures AS d
JOIN reference.region_level AS l USING (region_level)
LEFT JOIN reference.measure AS m USING (measure)
LEFT JOIN dim_region AS r ON r.region_code = rpad(d.region_code, 10, '0')
ORDER BY d.program_code, d.program_year, l.position, d.region_code, d.measure
