"""SIGTERM, Ctrl-C and a lost terminal: a run ends at once and says so; what it leaves half-done, the next run finishes.

Whoever handles the signal (here, or Prefect inside a flow) raises it in the main thread. Whether one came is told from
outside of that, by the interpreter's wake-up pipe, since a query or a library may turn the raised signal into an error
of its own, and a thread that waits for a server may keep the main thread from ending.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
from contextlib import suppress
from types import FrameType
from typing import NoReturn, TextIO

# Enough for Prefect to write down how the run ended; service managers kill after 10 s (containers) to 90 s.
MAX_SECONDS_TO_UNWIND = 7.0
# So long a line waits for a reader: what is leaving mustn't wait for one that never comes.
MAX_SECONDS_TO_PRINT = 0.5
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_came: list[int] = []
_announced = threading.Event()


class Stopped(BaseException):
    """A signal asked the run to stop."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)


def listen() -> None:
    """Heeds these signals from now on, but for a hang-up that ``nohup`` has turned off.

    To be called on the main thread.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    for number in SIGNALS:
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _raise)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    threading.Thread(target=_watch, args=(woken,), name="signals", daemon=True).start()


def signal_received() -> int | None:
    """The signal that came first, if any did."""
    return _came[0] if _came else None


def stop_if_asked() -> None:
    """Raises Stopped where a signal came and was lost on its way. To be called before what can't be taken back."""
    if _came:
        raise Stopped(_came[0])


def sentence(number: int) -> str:
    """What the operator is told."""
    name = signal.Signals(number).name
    return (
        f"stopped by {name}; the last good release stays: run it again, it goes on from there / "
        f"{name} 신호로 멈췄습니다. 마지막 공표본은 그대로이니 다시 실행해 주세요"
    )


def exit_code(number: int) -> int:
    """As shells tell a process that a signal ended: 143 for SIGTERM, 130 for Ctrl-C, 129 for a hang-up."""
    return 128 + number


def print_line(line: str, stream: TextIO | None) -> None:
    """Prints a line, if its reader takes it: one that is gone or takes nothing any more holds nobody up."""
    with suppress(OSError, ValueError):
        if stream and select.select([], [stream], [], MAX_SECONDS_TO_PRINT)[1]:
            # Past the stream's own buffer: what stays in there is waited for at the end of the process.
            os.write(stream.fileno(), f"{line}\n".encode(stream.encoding, "backslashreplace"))


def leave(number: int) -> NoReturn:
    """Says on the console, once, that the signal came, and ends the process at once with the signal's exit code."""
    if not _announced.is_set():
        _announced.set()
        print_line(f"sciculture: {sentence(number)}", sys.stderr)
    os._exit(exit_code(number))


def _raise(number: int, frame: FrameType | None) -> None:
    _came.append(number)
    raise Stopped(number)


def _watch(woken: int) -> None:
    interrupts = 0
    while data := os.read(woken, 16):
        for number in data:
            if number not in SIGNALS:
                continue
            _came.append(number)
            interrupts += number == signal.SIGINT
            if interrupts > 1:  # whoever asks twice is in a hurry; Prefect itself repeats a SIGTERM
                leave(number)
            waiting = threading.Timer(MAX_SECONDS_TO_UNWIND, leave, [number])
            waiting.daemon = True
            waiting.start()
