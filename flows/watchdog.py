"""Ends the process of a run that doesn't end by itself: one whose time is long over, or that nobody serves any more.

What it holds (the writer's lock, the build database) is free at once, and every step can be repeated after a kill.
"""

from __future__ import annotations

import os
import sys
import threading
import time

SERVED = "SCICULTURE_SERVED"  # set by ``sciculture serve``, whose runs are children of its process
EXIT_CODE = 5


class Watchdog:
    """Watches this process from now on, for so many seconds at most, until it is told to rest."""

    def __init__(self, seconds: float) -> None:
        self._resting = threading.Event()
        self._parent = os.getppid() if os.environ.get(SERVED) else None
        self.allow(seconds)
        threading.Thread(target=self._watch, daemon=True).start()

    def allow(self, seconds: float) -> None:
        """So long from now the process may still last."""
        self._until = time.monotonic() + seconds

    def rest(self) -> None:
        self._resting.set()

    def _watch(self) -> None:
        while not self._resting.wait(2):
            if self._parent is not None and os.getppid() != self._parent:
                os._exit(EXIT_CODE)
            if time.monotonic() > self._until:
                print(
                    "sciculture: something hangs that can't be stopped, so its process is ended. The last good release"
                    " stays; run it again / 멈추지 않는 작업이 있어 프로세스를 끝냅니다. 다시 실행해 주세요",
                    file=sys.stderr, flush=True,
                )  # fmt: skip
                os._exit(EXIT_CODE)
