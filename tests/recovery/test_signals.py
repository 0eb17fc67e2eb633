"""SIGTERM and Ctrl-C: one sentence, the shell's own code, nothing left running, and the next run goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sciculture_etl.storage.lock import lock_holder
from tests.nights import hashes, night
from tests.recovery.conftest import Days

COMMAND = Path(sys.executable).with_name("sciculture")


def _children(pid: int) -> list[int]:
    listing = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in listing.read_text().split()] if listing.exists() else []


@pytest.mark.slow
def test_a_stopped_run_says_so_in_one_line_and_leaves_nothing_behind(days: Days, tmp_path: Path) -> None:
    warehouse = days.copy(tmp_path)
    for number, code in ((signal.SIGTERM, 143), (signal.SIGINT, 130)):
        _stop_a_run(number, code, days, warehouse, tmp_path / "prefect")
        assert hashes(warehouse) == days.first
    # Where even the unwinding took too long, the run has no end in the journal.
    ends = {json.loads(line).get("outcome") for line in (warehouse / "archive" / "runs.jsonl").open()}
    assert ends <= {"published", None, "stopped"}
    night(days.second_inbox, warehouse)
    assert hashes(warehouse) == days.second


def _stop_a_run(number: signal.Signals, code: int, days: Days, warehouse: Path, home: Path) -> None:
    places = {"SCICULTURE_INBOX": str(days.second_inbox), "SCICULTURE_WAREHOUSE": str(warehouse)}
    journal = warehouse / "archive" / "runs.jsonl"
    before = journal.stat().st_size
    with subprocess.Popen(
        [str(COMMAND), "run"], env=os.environ | places | {"PREFECT_HOME": str(home)}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        # A shell's background jobs ignore Ctrl-C, and so would what they start.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as run:  # fmt: skip
        deadline = time.monotonic() + 120
        # The moment when it has begun its work, and said so.
        while journal.stat().st_size == before and run.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        started = _children(run.pid)
        run.send_signal(number)
        _, told = run.communicate(timeout=60)
    assert run.returncode == code
    assert len(told.splitlines()) == 1
    assert f"stopped by {number.name}" in told
    assert "다시 실행" in told
    deadline = time.monotonic() + 15
    while any(Path(f"/proc/{pid}").exists() for pid in started):
        assert time.monotonic() < deadline, "a stopped run left a process behind"
        time.sleep(0.1)
    assert lock_holder(warehouse) is None
