"""Ends the process of a run that doesn't end by itself: one whose time is long over, or that nobody serves any more.

A run of ``sciculture serve`` compares its parent with the one that it was told when it was started: which it had, can't
be seen any more once that was killed. It does so from the import of this module on, long before the flow is called.

What it holds (the writer's lock, the build database) is free at once, and every step can be repeated after a kill.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
import time

from sciculture_etl.stopping import print_line

SERVED = "SCICULTURE_SERVED"  # set by ``sciculture serve``, whose runs are children of its process
EXIT_CODE = 5


class Watchdog:
    """Watches this process from now on, for so many seconds at most, until it is told to rest."""

    def __init__(self, seconds: float) -> None:
        self._resting = threading.Event()
        self.allow(seconds)
        threading.Thread(target=self._watch, daemon=True).start()

    def allow(self, seconds: float) -> None:
        """So long from now the process may still last."""
        self._until = time.monotonic() + seconds

    def rest(self) -> None:
        self._resting.set()

    def _watch(self) -> None:
        while not self._resting.wait(2):
            if time.monotonic() > self._until:
                print_line(
                    "sciculture: something hangs that can't be stopped, so its process is ended. The last good release"
                    " stays; run it again / 멈추지 않는 작업이 있어 프로세스를 끝냅니다. 다시 실행해 주세요",
                    sys.stderr,
                )  # fmt: skip
                os._exit(EXIT_CODE)


def _end_with(parent: int | None) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(EXIT_CODE)


if os.environ.get(SERVED) and (_parent := multiprocessing.parent_process()):
    threading.Thread(target=_end_with, args=[_parent.pid], daemon=True).start()
