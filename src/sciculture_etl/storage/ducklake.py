"""Opens a lake: DuckLake's tables, whose catalogue is PostgreSQL and whose rows lie in a folder or in S3.

The engine's extensions come from wheels and are loaded by their path: nothing is fetched from the internet.
"""

from __future__ import annotations

import importlib.util
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import duckdb

from sciculture_etl.errors import LakeError, MachineError, UserError
from sciculture_etl.lakes import Lake
from sciculture_etl.messages import message
from sciculture_etl.settings import sql_text
from sciculture_etl.storage.catalogue import connect_catalogue, drop_catalogue
from sciculture_etl.storage.disk import chain

# Within the catalogue's database and the folder of its data: what is private, and what readers may be granted alone.
BUILD, RELEASES = "build", "releases"
NAME = "lake"
EXTENSIONS = ("ducklake", "postgres_scanner")
# A server that starts anew is back within that.
ATTEMPTS, FIRST_PAUSE = 4, 0.5
# What is smaller stands in the catalogue itself: a file of its own in S3 takes longer. Of releases nothing does, lest
# PostgreSQL has a table for each of theirs.
MAX_INLINED_ROWS = {BUILD: 100, RELEASES: 0}


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
    """Puts a part of the lake beside what a connection has, under a name."""
    for extension in [*EXTENSIONS, *(["httpfs"] if lake.is_on_s3 else [])]:
        connection.execute(f"LOAD {sql_text(_extension(extension))}")
    if lake.is_on_s3:
        _set_credentials(connection, lake)
    options = [
        f"DATA_PATH {sql_text(f'{lake.data}/{part}/')}", f"METADATA_SCHEMA {sql_text(schema_of(part))}",
        "READ_ONLY" if read_only else f"DATA_INLINING_ROW_LIMIT {MAX_INLINED_ROWS[part]}",
    ]  # fmt: skip
    statement = f"ATTACH {sql_text(lake.address)} AS {name} ({', '.join(options)})"
    for attempt in range(1, ATTEMPTS + 1):
        try:
            connection.execute(statement)
            return
        except duckdb.Error as error:
            if attempt == ATTEMPTS or not is_gone(error):
                raise LakeError(message("lake_unreachable", reason=str(error).partition("\n")[0])) from None
            time.sleep(FIRST_PAUSE * 2 ** (attempt - 1))


def another(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """One more connection to the same database, with the same of its databases as its own."""
    made = connection.cursor()
    made.execute(f'USE "{connection.execute("SELECT current_database()").fetchall()[0][0]}"')
    return made


def tidy_lake(connection: duckdb.DuckDBPyConnection) -> None:
    """Forgets earlier states of the tables and removes the files of which nothing is needed any more.

    Only for who holds the lake alone. What can't be removed now is removed by the next.
    """
    forget = f"CALL ducklake_expire_snapshots('{NAME}', older_than => now())"
    with suppress(duckdb.Error):
        for statement in (
            forget,
            f"CALL ducklake_merge_adjacent_files('{NAME}')",
            forget,
            f"CALL ducklake_cleanup_old_files('{NAME}', cleanup_all => true)",
            f"CALL ducklake_delete_orphaned_files('{NAME}', cleanup_all => true)",
        ):
            connection.execute(statement)


def has_catalogue(lake: Lake, part: str) -> bool:
    """Whether a part of the lake has been made."""
    with connect_catalogue(lake) as connection:
        table = f"{schema_of(part)}.ducklake_metadata"
        return connection.execute("SELECT to_regclass(%s) IS NOT NULL", [table]).fetchall() == [(True,)]


def is_gone(error: BaseException) -> bool:
    """Whether PostgreSQL or S3 can't be reached, which another try may mend; also where that led to another error."""
    words = (
        "Unable to connect", "connection to server", "server closed the connection", "starting up",
        "terminating connection", 'Failed to execute query "ROLLBACK"',
        "error for HTTP", "Could not establish connection",
    )  # fmt: skip
    return any(isinstance(link, duckdb.Error) and any(word in str(link) for word in words) for link in chain(error))


def _extension(name: str) -> Path:
    found = importlib.util.find_spec(f"duckdb_extension_{name}")
    version = duckdb.__version__
    path = Path(str(found.origin)).parent / f"extensions/v{version}/{name}.duckdb_extension" if found else None
    if path is None or not path.is_file():
        raise UserError(message("lake_extension_missing", name=name, version=version))
    return path


def _set_credentials(connection: duckdb.DuckDBPyConnection, lake: Lake) -> None:
    """Those that every S3 client finds: in AWS_… variables, the user's files or the machine's role."""
    from botocore.session import get_session

    session = get_session()
    found = session.get_credentials()
    if found is None:
        raise MachineError(message("lake_without_credentials", data=lake.data))
    keys = found.get_frozen_credentials()
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or ""
    region = session.get_config_variable("region") or "us-east-1"
    options = {"KEY_ID": keys.access_key, "SECRET": keys.secret_key, "SESSION_TOKEN": keys.token, "REGION": region}
    switches = ""
    if endpoint:
        address = urlsplit(endpoint)
        options["ENDPOINT"] = f"{address.netloc}{address.path}".rstrip("/")
        switches = f", URL_STYLE 'path', USE_SSL {address.scheme == 'https'}"
    listed = ", ".join(f"{name} {sql_text(value)}" for name, value in options.items() if value)
    bundle = session.get_config_variable("ca_bundle")
    if bundle:
        connection.execute(f"SET ca_cert_file = {sql_text(bundle)}")
    try:
        connection.execute(
            f"CREATE OR REPLACE SECRET of_lake (TYPE s3, SCOPE {sql_text(lake.data)}, {listed}{switches})"
        )
    except duckdb.Error:  # its words may hold the keys
        raise MachineError(message("lake_without_credentials", data=lake.data)) from None


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
