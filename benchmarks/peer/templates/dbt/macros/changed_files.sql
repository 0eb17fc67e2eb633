{# The files that changed since what is loaded, as a list for read_csv; all of them the first time. #}
{% macro changed_files(files) %}
  {%- if not is_incremental() -%}
    '{{ files }}'
  {%- else -%}
    {%- set found = run_query(
      "SELECT filename FROM read_text('" ~ files ~ "') WHERE last_modified > "
      ~ "(SELECT max(modified_at) FROM " ~ this ~ ")"
    ).columns[0].values() -%}
    {%- if found -%} ['{{ found | join("', '") }}'] {%- endif -%}
  {%- endif -%}
{% endmacro %}
