"""The desk's own folder in the warehouse: its journals and sessions, for this user alone, one writer at a time.

Nothing here takes the writer's lock of the warehouse: a night in progress stops nobody at the desk.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sciculture_etl.storage.access import OWN_FILE, OWN_FOLDER
from sciculture_etl.storage.atomic import make_folder


def make_private_folder(folder: Path) -> Path:
    """Makes a folder of the desk, if missing; closed to others, whatever the umask. The warehouse has to be there."""
    if not folder.is_dir():
        make_folder(folder, OWN_FOLDER)
        folder.chmod(OWN_FOLDER)
    return folder


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Holds a file of the desk for one writer, process or thread, as long as the block lasts.

    What is written meanwhile is short, so that whoever comes second waits.
    """
    make_private_folder(path.parent)
    lock = path.with_name(f".{path.name}.lock")
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, OWN_FILE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def add_line(path: Path, line: bytes, is_synced: bool) -> None:
    """Adds a line to a file of lines, which is made for this user alone.

    A line that an earlier writer was killed in stays cut off; this one begins on a line of its own.

    Args:
        is_synced: it is on the disk when this returns.
    """
    with locked(path):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, OWN_FILE)
        try:
            length = os.fstat(descriptor).st_size
            if length and os.pread(descriptor, 1, length - 1) != b"\n":
                line = b"\n" + line
            if os.write(descriptor, line) < len(line):
                os.ftruncate(descriptor, length)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
            if is_synced:
                os.fsync(descriptor)
        finally:
            os.close(descriptor)
