"""The Parquet files of a lake beside what its catalogue says of them: which are lost, and which nobody knows."""

from __future__ import annotations

import duckdb

from sciculture_etl.lakes import Lake
from sciculture_etl.settings import sql_text
from sciculture_etl.storage.catalogue import asked_catalogue
from sciculture_etl.storage.ducklake import NAME, attach_lake, has_catalogue, schema_of

# Rows of a table as it stands now, and what was deleted of them.
FILES_IN_FORCE = """
WITH tables AS (
    SELECT DISTINCT t.table_id, CASE WHEN t.path_is_relative THEN CASE WHEN s.path_is_relative THEN m.value ELSE '' END
        || s.path || t.path ELSE t.path END AS folder
    FROM {schema}.ducklake_table AS t
    JOIN {schema}.ducklake_schema AS s USING (schema_id)
    JOIN {schema}.ducklake_metadata AS m ON m.key = 'data_path' AND m.scope IS NULL
)
SELECT CASE WHEN f.path_is_relative THEN t.folder || f.path ELSE f.path END
FROM (
    SELECT table_id, path, path_is_relative FROM {schema}.ducklake_data_file WHERE end_snapshot IS NULL
    UNION ALL SELECT table_id, path, path_is_relative FROM {schema}.ducklake_delete_file WHERE end_snapshot IS NULL
) AS f
JOIN tables AS t USING (table_id)
"""


def lost_files(lake: Lake, part: str) -> list[str]:
    """Files of rows that stand in a part of the lake now, and aren't there.

    Raises:
        LakeError: Where it can't be reached.
    """
    if not has_catalogue(lake, part):
        return []
    with asked_catalogue(lake) as catalogue:
        named = {str(path) for (path,) in catalogue.execute(FILES_IN_FORCE.format(schema=schema_of(part)).encode())}
    with duckdb.connect(config={"autoinstall_known_extensions": False}) as connection:
        attach_lake(connection, lake, part, NAME, read_only=True)
        found = connection.execute(f"SELECT file FROM glob({sql_text(f'{lake.data}/{part}/**/*.parquet')})").fetchall()
    return sorted(named - {str(path) for (path,) in found})


def orphaned_files(lake: Lake, part: str) -> list[str]:
    """Files that no version of any table names: what killed writers left. While one writes, its are among them.

    Raises:
        LakeError: Where it can't be reached.
    """
    return _orphans(lake, part, "dry_run => true, cleanup_all => true")


def remove_orphaned_files(lake: Lake, part: str) -> list[str]:
    """Removes them, to be called by the one who holds the warehouse; returns which.

    Raises:
        LakeError: Where it can't be reached.
    """
    return _orphans(lake, part, "cleanup_all => true")


def _orphans(lake: Lake, part: str, how: str) -> list[str]:
    if not has_catalogue(lake, part):
        return []
    with duckdb.connect(config={"autoinstall_known_extensions": False}) as connection:
        attach_lake(connection, lake, part, NAME)
        found = connection.execute(f"CALL ducklake_delete_orphaned_files('{NAME}', {how})").fetchall()
    return sorted(str(path) for (path,) in found)
