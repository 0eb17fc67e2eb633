"""One server of Prefect for all tests of a session, in all of pytest's workers: to start it takes longer than a run.

It lives in a process of its own, for as long as any test session holds the file of its users; the operating system
lets go of that however the session ends.
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sciculture_flows.embedded import prefect_api

USERS, STARTING, ADDRESS = "users", "starting", "environment.json"
SECONDS_TO_START = 60


@contextmanager
def shared_api(folder: Path) -> Iterator[Mapping[str, str]]:
    """What ``prefect_api`` sets in the environment, for whoever shares the folder."""
    address = folder / ADDRESS
    with (folder / USERS).open("w") as users:
        with (folder / STARTING).open("w") as starting:
            fcntl.flock(starting, fcntl.LOCK_EX)
            fcntl.flock(users, fcntl.LOCK_SH)
            if not address.exists():
                _start(folder)
        yield json.loads(address.read_text())


def _start(folder: Path) -> None:
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.prefect_api", str(folder)], stdin=subprocess.DEVNULL, start_new_session=True,
        cwd=Path(__file__).parents[1],
    )  # fmt: skip
    deadline = time.monotonic() + SECONDS_TO_START
    while not (folder / ADDRESS).exists():
        assert server.poll() is None, "Prefect's server ended"
        assert time.monotonic() < deadline, "Prefect's server doesn't start"
        time.sleep(0.05)


def _serve(folder: Path) -> None:
    for name in [name for name in os.environ if name.startswith(("PREFECT_", "SCICULTURE_"))]:
        del os.environ[name]
    before = dict(os.environ)
    with (folder / USERS).open("r+") as users, prefect_api(folder):
        told = {name: value for name, value in os.environ.items() if before.get(name) != value}
        told.pop("SCICULTURE_API_ENDS_WITH_THE_RUN")  # a link to its pages leads somewhere as long as tests run
        being_written = folder / "written.json"
        being_written.write_text(json.dumps(told))
        being_written.rename(folder / ADDRESS)
        while not _alone_with(users):
            time.sleep(0.2)
        (folder / ADDRESS).unlink()


def _alone_with(users: IO[str]) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
