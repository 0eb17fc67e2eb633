"""``sciculture query`` as a process: who stops it, who reads it, and how much room an answer takes."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.commands import COMMAND

MILLION = "SELECT range AS n, 'row ' || range AS name, range / 7 AS share FROM range({rows})"
WITHOUT_END = "FROM range(1000000000) a, range(1000000000) b WHERE hash(a.range + b.range) = 3"
MAX_MORE_MIB = 60


def started(database: Path, *words: str, **more: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [str(COMMAND), "query", "--release", str(database), *words],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more,
    )  # type: ignore[call-overload, no-any-return]  # fmt: skip


def test_a_reader_that_has_seen_enough_is_no_failure(database: Path) -> None:
    process = started(database, MILLION.format(rows=400_000), "--csv")
    assert process.stdout is not None
    assert process.stdout.readline() == b"n,name,share\n"
    process.stdout.close()
    assert process.wait(30) == 0
    assert process.stderr is not None
    assert process.stderr.read() == b""


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (signal.SIGINT, 130),
        pytest.param(signal.SIGTERM, 143, marks=pytest.mark.slow),
        pytest.param(signal.SIGHUP, 129, marks=pytest.mark.slow),
    ],
)
def test_a_signal_ends_it_and_leaves_no_half_file(database: Path, tmp_path: Path, number: int, code: int) -> None:
    target = tmp_path / "answer.parquet"
    process = started(
        database, WITHOUT_END, "--parquet", str(target),
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    end = time.monotonic() + 30
    while not list(tmp_path.iterdir()):  # until it writes
        assert time.monotonic() < end
        time.sleep(0.05)
    process.send_signal(number)
    assert process.wait(20) == code
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize("form", ["--csv", "--json", "--parquet"])
def test_a_million_rows_take_no_more_room_than_a_hundred_thousand(database: Path, form: str) -> None:
    def peak(rows: int) -> float:
        process = started(database, MILLION.format(rows=rows), form, *(["-"] if form == "--parquet" else []))
        assert process.stdout is not None
        length = sum(len(part) for part in iter(lambda: process.stdout.read(65536), b""))  # type: ignore[union-attr]
        _, status, usage = os.wait4(process.pid, 0)
        assert status == 0
        assert length > rows
        return usage.ru_maxrss / 1024

    assert peak(3_000_000) < peak(100_000) + MAX_MORE_MIB
