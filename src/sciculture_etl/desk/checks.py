"""Files that were uploaded to be checked: in a queue, then with their verdict for a while, then forgotten.

They are in this process alone: the bytes as the desk received them (in memory, a large one in the restricted folder
under no name), until the file is sent, found to hold personal data, or its time is over. After a restart nothing of
them is left, and the file is uploaded again.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO

from sciculture_etl.desk.judging import FileToJudge, Judged, Judges
from sciculture_etl.extract import SpooledFile
from sciculture_etl.intake.check import REJECTED

SECONDS_KEPT = 30 * 60
SECONDS_KEPT_PUBLIC = 10 * 60
SECONDS_BETWEEN_SWEEPS = 30
# What waits in the queue, of everybody and of one of them; and what is held besides in bytes, the oldest going first.
MAX_QUEUED, MAX_QUEUED_OF_OWNER = 60, 25
MAX_CHECKS = 300
MAX_HELD_BYTES = 1024**3


class QueueFullError(Exception):
    """Too much waits already."""


@dataclass(eq=False)
class Check:
    """A file that was uploaded.

    Attributes:
        id: secret, stands in the address of its page.
        owner: the institution, or of who isn't signed in their own secret; nobody else is shown anything of it.
        path: as its receipt would have it.
        held: its bytes; None once they are no longer needed.
        judged: None while it waits or is being judged.
        sent: where it lies since it was sent.
        is_broken: whether it couldn't be judged for a reason that isn't its own.
    """

    id: str
    owner: str
    path: str
    size: int
    sha256: str
    seconds_kept: float
    held: IO[bytes] | None
    begun_at: float
    number: int
    is_started: bool = False
    judged: Judged | None = None
    sent: SpooledFile | None = None
    is_broken: bool = False
    finished_at: float | None = None
    sending: threading.Lock = field(default_factory=threading.Lock)
    finished: threading.Event = field(default_factory=threading.Event)

    @property
    def file_name(self) -> str:
        return self.path.rsplit("/", 1)[-1]

    @property
    def is_finished(self) -> bool:
        return self.finished_at is not None

    @property
    def can_be_sent(self) -> bool:
        """Whether it was found good for something: what is rejected is mended first, what is personal goes nowhere."""
        is_good = self.judged is not None and not self.judged.is_personal and self.judged.checked.verdict != REJECTED
        return is_good and self.held is not None and self.sent is None

    def read(self) -> bytes:
        """The bytes of the file.

        Raises:
            ValueError: Where they are gone.
        """
        if self.held is None:
            raise ValueError("the bytes are gone")
        self.held.seek(0)
        return self.held.read()

    def forget_bytes(self) -> None:
        closing, self.held = self.held, None
        if closing is not None:
            closing.close()

    @property
    def held_bytes(self) -> int:
        workbook = len(self.judged.workbook or b"") if self.judged else 0
        return workbook + (self.size if self.held is not None else 0)


class Checks:
    """All files that are being checked, or were a while ago."""

    def __init__(self, judges: Judges, clock: Callable[[], float] = time.monotonic) -> None:
        self._judges = judges
        self._clock = clock
        self._checks: dict[str, Check] = {}
        self._changing = threading.Lock()
        self._number = 0
        self._is_closed = threading.Event()
        threading.Thread(target=self._sweep_for_ever, name="checks", daemon=True).start()

    def prepare(self) -> None:
        """Starts the workers, so that the first file needn't wait for them."""
        self._judges.prepare()

    def begin(self, owner: str, path: str, upload: IO[bytes], size: int, sha256: str, is_public: bool) -> Check:
        """Puts a file into the queue.

        Args:
            upload: its bytes; they are closed here.
            is_public: nobody is signed in: its bytes are forgotten as soon as it is judged.

        Raises:
            QueueFullError: Where too many wait.
        """
        with self._changing:
            queued = [check for check in self._checks.values() if not check.is_finished]
            of_owner = sum(check.owner == owner for check in queued)
            if len(queued) >= MAX_QUEUED or of_owner >= MAX_QUEUED_OF_OWNER:
                raise QueueFullError
            self._number += 1
            kept = SECONDS_KEPT_PUBLIC if is_public else SECONDS_KEPT
            check = Check(
                secrets.token_urlsafe(24), owner, path, size, sha256, kept, upload, self._clock(), self._number
            )  # fmt: skip
            self._checks[check.id] = check
        self._sweep()

        def file() -> FileToJudge:
            check.is_started = True
            return FileToJudge(check.read(), path, None if is_public else owner)

        self._judges.judge(file).add_done_callback(lambda future: self._finish(check, future.result, is_public))
        return check

    def get(self, owner: str, check_id: str) -> Check | None:
        """What was uploaded by the same owner; None where there is no such (any more)."""
        check = self._checks.get(check_id)
        if check is None or check.owner != owner or self._is_over(check):
            return None
        return check

    def place_of(self, check: Check) -> int:
        """How many are judged before this one begins, with it; 0: it has begun."""
        if check.is_started or check.is_finished:
            return 0
        with self._changing:
            waiting = [one for one in self._checks.values() if not one.is_started and not one.is_finished]
        return sum(one.number <= check.number for one in waiting)

    def forget(self, check: Check) -> None:
        """Now, and not only when its time is over."""
        with self._changing:
            self._checks.pop(check.id, None)
        if check.is_finished:
            check.forget_bytes()

    def close(self) -> None:
        self._is_closed.set()
        self._judges.close()
        with self._changing:
            for check in self._checks.values():
                check.forget_bytes()
            self._checks.clear()

    def _finish(self, check: Check, result: Callable[[], Judged], is_public: bool) -> None:
        try:
            check.judged = result()
        except BaseException:  # the machine's: told on the page, and by the health of the desk
            check.is_broken = True
        check.finished_at = self._clock()
        if is_public or check.is_broken or (check.judged and check.judged.is_personal):
            check.forget_bytes()
        if check.id not in self._checks:
            check.forget_bytes()
        check.finished.set()

    def _is_over(self, check: Check) -> bool:
        return check.finished_at is not None and self._clock() - check.finished_at > check.seconds_kept

    def _sweep(self) -> None:
        """Forgets what is over, and of what is finished the oldest beyond what may be held."""
        with self._changing:
            finished = sorted(
                (check for check in self._checks.values() if check.is_finished), key=lambda check: check.number
            )
            held = sum(check.held_bytes for check in self._checks.values())
            for place, check in enumerate(finished):
                if self._is_over(check) or held > MAX_HELD_BYTES or len(finished) - place > MAX_CHECKS:
                    held -= check.held_bytes
                    del self._checks[check.id]
                    check.forget_bytes()

    def _sweep_for_ever(self) -> None:
        while not self._is_closed.wait(SECONDS_BETWEEN_SWEEPS):
            self._sweep()
