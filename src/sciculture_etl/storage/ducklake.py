"""Opens a lake: DuckLake's tables, whose catalogue is PostgreSQL and whose rows lie in a folder or in S3.

The engine's extensions come from wheels and are loaded by their path: nothing is fetched from the internet.
"""

from __future__ import annotations

import importlib.util
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import duckdb

from sciculture_etl.errors import LakeConflictError, LakeError, UserError
from sciculture_etl.lakes import S3, Lake
from sciculture_etl.messages import message
from sciculture_etl.settings import sql_text
from sciculture_etl.storage.catalogue import asked_catalogue, drop_catalogue
from sciculture_etl.storage.credentials import set_credentials
from sciculture_etl.storage.damage import reason_of
from sciculture_etl.storage.disk import chain, is_closed, is_full
from sciculture_etl.storage.lake_fence import REFUSAL
from sciculture_etl.storage.lake_lock import check_locks, lock_held
from sciculture_etl.storage.lake_sign import NOT_THERE, SIGN, has_sign, put_sign

# Within the catalogue's database and the folder of its data: what is private, and what readers may be granted alone.
BUILD, RELEASES = "build", "releases"
NAME = "lake"
# In the engine's words: a file of rows isn't there, or is other than it was written.
LOST = (
    "No such file or directory", *NOT_THERE, "No magic bytes", "too small to be a Parquet file", "Footer length error",
    "Failed to read file",
)  # fmt: skip
CONFLICT = "conflict"
EXTENSIONS = ("ducklake", "postgres_scanner")
# A server that starts anew is back within that.
ATTEMPTS, FIRST_PAUSE = 4, 0.5
# What is smaller stands in the catalogue itself: a file of its own in S3 takes longer. Of releases nothing does, lest
# PostgreSQL has a table for each of theirs.
MAX_INLINED_ROWS = {BUILD: 100, RELEASES: 0}
# A night adds a file or two to a table; with more than so many, reading it takes longer than merging them once.
MAX_FILES = 10
CROWDED = """
SELECT s.schema_name, t.table_name
FROM {schema}.ducklake_data_file AS f
JOIN {schema}.ducklake_table AS t ON t.table_id = f.table_id AND t.end_snapshot IS NULL
JOIN {schema}.ducklake_schema AS s ON s.schema_id = t.schema_id AND s.end_snapshot IS NULL
WHERE f.end_snapshot IS NULL
GROUP BY 1, 2 HAVING count(*) > %s ORDER BY 1, 2
"""


def schema_of(part: str) -> str:
    """Where the catalogue stands in PostgreSQL."""
    return f"sciculture_{part}"


