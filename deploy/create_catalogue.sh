#!/bin/sh
# PostgreSQL's container runs this once, on an empty volume: the database of the lake's catalogue, and who may use it.
set -eu
psql --set ON_ERROR_STOP=1 --set password="$POSTGRES_PASSWORD" --username "$POSTGRES_USER" --dbname postgres <<'SQL'
CREATE ROLE sciculture LOGIN PASSWORD :'password';
CREATE DATABASE sciculture OWNER sciculture;
REVOKE CONNECT ON DATABASE sciculture FROM PUBLIC;
SQL
