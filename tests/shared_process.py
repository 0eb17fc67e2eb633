"""A server for all tests of a session, in all of pytest's workers: to start it takes longer than what it is asked for.

It lives in a process of its own, for as long as any test session holds the file of its users; the operating system
lets go of that however the session ends.
"""

from __future__ import annotations

import fcntl
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

USERS, STARTING, TOLD = "users", "starting", "told.json"
SECONDS_TO_START = 120


@contextmanager
def shared_process(folder: Path, module: str) -> Iterator[Mapping[str, str]]:
    """What the process of a module, ``python -m tests.<module> <folder>``, tells whoever shares the folder."""
    told = folder / TOLD
    with (folder / USERS).open("w") as users:
        with (folder / STARTING).open("w") as starting:
            fcntl.flock(starting, fcntl.LOCK_EX)
            fcntl.flock(users, fcntl.LOCK_SH)
            if not told.exists():
                _start(folder, module)
        yield json.loads(told.read_text())


def _start(folder: Path, module: str) -> None:
    server = subprocess.Popen(
        [sys.executable, "-m", module, str(folder)], stdin=subprocess.DEVNULL, start_new_session=True,
        cwd=Path(__file__).parents[1],
    )  # fmt: skip
    deadline = time.monotonic() + SECONDS_TO_START
    while not (folder / TOLD).exists():
        assert server.poll() is None, f"{module} ended"
        assert time.monotonic() < deadline, f"{module} doesn't start"
        time.sleep(0.05)


def serve_while_used(folder: Path, told: Mapping[str, str]) -> None:
    """Called in that process once the server is there: tells of it, and returns when nobody uses it any more."""
    being_written = folder / "written.json"
    being_written.write_text(json.dumps(told))
    with (folder / USERS).open("r+") as users:
        being_written.rename(folder / TOLD)
        while not _is_alone_with(users):
            time.sleep(0.2)
        (folder / TOLD).unlink()


def _is_alone_with(users: IO[str]) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