def open_lake(lake: Lake, part: str, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """A connection whose own database is a part of the lake.

    Args:
        part: BUILD or RELEASES.

    Raises:
        LakeError: Where it can't be reached.
        UserError: Where the extensions aren't installed.
    """
    config: dict[str, Any] = {
        "autoinstall_known_extensions": False, "autoload_known_extensions": False,
        "temp_directory": "",
    }  # fmt: skip
    connection = duckdb.connect(config=config)
    try:
        attach_lake(connection, lake, part, NAME, read_only)
        connection.execute(f"USE {NAME}")
    except BaseException:
        connection.close()
        raise
    return connection


def attach_lake(
    connection: duckdb.DuckDBPyConnection, lake: Lake, part: str, name: str, read_only: bool = False
) -> None:
    """Puts a part of the lake beside what a connection has, under a name.

    Raises:
        LakeError: Where it can't be reached, or the storage of its rows isn't there.
        UserError: Where the extensions aren't installed.
    """
    _load(connection, lake, *EXTENSIONS)
    lock = None if read_only else lock_held()
    options = [
        f"DATA_PATH {sql_text(f'{lake.data}/{part}/')}", f"METADATA_SCHEMA {sql_text(schema_of(part))}",
        "READ_ONLY" if read_only else f"DATA_INLINING_ROW_LIMIT {MAX_INLINED_ROWS[part]}",
    ]  # fmt: skip
    way = lock.fenced(lake) if lock else lake
    statement = f"ATTACH {sql_text(way.address)} AS {name} ({', '.join(options)})"
    for attempt in range(1, ATTEMPTS + 1):
        try:
            connection.execute(statement)
            break
        except duckdb.Error as error:
            if attempt == ATTEMPTS or not is_gone(error):
                raise LakeError(message("lake_unreachable", reason=str(error).partition("\n")[0])) from None
            time.sleep(FIRST_PAUSE * 2 ** (attempt - 1))
    if lock:
        lock.raise_fence(schema_of(part))
    _check_storage(connection, lake, is_made=not read_only)


def has_storage(lake: Lake) -> bool:
    """Whether the storage of the rows is there, however much of them is lost.

    Raises:
        LakeError: Where that can't be told now.
    """
    with duckdb.connect(config={"autoinstall_known_extensions": False}) as connection:
        _load(connection, lake)
        return has_sign(connection, lake)


def discard_lake(lake: Lake) -> None:
    """Forgets the tables that runs build, whose files the next cleaning removes.

    Where the storage isn't there, its rows count as lost for good, those of releases as well.

    Raises:
        LakeError: Where the catalogue or the storage can't be reached; nothing is forgotten then.
    """
    parts = [BUILD]
    with duckdb.connect(config={"autoinstall_known_extensions": False}) as connection:
        _load(connection, lake)
        if not has_sign(connection, lake):
            put_sign(connection, lake)
            parts.append(RELEASES)
    for part in parts:
        drop_catalogue(lake, schema_of(part))


def another(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """One more connection to the same database, with the same of its databases as its own."""
    made = connection.cursor()
    made.execute(f'USE "{connection.execute("SELECT current_database()").fetchall()[0][0]}"')
    return made


def tidy_lake(connection: duckdb.DuckDBPyConnection, lake: Lake) -> None:
    """Forgets earlier states of the tables and removes the files of which nothing is needed any more.

    Only for who holds the lake alone. What can't be removed now is removed by the next.
    """
    forget = f"CALL ducklake_expire_snapshots('{NAME}', older_than => now())"
    with suppress(duckdb.Error, LakeError):
        check_locks()
        connection.execute(forget)
        if crowded := _crowded_tables(lake):
            for schema, table in crowded:
                merge = f"CALL ducklake_merge_adjacent_files('{NAME}', {sql_text(table)}, schema => {sql_text(schema)})"
                check_locks()
                connection.execute(merge)
            connection.execute(forget)
        for statement in (
            f"CALL ducklake_cleanup_old_files('{NAME}', cleanup_all => true)",
            f"CALL ducklake_delete_orphaned_files('{NAME}', cleanup_all => true)",
        ):
            check_locks()  # another's files that no table names yet would count as orphaned
            connection.execute(statement)


def _crowded_tables(lake: Lake) -> list[tuple[str, str]]:
    """Schema and name of tables whose rows lie in many files; merging asks the engine for long also where none does."""
    with asked_catalogue(lake) as catalogue:
        found = catalogue.execute(CROWDED.format(schema=schema_of(BUILD)).encode(), [MAX_FILES]).fetchall()
    return [(str(schema), str(table)) for schema, table in found]


def has_catalogue(lake: Lake, part: str) -> bool:
    """Whether a part of the lake has been made."""
    with asked_catalogue(lake) as connection:
        table = f"{schema_of(part)}.ducklake_metadata"
        return connection.execute("SELECT to_regclass(%s) IS NOT NULL", [table]).fetchall() == [(True,)]


def is_gone(error: BaseException) -> bool:
    """Whether PostgreSQL or S3 can't be reached, which another try may mend; also where that led to another error."""
    words = (
        "Unable to connect", "connection to server", "server closed the connection", "starting up",
        "terminating connection", 'Failed to execute query "ROLLBACK"',
        "error for HTTP", "Could not establish connection",
    )  # fmt: skip
    return any(
        (isinstance(link, duckdb.HTTPException) and not any(word in str(link) for word in NOT_THERE))
        or (isinstance(link, duckdb.Error) and any(word in str(link) for word in words))
        for link in chain(error)
    )


def is_conflict(error: BaseException) -> bool:
    """Whether a transaction failed since another was committed that changed the same."""
    return isinstance(error, duckdb.TransactionException) and CONFLICT in str(error)


def conflict_of(error: BaseException) -> LakeConflictError:
    """What people are told of it."""
    return LakeConflictError(message("lake_conflict", reason=reason_of(error)))


def lake_fault(error: BaseException) -> LakeError | None:
    """What people are told of an error whose cause is the lake; None where it is another."""
    for link in chain(error):
        if REFUSAL in str(link):
            return LakeError(message("lake_lock_lost", reason=REFUSAL))
        if is_conflict(link):
            return conflict_of(link)
    return (
        LakeError(message("lake_unreachable", reason=str(error).partition("\n")[0][:200])) if is_gone(error) else None
    )


def is_lost(error: BaseException, lake: Lake) -> bool:
    """Whether a file of rows that runs build isn't there, or is other than it was written.

    By the file that the engine names, since any error may repeat words of a query or of a value.
    """
    if is_full(error) or is_closed(error):
        return False
    return any(
        isinstance(link, duckdb.Error)
        and not isinstance(link, duckdb.OutOfMemoryException)
        and _is_about_rows(str(link), lake)
        and any(sign in str(link) for sign in LOST)
        for link in chain(error)
    )


def _is_about_rows(text: str, lake: Lake) -> bool:
    """Whether a text names a file of rows that runs build; of one in S3, the engine says its address in the web."""
    bucket, _, prefix = lake.data.removeprefix(S3).partition("/") if lake.is_on_s3 else ("", "", lake.data.strip("/"))
    return bucket in text and f"/{prefix}/{BUILD}/".replace("//", "/") in text


def _load(connection: duckdb.DuckDBPyConnection, lake: Lake, *extensions: str) -> None:
    for extension in [*extensions, *(["httpfs"] if lake.is_on_s3 else [])]:
        connection.execute(f"LOAD {sql_text(_extension(extension))}")
    if lake.is_on_s3:
        set_credentials(connection, lake)


def _check_storage(connection: duckdb.DuckDBPyConnection, lake: Lake, is_made: bool) -> None:
    """Raises LakeError where rows are to be there and their storage isn't.

    Args:
        is_made: whether that of a lake without rows is made.
    """
    if has_sign(connection, lake):
        return
    if any(_has_rows(lake, part) for part in (BUILD, RELEASES)):
        raise LakeError(message("lake_storage_missing", data=lake.data, sign=SIGN))
    if is_made:
        put_sign(connection, lake)


def _has_rows(lake: Lake, part: str) -> bool:
    if not has_catalogue(lake, part):
        return False
    with asked_catalogue(lake) as connection:
        return bool(
            connection.execute(f"SELECT 1 FROM {schema_of(part)}.ducklake_data_file LIMIT 1".encode()).fetchall()
        )


def _extension(name: str) -> Path:
    found = importlib.util.find_spec(f"duckdb_extension_{name}")
    version = duckdb.__version__
    path = Path(str(found.origin)).parent / f"extensions/v{version}/{name}.duckdb_extension" if found else None
    if path is None or not path.is_file():
        raise UserError(message("lake_extension_missing", name=name, version=version))
    return path


def remove_lake(lake: Lake, part: str) -> None:
    """Removes a part of the lake, catalogue and rows; to be called again where it was broken off.

    Raises:
        LakeError: Where it can't be reached.
    """
    drop_catalogue(lake, schema_of(part))
    # For an empty catalogue, all files are orphaned.
    with duckdb.connect(config={"autoinstall_known_extensions": False}) as connection:
        attach_lake(connection, lake, part, NAME)
        connection.execute(f"CALL ducklake_delete_orphaned_files('{NAME}', cleanup_all => true)")
    drop_catalogue(lake, schema_of(part))
