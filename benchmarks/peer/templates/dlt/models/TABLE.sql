{{ config(materialized="view") }}
SELECT << table.columns | join(", ") >> FROM raw.<< table.name >>
