"""A build database that is broken: how that is told from other faults, and what becomes of it.

It holds nothing that the archive doesn't, so it is set aside and rebuilt. What must never be set aside is a whole
database that just can't be opened now: held by another process, protected, or on a full disk.
"""

from __future__ import annotations

import re
from pathlib import Path

import duckdb

from sciculture_etl.errors import ReleaseError
from sciculture_etl.storage.atomic import move
from sciculture_etl.storage.disk import chain, is_closed, is_full

HELD = re.compile(r"Conflicting lock is held in (?P<program>.{1,1000}?) \(PID (?P<pid>\d+)\)")
# Errors that only come where pages or the log don't fit, and the words of such among the engine's errors of operation.
# The names of the former are words, too: a library in between hands errors on as one of operation.
BREAKING = (duckdb.InternalException, duckdb.FatalException, duckdb.SerializationException)
BROKEN = (
    "Corrupt", "checksum", "Could not read enough bytes", "not a valid DuckDB database",
    "Failure while replaying WAL", "WAL does not match", "Serialization Error", "INTERNAL Error", "FATAL Error",
    "with version number", "Trying to read a database file",
)  # fmt: skip
NAMED_FILE = re.compile(r"""\bfile:? ["']([^"']+)["']""", re.IGNORECASE)
# Of a whole database that can't be opened or read now.
NOT_NOW = ("Could not set lock", "Cannot open file", "Is a directory", "Out of Memory", "Too many open files")


def holder(error: BaseException) -> tuple[str, str] | None:
    """Program and process that have the database open."""
    found = HELD.search(str(error))
    return (Path(found["program"]).name, found["pid"]) if found else None


def is_unavailable(error: BaseException) -> bool:
    """Whether a database just can't be opened or read now, whole as it may be.

    Held, protected, without room or memory.
    """
    if is_full(error) or is_closed(error):
        return True
    return isinstance(error, duckdb.OutOfMemoryException) or any(word in str(error) for word in NOT_NOW)


def is_broken(error: BaseException, database: Path) -> bool:
    """Whether an error in the middle of the work comes from a broken database.

    By its kind, since any may repeat words of the query or of a value, and not where it names another file, such as one
    of a release.
    """
    if is_unavailable(error) or isinstance(error, ReleaseError):
        return False
    return any(_is_sign_of_damage(link) and _is_about(link, database) for link in chain(error))


def _is_sign_of_damage(error: BaseException) -> bool:
    if isinstance(error, BREAKING):
        return True
    return isinstance(error, duckdb.OperationalError) and any(word in str(error) for word in BROKEN)


def _is_about(error: BaseException, database: Path) -> bool:
    own = {database.name, f"{database.name}.wal"}
    return all(Path(named).name in own for named in NAMED_FILE.findall(str(error)))


def is_broken_at_opening(error: BaseException) -> bool:
    """The same of an error at opening, where nothing else was asked of the engine yet."""
    return not isinstance(error, duckdb.ProgrammingError) and not is_unavailable(error)


def set_aside(path: Path) -> Path:
    """Renames a broken database with its log; of several, the newest is kept. Returns where it lies now."""
    aside = path.with_name(f"{path.name}.corrupt")
    for ending in ("", ".wal"):
        source, target = path.with_name(path.name + ending), aside.with_name(aside.name + ending)
        target.unlink(missing_ok=True)
        if source.exists():
            move(source, target)
    return aside


def reason_of(error: BaseException) -> str:
    """The engine's first line, without the path that the message around it names already."""
    return str(error).partition("\n")[0][:200]
