<< summary(table, by, "{{ ref('" ~ table.name ~ "') }}") >>
