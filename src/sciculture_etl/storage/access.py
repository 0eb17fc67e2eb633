"""Who may look into what runs make: this user alone, but for what is released.

Whoever writes holds the writer's lock, and while it is held every new file and folder is this user's alone, whatever
the shell's umask says. What is for everyone is opened by name, and only once it is complete.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sciculture_etl.storage.atomic import make_folder, sync

OWN_FILE, OWN_FOLDER = 0o600, 0o700
FILE_FOR_ALL, FOLDER_FOR_ALL = 0o644, 0o755
OWN_UMASK = 0o077
# What runs make in a warehouse besides its releases. A warehouse of an earlier version may have it open.
PRIVATE = (
    ".lock", ".locks", ".prefect", "archive", "candidate", "desk", "operations", "operations.duckdb", "outbox",
    "restricted",
    "scheduled", "shared", "staging",
    "warehouse.duckdb", "warehouse.duckdb.wal", "warehouse.duckdb.corrupt", "warehouse.duckdb.corrupt.wal",
)  # fmt: skip

RELEASED = ("current.json", "releases", "sciculture.duckdb")


def let_this_user_use_what_it_makes() -> None:
    """Takes from the umask what would bar this user itself from what this process makes (``umask 0777``)."""
    os.umask(os.umask(OWN_UMASK) & OWN_UMASK)


def write_privately(path: Path, data: bytes) -> None:
    """Writes a file for this user alone, whatever the umask and whoever could read one of that name before.

    What is no regular file, such as ``/dev/stdout``, is written to as it is.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, OWN_FILE)
    with os.fdopen(descriptor, "wb") as target:
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.fchmod(descriptor, OWN_FILE)
            os.ftruncate(descriptor, 0)
        target.write(data)


@contextmanager
def made_for_this_user() -> Iterator[None]:
    """What this process and those it starts make in the block, nobody else can read or change."""
    before = os.umask(OWN_UMASK)
    try:
        yield
    finally:
        os.umask(before)


def make_folder_for_all(folder: Path) -> None:
    """Makes a folder, if missing, into which everyone may look, with those above it."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    make_folder(folder)
    for place in missing:
        place.chmod(FOLDER_FOR_ALL)
        sync(place)


def let_all_read(path: Path, but: Collection[str] = ()) -> None:
    """Opens a file, or a folder with all it holds but files of the given names, to every reader."""
    for place in (path, *path.rglob("*")):
        if place.name not in but:
            place.chmod(FOLDER_FOR_ALL if place.is_dir() else FILE_FOR_ALL)


def open_to_others(warehouse: Path) -> dict[Path, int]:
    """What others may look into, or change, although only the operator should, with the mode it must have."""
    private = [path for path in (warehouse / name for name in PRIVATE) if path.exists()]
    private += [path for folder in ("archive", ".prefect") for path in (warehouse / folder).glob("*") if path.is_file()]
    for place, folders, names in os.walk(warehouse / "desk"):  # at which others work meanwhile
        private += [Path(place, name) for name in (*folders, *names)]
    released = [path for path in (warehouse, *(warehouse / name for name in RELEASED)) if path.exists()]
    wanted = {path: OWN_FOLDER if path.is_dir() else OWN_FILE for path in private}
    wanted |= {path: FOLDER_FOR_ALL if path.is_dir() else FILE_FOR_ALL for path in released}
    return {path: mode for path, mode in wanted.items() if _mode_of(path) & ~mode}


def _mode_of(path: Path) -> int:
    """0: nobody's, since it has just vanished."""
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        return 0


def close_to_others(warehouse: Path) -> None:
    """Closes what lies open. What can't be closed, such as another user's, stays as it is: the doctor names it."""
    for path, mode in open_to_others(warehouse).items():
        with suppress(OSError):
            path.chmod(stat.S_IMODE(path.stat().st_mode) & mode)
