"""One writer at a time: the lock on a warehouse, and who holds it."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from sciculture_etl.errors import BusyError, MachineError
from sciculture_etl.messages import message
from sciculture_etl.storage.access import OWN_FILE, close_to_others, made_for_this_user, make_folder_for_all
from sciculture_etl.storage.atomic import sync_all

# So long at most does someone who only looks who holds it keep it.
MAX_SECONDS_OF_A_LOOK = 0.5
LOCK = ".lock"


@contextmanager
def writer_lock(folder: Path, wait_seconds: float = 0, doing: str = "") -> Iterator[None]:
    """Holds the warehouse for one writer; the operating system frees it however the process ends.

    What the writer makes meanwhile is closed to other users. Where an earlier one was killed, what it left is synced
    first: this one may build on names that were on no disk yet.

    Args:
        doing: what for, in words for whoever finds it held.

    Raises:
        BusyError: Where another process holds it.
        MachineError: Where the lock can be none.
    """
    make_folder_for_all(folder)
    deadline = time.monotonic() + max(wait_seconds, MAX_SECONDS_OF_A_LOOK)
    with made_for_this_user(), _opened(folder / LOCK, os.O_RDWR | os.O_CREAT) as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() < deadline:
                    time.sleep(0.2)
                    continue
                lock.seek(0)
                holder = _holder(lock.read())
                raise BusyError(
                    message(
                        "warehouse_locked",
                        doing=holder.get("doing") or "?",
                        folder=folder,
                        pid=holder.get("pid", "?"),
                        since=holder.get("since", "?"),
                    )
                ) from None
        lock.seek(0)
        if lock.read():  # whoever ended well left nothing in it
            sync_all()
        since = datetime.now(UTC).isoformat(timespec="seconds")
        _write(lock, json.dumps({"pid": os.getpid(), "since": since, "doing": doing}, ensure_ascii=False))
        close_to_others(folder)
        yield
        _write(lock, "")


def note_progress(folder: Path, **more: Any) -> None:
    """What the holder is at, beside what the lock says already. Only who holds it may call it; it never fails."""
    with suppress(OSError, MachineError), _opened(folder / LOCK, os.O_RDWR) as lock:
        holder = _holder(lock.read())
        if holder.get("pid") == os.getpid():
            _write(lock, json.dumps(holder | more, ensure_ascii=False))


def lock_holder(folder: Path) -> dict[str, Any] | None:
    """``pid``, ``since`` and ``doing`` of whoever holds the warehouse now; None where nobody does.

    Of a run also ``step``, and ``done`` of ``total`` where it counts.

    Takes nothing that a run would have to wait for.
    """
    if why_no_lock(folder) or not (folder / LOCK).exists():
        return None
    with _opened(folder / LOCK, os.O_RDONLY) as lock:
        try:
            # Shared and at once given back: a run that starts in this instant tries again.
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _holder(lock.read())
        fcntl.flock(lock, fcntl.LOCK_UN)
        return None


def why_no_lock(folder: Path) -> str | None:
    """Why nobody can hold the lock of a warehouse, in words; None where one can."""
    try:
        with _opened(folder / LOCK, os.O_RDWR):
            return None
    except FileNotFoundError:
        return None
    except MachineError as error:
        return str(error)


@contextmanager
def _opened(path: Path, flags: int) -> Iterator[IO[bytes]]:
    """The lock's own file.

    Raises:
        MachineError: Where it is a folder, a link or anything else, or can't be opened by this user.
    """
    try:
        # Of a named pipe, opening would wait for ever.
        descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, OWN_FILE)
    except FileNotFoundError:
        raise
    except OSError as error:
        words = "symbolic link" if error.errno == errno.ELOOP else os.strerror(error.errno or 0)
        raise MachineError(message("lock_impossible", path=path, reason=words)) from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise MachineError(message("lock_impossible", path=path, reason="no regular file"))
    with os.fdopen(descriptor, "rb+" if flags & os.O_RDWR else "rb") as lock:
        yield lock


def _write(lock: IO[bytes], text: str) -> None:
    lock.seek(0)
    lock.truncate()
    lock.write(text.encode())
    lock.flush()


def _holder(written: bytes | str) -> dict[str, Any]:
    try:
        found = json.loads(written or "{}")
    except ValueError:  # it is being written in this instant
        return {}
    return found if isinstance(found, dict) else {}
