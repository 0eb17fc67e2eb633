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
# Whoever isn't signed in has a share of their own, all of them together: they take nothing of what institutions have.
PUBLIC = ""


@dataclass(frozen=True)
class Most:
    """What may wait in the queue; and what is held besides, in files and bytes, the oldest going first."""

    queued: int
    checks: int
    held_bytes: int


MAX_OF_ALL = Most(60, 300, 1024**3)  # of all institutions
MAX_OF_ONE = Most(25, 100, 512 * 1024**2)
MAX_OF_PUBLIC = Most(20, 100, 128 * 1024**2)


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
    is_public: bool = False
    sending: threading.Lock = field(default_factory=threading.Lock)
    finished: threading.Event = field(default_factory=threading.Event)

    @property
    def file_name(self) -> str:
        return self.path.rsplit("/", 1)[-1]

    @property
    def share(self) -> str:
        return PUBLIC if self.is_public else self.owner

    @property
    def is_finished(self) -> bool:
        return self.finished_at is not None

    @property
    def can_be_sent(self) -> bool:
        """Whether it was found good for something: what is rejected is mended first, what is personal goes nowhere."""
        is_good = self.judged is not None and not self.judged.is_personal and self.judged.verdict != REJECTED
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
            self._check_room(PUBLIC if is_public else owner, size)
            self._number += 1
            kept = SECONDS_KEPT_PUBLIC if is_public else SECONDS_KEPT
            check = Check(
                secrets.token_urlsafe(24), owner, path, size, sha256, kept, upload, self._clock(), self._number,
                is_public=is_public,
            )  # fmt: skip
            self._checks[check.id] = check
        self._sweep()

        def file() -> FileToJudge:
            check.is_started = True
            return FileToJudge(check.read(), path, None if is_public else owner)

        self._judges.judge(file, is_public).add_done_callback(
            lambda future: self._finish(check, future.result, is_public)
        )
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
        return sum(one.number <= check.number for one in waiting if one.is_public == check.is_public)

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

    def _check_room(self, share: str, size: int) -> None:
        """Raises QueueFullError where too much waits already, of all or of one."""
        queued = [check for check in self._checks.values() if not check.is_finished]
        own = [check for check in queued if check.share == share]
        most = most_of(share)
        is_full = len(own) >= most.queued or sum(check.size for check in own) + size > most.held_bytes
        if is_full or (share != PUBLIC and sum(not check.is_public for check in queued) >= MAX_OF_ALL.queued):
            raise QueueFullError

    def _sweep(self) -> None:
        """Forgets what is over, and of what is finished the oldest beyond what may be held, of one and of all."""
        with self._changing:
            held: dict[str, list[Check]] = {}
            everybody: list[Check] = []
            for check in sorted(self._checks.values(), key=lambda check: (check.is_finished, -check.number)):
                own = held.setdefault(check.share, [])
                is_beyond = _is_beyond(own, check, most_of(check.share))
                is_beyond = is_beyond or (not check.is_public and _is_beyond(everybody, check, MAX_OF_ALL))
                if check.is_finished and (self._is_over(check) or is_beyond):
                    del self._checks[check.id]
                    check.forget_bytes()
                    continue
                own.append(check)
                if not check.is_public:
                    everybody.append(check)

    def _sweep_for_ever(self) -> None:
        while not self._is_closed.wait(SECONDS_BETWEEN_SWEEPS):
            self._sweep()


def most_of(share: str) -> Most:
    return MAX_OF_ONE if share else MAX_OF_PUBLIC


def _is_beyond(kept: list[Check], check: Check, most: Most) -> bool:
    """Whether a check is too much beside those that are kept."""
    is_one_too_many = sum(one.is_finished for one in kept) >= most.checks
    return is_one_too_many or sum(one.held_bytes for one in kept) + check.held_bytes > most.held_bytes
