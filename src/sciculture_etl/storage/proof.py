"""Proof that a database can be read to its last page: by a process of its own, which a broken page may end.

Checksums tell of bytes that changed; a page written to the wrong place has a right one, and the engine that follows it
may end its process. So a run that comes after one which did not finish has the database proved first.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import duckdb

from sciculture_etl.errors import UnprovedError
from sciculture_etl.messages import message
from sciculture_etl.storage.damage import is_unavailable, reason_of

MAX_SECONDS = 600
READER = Path(__file__).with_name("read_completely.py")


def why_unreadable(database: Path) -> str | None:
    """Why a database is broken, in a few words; None where it can be read whole.

    Opens it read-only.

    Raises:
        UnprovedError: Where it may be whole: held by another process, without memory or permission, or too long to be
            read.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-P", str(READER), str(database)],
            capture_output=True, text=True, timeout=MAX_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise _unproved(database, f"reading it takes longer than {MAX_SECONDS} s") from None
    if done.returncode == 0:
        return None
    if done.returncode == -signal.SIGKILL:  # no page does that, but a system without memory
        raise _unproved(database, "the process that read it was killed")
    kind, separator, words = done.stdout.strip().partition("\t")
    if not separator:
        return f"reading it ended the process that read it ({done.returncode})"
    error = getattr(duckdb, kind, duckdb.Error)(words)
    if is_unavailable(error):
        raise _unproved(database, reason_of(error))
    return reason_of(error)


def _unproved(database: Path, reason: str) -> UnprovedError:
    return UnprovedError(message("database_unproved", path=database, reason=reason))
