"""One writer at a time: the lock on a warehouse, who holds it, who waits for it; and signs that a process is at work.

Whoever waits for the writer's lock says so, and who gives way takes it only where nobody does: a backfill between two
of its years. The operating system frees all of them however their processes end.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import stat
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from sciculture_etl.errors import BusyError, MachineError
from sciculture_etl.lakes import Lake
from sciculture_etl.messages import message
from sciculture_etl.storage.access import OWN_FILE, OWN_FOLDER, close_to_others, made_for_this_user, make_folder_for_all
from sciculture_etl.storage.atomic import sync_all
from sciculture_etl.storage.lake_lock import lake_holder, lake_lock, note_in_lake

# So long at most does someone who only looks who holds it keep it.
MAX_SECONDS_OF_A_LOOK = 0.5
SECONDS_BETWEEN_TRIES = 0.2
# Another who looks at the same time is done by the next look.
LOOKS, SECONDS_OF_ANOTHER_LOOK = 3, 0.01
LOCK = ".lock"
# Among the words of a holder: that others may hold it as well.
SHARED = "shared"
# Beside the writer's lock: who waits for it, and the signs.
LOCKS, WAITING = ".locks", "waiting"
# The sign that a backfill gives from its beginning to its end, and the key under which the build database knows it.
BACKFILL = "backfill"
AS_LONG_AS_IT_TAKES = float("inf")


@contextmanager
def writer_lock(
    folder: Path,
    wait_seconds: float = 0,
    doing: str = "",
    *,
    lake: Lake | None = None,
    is_shared: bool = False,
    gives_way: bool = False,
) -> Iterator[None]:
    """Holds the warehouse for one writer.

    What the writer makes meanwhile is closed to other users. Where an earlier one was killed, what it left is synced
    first: this one may build on names that were on no disk yet.

    Args:
        doing: what for, in words for whoever finds it held.
        lake: where the tables lie, if not in the folder: PostgreSQL keeps the lock besides, for all machines.
        is_shared: only submissions are loaded, of a part that nobody else loads (``sign``): on a lake, several may do
            that at once. A database that is one file can't take it, so there it is as any other.
        gives_way: whoever else waits comes first.

    Raises:
        BusyError: Where another process holds it.
        MachineError: Where the lock can be none.
        LakeError: Where the lake can't be reached.
    """
    make_folder_for_all(folder)
    with made_for_this_user(), ExitStack() as held:
        lock = held.enter_context(_opened(folder / LOCK, os.O_RDWR | os.O_CREAT))
        is_shared = is_shared and lake is not None
        _take(folder, lock, wait_seconds, gives_way, fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX)
        if lake and not held.enter_context(lake_lock(lake, wait_seconds, _words(doing=doing), is_shared)):
            raise _busy(folder, lake_holder(lake) or {})
        lock.seek(0)
        if lock.read():  # whoever ended well left nothing in it
            sync_all()
        _write_holder(lock, doing=doing, **({SHARED: True} if is_shared else {}))
        close_to_others(folder)
        yield
        if not is_shared:  # others may be at work still, and what they are at stands there, too
            _write(lock, "")


def is_awaited(folder: Path) -> bool:
    """Whether somebody waits for the writer's lock, who doesn't give way."""
    if not (folder / LOCKS / WAITING).exists():
        return False
    with _opened(folder / LOCKS / WAITING, os.O_RDWR) as waiting:
        return not _is_locked(waiting, fcntl.LOCK_EX)


@contextmanager
def sign(folder: Path, name: str, wait_seconds: float = 0, **more: Any) -> Iterator[None]:
    """A sign that this process is at work on what the name says; nobody else gives the same meanwhile.

    It is no writer's lock: it says who is at work also while others hold the warehouse.

    Args:
        name: ``backfill``, ``year 2018``.
        more: what ``lock_holder`` tells of it besides.

    Raises:
        BusyError: Where another process gives it.
    """
    make_folder_for_all(folder)
    deadline = time.monotonic() + max(wait_seconds, MAX_SECONDS_OF_A_LOOK)
    with made_for_this_user(), _opened_beside(folder, name) as given:
        while not _is_locked(given, fcntl.LOCK_EX):
            if time.monotonic() >= deadline:
                given.seek(0)
                raise _busy(folder, {"doing": name} | _holder(given.read()))
            time.sleep(SECONDS_BETWEEN_TRIES)
        _write_holder(given, **more)
        yield
        _write(given, "")


def note_progress(folder: Path, **more: Any) -> None:
    """What the holder is at, beside what the lock says already. Only who holds it may call it; it never fails."""
    with suppress(OSError, MachineError), _opened(folder / LOCK, os.O_RDWR) as lock:
        holder = _holder(lock.read())
        if holder.get("pid") == os.getpid() or holder.get(SHARED):
            words = holder | {"pid": os.getpid()} | more
            _write(lock, json.dumps(words, ensure_ascii=False))
            note_in_lake(words)


def lock_holder(folder: Path, name: str = "") -> dict[str, Any] | None:
    """``pid``, ``since`` and ``doing`` of whoever holds the warehouse now; None where nobody does.

    Of a run also ``step``, and ``done`` of ``total`` where it counts. Takes nothing that a run would have to wait for.

    Args:
        name: of a sign: who gives it, and what it said.
    """
    path = folder / LOCKS / _file_name(name) if name else folder / LOCK
    if why_no_lock(folder) or not path.exists():
        return None
    with _opened(path, os.O_RDONLY) as lock:
        # Shared and at once given back: a run that starts in this instant tries again.
        if not _is_locked(lock, fcntl.LOCK_SH):
            return _holder(lock.read())
        fcntl.flock(lock, fcntl.LOCK_UN)
        written = lock.read()
    holder = _holder(written)
    # Two who share it may write at once, and then it can't be read.
    can_be_shared = bool(written) and (not holder or holder.get(SHARED))
    return holder if can_be_shared and _is_shared(path) else None


def _is_shared(path: Path) -> bool:
    """Whether somebody shares a lock: nobody else gets it alone, also a moment later."""
    with _opened(path, os.O_RDWR) as lock:
        for _ in range(LOOKS):
            if _is_locked(lock, fcntl.LOCK_EX):
                return False
            time.sleep(SECONDS_OF_ANOTHER_LOOK)
    return True


def why_no_lock(folder: Path) -> str | None:
    """Why nobody can hold the lock of a warehouse, in words; None where one can."""
    try:
        with _opened(folder / LOCK, os.O_RDWR):
            return None
    except FileNotFoundError:
        return None
    except MachineError as error:
        return str(error)


def _take(folder: Path, lock: IO[bytes], wait_seconds: float, gives_way: bool, how: int) -> None:
    """Takes the writer's lock; who has to wait for it is seen to wait, unless he gives way.

    Args:
        how: alone or shared, as ``fcntl`` calls it.

    Raises:
        BusyError: Where it isn't free in time.
    """
    deadline = time.monotonic() + max(wait_seconds, MAX_SECONDS_OF_A_LOOK)
    with ExitStack() as queue:
        waiting = queue.enter_context(_opened_beside(folder, WAITING)) if gives_way else None
        while not _is_taken(lock, waiting if gives_way else None, how):
            if time.monotonic() >= deadline:
                lock.seek(0)
                raise _busy(folder, _holder(lock.read()))
            if not gives_way:
                if waiting is None:
                    waiting = queue.enter_context(_opened_beside(folder, WAITING))
                _is_locked(waiting, fcntl.LOCK_SH)  # where one who gives way looks just now: at the next try
            time.sleep(SECONDS_BETWEEN_TRIES)


def _is_taken(lock: IO[bytes], queue: IO[bytes] | None, how: int) -> bool:
    """Tries once.

    Args:
        queue: where it is taken only if nobody waits.
    """
    if queue is None:
        return _is_locked(lock, how)
    if not _is_locked(queue, fcntl.LOCK_EX):
        return False
    try:
        return _is_locked(lock, how)
    finally:
        fcntl.flock(queue, fcntl.LOCK_UN)


def _is_locked(file: IO[bytes], how: int) -> bool:
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _file_name(name: str) -> str:
    return name.replace(" ", "-")


@contextmanager
def _opened_beside(folder: Path, name: str) -> Iterator[IO[bytes]]:
    (folder / LOCKS).mkdir(mode=OWN_FOLDER, exist_ok=True)
    with _opened(folder / LOCKS / _file_name(name), os.O_RDWR | os.O_CREAT) as file:
        yield file


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


def _busy(folder: Path, holder: dict[str, Any]) -> BusyError:
    doing, pid, since = (holder.get(name) or "?" for name in ("doing", "pid", "since"))
    return BusyError(message("warehouse_locked", doing=doing, folder=folder, pid=pid, since=since))


def _write_holder(lock: IO[bytes], **more: Any) -> None:
    _write(lock, json.dumps(_words(**more), ensure_ascii=False))


def _words(**more: Any) -> dict[str, Any]:
    return {"pid": os.getpid(), "since": datetime.now(UTC).isoformat(timespec="seconds")} | more


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
