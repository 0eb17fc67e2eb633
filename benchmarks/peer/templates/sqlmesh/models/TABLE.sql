MODEL (
  name peers.<< table.name >>,
  kind INCREMENTAL_BY_UNIQUE_KEY (unique_key (<< table.key | join(", ") >>)),
  cron '@daily',
  allow_partials true,
  columns (<% for name, kind in table.columns.items() %><< name >> << kind >>, <% endfor %>modified_at TIMESTAMPTZ),
  audits (
    not_null(columns := (<< table.required | join(", ") >>)),
<% for name, (low, high) in table.ranges.items() %>
    accepted_range(column := << name >>, min_v := << low >>, max_v := << high >>),
<% endfor %>
    unique_combination_of_columns(columns := (<< table.key | join(", ") >>))
  )
);

SELECT r.<< table.columns | join(", r.") >>, f.last_modified AS modified_at
FROM << read_csv(table, "@changed_files(" ~ "'" ~ table.files ~ "')", "filename = 'source_file'") >> AS r
JOIN (SELECT filename, last_modified FROM read_text(@changed_files('<< table.files >>'))) AS f ON f.filename = r.source_file
