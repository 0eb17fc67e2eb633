"""A signal ends a command whoever reads what it says: nobody any more, nobody yet, or nobody ever."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress

import pytest

# The real command with one that does nothing but wait, or say something that nobody takes.
COMMAND = """
import os, sys, time
from sciculture_etl import cli, stopping
from sciculture_etl.cli.commands import COMMANDS

COMMANDS["idle"] = ("commands", "waits")

@cli.app.command()
def idle(ready: int, says: int) -> None:
    stopping.listen()
    stopping.MAX_SECONDS_TO_UNWIND = 1
    os.write(ready, b"r")
    if says:
        print("x" * says, flush=True)
    time.sleep(60)

cli.main()
"""
SECONDS = 10
SECONDS_TO_BEGIN = 120


def full() -> tuple[int, int]:
    """A pipe that takes nothing more, and that nobody reads."""
    read, write = os.pipe()
    os.set_blocking(write, False)
    with suppress(BlockingIOError):
        while True:
            os.write(write, b"x")
    os.set_blocking(write, True)
    return read, write


def gone() -> tuple[int, int]:
    """A pipe whose reader is gone."""
    read, write = os.pipe()
    os.close(read)
    return os.open(os.devnull, os.O_RDONLY), write


def closed() -> tuple[int, int]:
    """No stream at all."""
    return os.open(os.devnull, os.O_RDONLY), -1


def ended_by(number: signal.Signals, said: tuple[int, int], told: tuple[int, int], says: int = 0) -> int:
    ready, write = os.pipe()

    def begin() -> None:
        # Which a shell's background jobs, and what `nohup` starts, ignore.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        for stream, (_, end) in ((1, said), (2, told)):
            os.dup2(end, stream) if end >= 0 else os.close(stream)

    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, "idle", str(write), str(says)], pass_fds=[write], preexec_fn=begin
    )
    try:
        os.close(write)
        assert select.select([ready], [], [], SECONDS_TO_BEGIN)[0], "it never began"
        assert os.read(ready, 1) == b"r"
        process.send_signal(number)
        return process.wait(SECONDS)
    finally:
        process.kill()
        process.wait()
        for end in (ready, *said, *told):
            if end >= 0:
                os.close(end)


@pytest.mark.parametrize(
    ("number", "stream"),
    [
        (signal.SIGTERM, full),
        (signal.SIGTERM, gone),
        (signal.SIGTERM, closed),
        (signal.SIGINT, full),
        (signal.SIGHUP, gone),
    ],
)
def test_it_ends_with_the_signals_code(number: signal.Signals, stream: Callable[[], tuple[int, int]]) -> None:
    assert ended_by(number, stream(), stream()) == 128 + number


def test_it_ends_where_it_waits_for_a_reader_itself() -> None:
    assert ended_by(signal.SIGTERM, full(), full(), says=100_000) == 128 + signal.SIGTERM
