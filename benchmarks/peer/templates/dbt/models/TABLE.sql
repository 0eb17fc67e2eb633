{{ config(materialized="incremental", incremental_strategy="delete+insert", unique_key="source_file") }}
{% set files = changed_files("<< table.files >>") %}
{% if files %}
SELECT r.*, f.last_modified AS modified_at
FROM << read_csv(table, "{{ files }}", "filename = 'source_file'") >> AS r
JOIN (SELECT filename, last_modified FROM read_text({{ files }})) AS f ON f.filename = r.source_file
{% else %}
SELECT * FROM {{ this }} WHERE false
{% endif %}
