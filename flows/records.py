"""The file of Prefect's records, made as its version wants it without the hundred changes that led there.

To make one change after the other takes Prefect three seconds of CPU. What came out the first time is kept with what
is installed, as compiled modules are, and every further file of records begins as a copy of it.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from contextlib import closing, suppress
from pathlib import Path

import prefect
from prefect.server.database import provide_database_interface
from prefect.settings import PREFECT_API_DATABASE_CONNECTION_URL

from sciculture_etl.storage.access import FILE_FOR_ALL, OWN_FILE, make_folder_for_all
from sciculture_etl.storage.atomic import sync

PATTERN = Path(sys.prefix) / "share" / "sciculture" / f"prefect-{prefect.__version__}.db"
SQLITE = "sqlite+aiosqlite:///"
VERSION = "SELECT version_num FROM alembic_version"


async def prepare_records() -> None:
    """Has the records ready for this version of Prefect, wherever they lie."""
    begin_records()
    database = _file()
    if database and database.exists() and (version := _version(database)) and version == _version(PATTERN):
        return
    is_new = database is not None and not database.exists()
    await provide_database_interface().create_db()
    if is_new and database:
        with suppress(OSError, sqlite3.Error):  # not this user's, or no room: the next one is made by Prefect, too
            _keep(database)


def begin_records() -> None:
    """Where there are none yet, a copy of how they begin, if that was kept."""
    database = _file()
    if database is None or not PATTERN.exists() or database.exists() or _log_of(database).exists():
        return
    aside = database.with_name(f".{database.name}.{os.getpid()}")
    with suppress(OSError):  # told by Prefect, which makes the file then
        try:
            shutil.copyfile(PATTERN, aside)
            aside.chmod(OWN_FILE)
            sync(aside)
            os.link(aside, database)  # of several that begin at once, the first has made it
        finally:
            aside.unlink(missing_ok=True)


def _file() -> Path | None:
    url = PREFECT_API_DATABASE_CONNECTION_URL.value()
    url = url.get_secret_value() if url and not isinstance(url, str) else url
    return Path(url.removeprefix(SQLITE)) if url and url.startswith(f"{SQLITE}/") else None


def _log_of(database: Path) -> Path:
    """What SQLite hasn't written into a file yet; it belongs to no other file of that name."""
    return database.with_name(f"{database.name}-wal")


def _version(database: Path) -> str | None:
    try:
        with closing(sqlite3.connect(f"{database.as_uri()}?mode=rw", uri=True)) as connection:
            (version,) = connection.execute(VERSION).fetchone()
    except (sqlite3.Error, TypeError):
        return None
    return str(version)


def _keep(database: Path) -> None:
    """Keeps records that Prefect has just made and nobody has written to."""
    make_folder_for_all(PATTERN.parent)
    aside = PATTERN.with_name(f".{PATTERN.name}.{os.getpid()}")
    try:
        with closing(sqlite3.connect(database)) as connection:
            connection.execute("VACUUM INTO ?", [str(aside)])
        with closing(sqlite3.connect(aside)) as connection:
            (flows,) = connection.execute("SELECT count(*) FROM flow").fetchone()
        if not flows:
            aside.chmod(FILE_FOR_ALL)
            sync(aside)
            aside.replace(PATTERN)
    finally:
        aside.unlink(missing_ok=True)
