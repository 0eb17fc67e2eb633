-- Overseas associations of Korean scientists and engineers: those of the reference, and those that report besides.
-- Grain: association_code. What the reference says of names and founding stands before what was reported; where
-- sources differ the conflict is shown.
WITH last_reported AS (
    SELECT association_code, association_name, association_name_en, founded_year, founded_month, founded_place
    FROM fct_overseas_association_membership
    QUALIFY row_number() OVER (
        PARTITION BY association_code ORDER BY reference_date DESC, submission_id, part, source_row
    ) = 1
),
reported_country AS (
    SELECT association_code, list(DISTINCT country_code) AS countries
    FROM fct_overseas_association_membership
    GROUP BY association_code
),
known AS (
    SELECT
        association_code,
        name_ko,
        nullif(name_en, '') AS name_en,
        string_split(country_codes, ';') AS countries,
        TRY_CAST(founded_year AS SMALLINT) AS founded_year,
        TRY_CAST(founded_month AS TINYINT) AS founded_month,
        nullif(founded_place_as_published, '') AS founded_place,
        nullif(founded_conflict, '') AS founded_conflict,
        true AS is_listed
    FROM reference.association
)
SELECT
    association_code,
    coalesce(k.name_ko, r.association_name) AS name_ko,
    coalesce(k.name_en, r.association_name_en) AS name_en,
    array_to_string(list_sort(list_distinct(coalesce(k.countries, []) || coalesce(c.countries, []))), ', ')
        AS country_codes,
    coalesce(k.founded_year, r.founded_year) AS founded_year,
    -- A month reported belongs to the year reported with it.
    coalesce(
        k.founded_month,
        CASE WHEN r.founded_year = coalesce(k.founded_year, r.founded_year) THEN r.founded_month END
    ) AS founded_month,
    coalesce(k.founded_place, r.founded_place) AS founded_place_as_published,
    nullif(
        concat_ws(
            '; ',
            k.founded_conflict,
            CASE
                WHEN r.founded_year <> k.founded_year OR r.founded_month <> k.founded_month
                    THEN concat('Reported: ', concat_ws('-', r.founded_year, r.founded_month))
            END
        ),
        ''
    ) AS founding_conflict,
    coalesce(k.is_listed, false) AS is_listed
FROM known AS k
FULL JOIN last_reported AS r USING (association_code)
LEFT JOIN reported_country AS c USING (association_code)
ORDER BY association_code
