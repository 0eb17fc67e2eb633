"""The database of a release, opened so that a statement can read it and nothing else."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from sciculture_etl.errors import MachineError, NotReadyError, UserError
from sciculture_etl.messages import message
from sciculture_etl.publish.outputs import PUBLIC
from sciculture_etl.publish.retention import CURRENT, find_release
from sciculture_etl.settings import Settings
from sciculture_etl.storage.damage import holder

LATEST = "latest"
# Of a version, as links beside the releases have it: 1.2, v1.2, v1. A bare 1 is the number of a release.
VERSION = re.compile(r"v(?P<major>\d+)|v?(?P<minor>\d+\.\d+)")
# What sorts and groups may hold at once; nothing is written to disk beside the file.
MAX_MEMORY = "2GB"
# No other file, no network, no extension, nothing of this process, and nothing of it can be turned on again.
LOCKED = {
    "access_mode": "READ_ONLY",
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "python_enable_replacements": "false",
    "temp_directory": "",
    "memory_limit": MAX_MEMORY,
    "errors_as_json": "true",
}
# Of a connection: no bar among the rows; and from then on nothing can be set.
LAST = "SET enable_progress_bar = false; SET lock_configuration = true"


def find_database(settings: Settings, asked: str = LATEST) -> Path:
    """Where the database of a release lies.

    Args:
        asked: ``latest`` or ``current``, a number or the beginning of a name as for ``find_release``, a version
            (``1.2``, ``v1``: the newest release of it), or the path of a database or of a release's folder.

    Raises:
        UserError: Where there is none, or the private build database is asked for: it has one writer, in whose way no
            reader may be.
        NotReadyError: Where nothing was published yet.
    """
    if asked in (LATEST, CURRENT):
        path = settings.warehouse / PUBLIC
        if not path.exists():
            raise NotReadyError(message("not_made_yet", path=path))
        return path
    if version := VERSION.fullmatch(asked):
        path = (settings.releases / (version["major"] or version["minor"])).resolve() / PUBLIC
        if not path.is_file():
            raise UserError(message("query_no_version", version=asked))
        return path
    if os.sep not in asked and not asked.endswith(".duckdb"):
        return settings.releases / find_release(settings, asked) / PUBLIC
    path = Path(asked)
    path = path / PUBLIC if path.is_dir() else path
    if not path.is_file():
        raise UserError(message("query_no_database", path=path))
    if settings.build_database.exists() and path.samefile(settings.build_database):
        raise UserError(message("query_build_database", path=path))
    return path


@contextmanager
def open_database(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to the file as it is now: who swaps it meanwhile changes nothing for this one.

    Raises:
        UserError: Where it is no database of a release.
        MachineError: Where it can't be opened now, such as one that somebody opened for writing.
    """
    try:
        connection = duckdb.connect(str(path), config=dict(LOCKED))
    except duckdb.Error as error:
        if held_by := holder(error):
            raise MachineError(message("query_held", path=path, program=held_by[0], process=held_by[1])) from None
        if not os.access(path, os.R_OK):
            raise MachineError(message("query_not_readable", path=path)) from None
        if isinstance(error, duckdb.ProgrammingError):
            raise
        raise UserError(message("query_no_database", path=path)) from None
    with connection:
        connection.execute(LAST)
        yield connection


def release_of(connection: duckdb.DuckDBPyConnection, path: Path) -> str:
    """The name of the release that the file says it is.

    Raises:
        UserError: Where it says none.
    """
    try:
        found = connection.execute("SELECT release_id FROM main.release_info").fetchone()
    except duckdb.Error:
        found = None
    if found is None:
        raise UserError(message("query_no_database", path=path))
    return str(found[0])
