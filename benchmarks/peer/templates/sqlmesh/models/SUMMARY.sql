MODEL (name peers.<< name >>, kind FULL, allow_partials true);

<< summary(table, by, "peers." ~ table.name) >>
