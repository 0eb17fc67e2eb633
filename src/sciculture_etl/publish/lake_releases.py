"""Releases in the lake of a shared warehouse, for readers who are granted them and nothing else.

They lie in a catalogue of their own: a schema for each kept release, called as the release is, and in ``main`` and
``meta`` views of the current one. They follow the folders of the releases and ``current.json``: whatever a kill left
behind is put right by following again.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import duckdb

from sciculture_etl.errors import LakeError
from sciculture_etl.lakes import Lake
from sciculture_etl.messages import message
from sciculture_etl.publish.current import current_release, is_complete
from sciculture_etl.publish.outputs import PUBLIC
from sciculture_etl.publish.release_names import RELEASE_NAME, kept_ids
from sciculture_etl.settings import Settings, sql_text
from sciculture_etl.storage.catalogue import asked_catalogue
from sciculture_etl.storage.ducklake import NAME, RELEASES, has_catalogue, open_lake, schema_of
from sciculture_etl.storage.lake_files import lost_files
from sciculture_etl.storage.lake_lock import check_locks

# How a report calls them.
IN_LAKE = "releases in the lake"
# Who reads goes on reading the state that was found.
KEPT_FOR_READERS = "older_than => now() - INTERVAL 1 DAY"
SHOWN = """
SELECT schema_name, EXISTS (
    SELECT FROM {catalogue}.ducklake_view AS v WHERE v.end_snapshot IS NULL AND v.sql LIKE '%"' || s.schema_name || '"%'
)
FROM {catalogue}.ducklake_schema AS s
WHERE s.end_snapshot IS NULL
"""


def follow_releases(settings: Settings, repairs: bool = False) -> bool:
    """Makes the lake show the releases that are kept, and the current one; tells whether anything was behind.

    Nothing is done where the tables lie in a file. Call it under the writer's lock.

    Args:
        repairs: whether releases with lost files of rows are written again.

    Raises:
        LakeError: Where it can't be reached, or a release can't be read: the lake is behind then, and what is published
            stays so.
    """
    lake = settings.lake
    if lake is None:
        return False
    try:
        return _has_followed(settings, lake, repairs)
    except (duckdb.Error, LakeError) as error:
        reason = str(error).partition("\n")[0].partition(" / ")[0]
        raise LakeError(message("lake_releases_behind", reason=reason)) from None


def why_behind(settings: Settings) -> str:
    """The same for whoever goes on in either case: why readers of the lake don't see what is published; else empty."""
    try:
        follow_releases(settings)
    except LakeError as error:
        return str(error)
    return ""


def _has_followed(settings: Settings, lake: Lake, repairs: bool) -> bool:
    current = (current_release(settings.warehouse) or {}).get("release_id")
    kept = [name for name in kept_ids(settings.releases) if is_complete(settings.releases / name)]
    shown, views = _shown(lake)
    if shown and current is None:  # what readers see is not taken from them for a folder that isn't there
        raise LakeError(message("lake_without_current", folder=settings.warehouse))
    lost = _with_lost_files(lake) if repairs else set()
    if shown - lost == set(kept) and views == ({current} if current else set()) and not lost:
        return False
    with open_lake(lake, RELEASES) as connection:
        for release_id in kept:
            if release_id not in shown - lost:
                _add(connection, settings.releases / release_id, release_id)
        # Views before what they show goes.
        _show(connection, current)
        for release_id in sorted(shown - set(kept)):
            connection.execute(f'DROP SCHEMA "{release_id}" CASCADE')
        _tidy(connection)
    return True


def _shown(lake: Lake) -> tuple[set[str], set[str]]:
    """The releases in the lake, and those that views name; asked without the engine, since most nights change none."""
    if not has_catalogue(lake, RELEASES):
        return set(), set()
    with asked_catalogue(lake) as catalogue:
        found = catalogue.execute(SHOWN.format(catalogue=schema_of(RELEASES)).encode()).fetchall()
    releases = [(name, is_current) for name, is_current in found if RELEASE_NAME.match(name)]
    return {name for name, _ in releases}, {name for name, is_current in releases if is_current}


def _with_lost_files(lake: Lake) -> set[str]:
    folder = f"{lake.data}/{RELEASES}/"
    return {path.removeprefix(folder).partition("/")[0] for path in lost_files(lake, RELEASES)}


def _add(connection: duckdb.DuckDBPyConnection, folder: Path, release_id: str) -> None:
    """A release as its file has it, all of it or nothing; the tables of ``meta`` are called ``meta_…``."""
    connection.execute(f"ATTACH {sql_text(folder / PUBLIC)} AS release (READ_ONLY)")
    try:
        connection.execute("BEGIN")
        connection.execute(f'DROP SCHEMA IF EXISTS "{release_id}" CASCADE')
        connection.execute(f'CREATE SCHEMA "{release_id}"')
        for schema, table, comment in connection.execute(
            "SELECT schema_name, table_name, comment FROM duckdb_tables() WHERE database_name = 'release' ORDER BY ALL"
        ).fetchall():
            place = _place(release_id, schema, table)
            connection.execute(f'CREATE TABLE {place} AS FROM release."{schema}"."{table}"')
            if comment:
                connection.execute(f"COMMENT ON TABLE {place} IS {sql_text(comment)}")
        for schema, table, column, comment in connection.execute(
            "SELECT schema_name, table_name, column_name, comment FROM duckdb_columns() "
            "WHERE database_name = 'release' AND comment IS NOT NULL ORDER BY ALL"
        ).fetchall():
            place = _place(release_id, schema, table)
            connection.execute(f'COMMENT ON COLUMN {place}."{column}" IS {sql_text(comment)}')
        check_locks()
        connection.execute("COMMIT")
    except BaseException:
        with suppress(duckdb.Error):  # what is open ends with a lost connection anyway
            connection.execute("ROLLBACK")
        raise
    finally:
        with suppress(duckdb.Error):
            connection.execute("DETACH release")


def _place(release_id: str, schema: str, table: str) -> str:
    return f'"{release_id}"."{table if schema == "main" else f"{schema}_{table}"}"'


def _show(connection: duckdb.DuckDBPyConnection, current: str | None) -> None:
    """The current release under the names that its file has, in one step."""
    connection.execute("BEGIN")
    connection.execute("CREATE SCHEMA IF NOT EXISTS meta")
    own = f"database_name = '{NAME}' AND NOT internal"
    for schema, view in connection.execute(
        f"SELECT schema_name, view_name FROM duckdb_views() WHERE {own} AND schema_name IN ('main', 'meta')"
    ).fetchall():
        connection.execute(f'DROP VIEW "{schema}"."{view}"')
    for (table,) in connection.execute(
        f"SELECT table_name FROM duckdb_tables() WHERE {own} AND schema_name = ? ORDER BY ALL", [current]
    ).fetchall():
        schema, name = ("meta", table.removeprefix("meta_")) if table.startswith("meta_") else ("main", table)
        connection.execute(f'CREATE VIEW "{schema}"."{name}" AS FROM "{current}"."{table}"')
    check_locks()
    connection.execute("COMMIT")


def _tidy(connection: duckdb.DuckDBPyConnection) -> None:
    for statement in (
        f"CALL ducklake_expire_snapshots('{NAME}', {KEPT_FOR_READERS})",
        f"CALL ducklake_cleanup_old_files('{NAME}', {KEPT_FOR_READERS})",
        f"CALL ducklake_delete_orphaned_files('{NAME}', {KEPT_FOR_READERS})",
    ):
        connection.execute(statement)
