-- Which institution a name or code in a submission means. Grain: name_key.
-- A name that the register doesn't know gets a code made from the name, so that no row loses its institution.
WITH registered AS (
    SELECT name_key(institution_name) AS name_key, institution_code, institution_name, 1 AS rank, program_year
    FROM accepted.institution
    UNION ALL
    SELECT name_key(institution_code), institution_code, institution_name, 0, program_year
    FROM accepted.institution
),
reporting AS (
    SELECT DISTINCT name AS institution_name FROM accepted.named_institution
),
known AS (
    SELECT name_key, institution_code, institution_name, true AS is_registered
    FROM registered
    QUALIFY row_number() OVER (PARTITION BY name_key ORDER BY rank, program_year DESC, institution_code) = 1
),
unknown AS (
    SELECT
        name_key(institution_name) AS name_key,
        'X-' || substr(md5(name_key(institution_name)), 1, 10) AS institution_code,
        min(institution_name) AS institution_name,
        false AS is_registered
    FROM reporting
    WHERE name_key(institution_name) NOT IN (SELECT name_key FROM known)
    GROUP BY ALL
)
SELECT * FROM known
UNION ALL
SELECT * FROM unknown
ORDER BY name_key
