"""One writer at a time: the lock on a warehouse, and who holds it."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sciculture_etl.errors import BusyError
from sciculture_etl.messages import message
from sciculture_etl.storage.access import close_to_others, made_for_this_user, make_folder_for_all

# So long at most does someone who only looks who holds it keep it.
MAX_SECONDS_OF_A_LOOK = 0.5


@contextmanager
def writer_lock(folder: Path, wait_seconds: float = 0, doing: str = "") -> Iterator[None]:
    """Holds the warehouse for one writer; the operating system frees it however the process ends.

    What the writer makes meanwhile is closed to other users.

    Args:
        doing: what for, in words for whoever finds it held.
    """
    make_folder_for_all(folder)
    path = folder / ".lock"
    deadline = time.monotonic() + max(wait_seconds, MAX_SECONDS_OF_A_LOOK)
    with made_for_this_user(), path.open("a+") as lock:
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
        lock.truncate(0)
        since = datetime.now(UTC).isoformat(timespec="seconds")
        lock.write(json.dumps({"pid": os.getpid(), "since": since, "doing": doing}, ensure_ascii=False))
        lock.flush()
        close_to_others(folder)
        yield


def lock_holder(folder: Path) -> dict[str, Any] | None:
    """``pid``, ``since`` and ``doing`` of whoever holds the warehouse now; None where nobody does.

    Takes nothing that a run would have to wait for.
    """
    path = folder / ".lock"
    if not path.exists():
        return None
    with path.open("rb") as lock:
        try:
            # Shared and at once given back: a run that starts in this instant tries again.
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _holder(lock.read())
        fcntl.flock(lock, fcntl.LOCK_UN)
        return None


def _holder(written: bytes | str) -> dict[str, Any]:
    try:
        found = json.loads(written or "{}")
    except ValueError:  # it is being written in this instant
        return {}
    return found if isinstance(found, dict) else {}
