"""Runs that are started at the desk: the ``sciculture`` command itself, as a process of its own.

So its journals, Prefect's records and its exit code are those of the command. It goes on when the desk ends, and only
one is at work: while it is, it holds a lock that it has inherited, whatever became of the desk. What it says as JSON
tells how it ended.
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from sciculture_etl.desk.folder import locked
from sciculture_etl.desk.operators.records import BEGUN, ActRecord, ActRecords
from sciculture_etl.settings import CHANNEL_PREFIX, Settings, Variables
from sciculture_etl.storage.access import OWN_FILE, OWN_UMASK

LOCK, CURRENT, ENDED = ".running.lock", ".running", "ended"
CUT_OFF = "cut_off"
# What of a command's answer a page shows.
SHOWN = (
    "outcome", "exit_code", "error", "release_id", "version", "refusals", "revised", "scheduled", "files",
    "new_verdicts", "blocking", "warnings", "seconds",
)  # fmt: skip
MAX_TEXTS, MAX_SECONDS_TO_START = 30, 60
_started: list[subprocess.Popen[bytes]] = []


def has_started(records: ActRecords, record: ActRecord, words: Sequence[str], settings: Settings) -> bool:
    """Starts a run, if it can: none that was started here may be at work.

    Args:
        words: of the command.
        settings: with the operator's name.
    """
    _reap()
    descriptor = os.open(records.folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, OWN_FILE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return False
    try:
        (records.folder / CURRENT).write_text(record.number, encoding="ascii")
        with (
            open(records.path(record.number, "out"), "wb", opener=_privately) as said,
            open(records.path(record.number, "err"), "wb", opener=_privately) as complained,
        ):
            process = subprocess.Popen(
                [sys.executable, "-m", "sciculture_etl.cli", *words, "--json"], stdin=subprocess.DEVNULL, stdout=said,
                stderr=complained, env=os.environ | environment_of(settings), pass_fds=[descriptor],
                start_new_session=True, umask=OWN_UMASK,
            )  # fmt: skip
        _started.append(process)
    finally:
        os.close(descriptor)  # the process holds it from now on
    return True


def environment_of(settings: Settings) -> dict[str, str]:
    """What settings were given, as the variables that say so."""
    given = {
        variable: str(getattr(settings, name)).lower()
        if isinstance(getattr(settings, name), bool)
        else str(getattr(settings, name))
        for variable, name in Variables.variables().items()
        if name in settings.model_fields_set and getattr(settings, name) is not None
    }
    return given | {f"{CHANNEL_PREFIX}{name}": value for name, value in settings.inbox_options.items()}


def current(records: ActRecords) -> str:
    """The number of the run that was started here and is at work; empty where none is."""
    _reap()
    try:
        descriptor = os.open(records.folder / LOCK, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return ""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        with suppress(OSError):
            return (records.folder / CURRENT).read_text(encoding="ascii")
    finally:
        os.close(descriptor)
    return ""


def refreshed(records: ActRecords, record: ActRecord) -> ActRecord:
    """A run's record with how it ended, once it has; from then on it stands there."""
    if record.outcome != BEGUN or current(records) == record.number or _is_beginning(records, record):
        return record
    with locked(records.folder / ENDED):  # of several who look, one writes it down
        return _ended(records, records.read(record.number) or record)


def _is_beginning(records: ActRecords, record: ActRecord) -> bool:
    """Whether its process may be about to be started."""
    age = (datetime.now(UTC) - datetime.fromisoformat(record.at)).total_seconds()
    return not records.path(record.number, "out").exists() and age < MAX_SECONDS_TO_START


def _ended(records: ActRecords, record: ActRecord) -> ActRecord:
    if record.outcome != BEGUN:
        return record
    answer = _answer(records, record.number)
    record.summary = {name: _shortened(answer[name]) for name in SHOWN if name in answer}
    record.outcome = str(answer.get("outcome") or ("failed" if answer else CUT_OFF))
    record.text = str(answer.get("error") or "")
    records.end(record)
    for ending in ("out", "err"):
        records.path(record.number, ending).unlink(missing_ok=True)
    return record


def _answer(records: ActRecords, number: str) -> dict[str, Any]:
    """What the command said; nothing where it was killed before."""
    try:
        found = json.loads(records.path(number, "out").read_text(encoding="utf-8"))
        return found if isinstance(found, dict) else {}
    except (OSError, ValueError):
        return {}


def _shortened(value: Any) -> Any:
    return value[:MAX_TEXTS] if isinstance(value, list) else value


def _privately(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW, OWN_FILE)


def _reap() -> None:
    """Of those that have ended, nothing is left in the table of processes."""
    _started[:] = [process for process in _started if process.poll() is None]
