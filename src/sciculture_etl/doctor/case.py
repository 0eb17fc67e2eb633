"""What a check is given, and what it tells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, TypeVar

from sciculture_etl.extract import Archive, Receipt, Restricted
from sciculture_etl.pipeline import Progress, Silent
from sciculture_etl.settings import Settings
from sciculture_etl.storage.lock import lock_holder

BilingualPair = tuple[str, str]  # English, Korean
NOTHING: BilingualPair = ("", "")
T = TypeVar("T")


class Status(StrEnum):
    """remark: nights go on, but someone should know. fault: a night fails or gives less than it should."""

    ok = "ok"
    remark = "remark"
    fault = "fault"


@dataclass(frozen=True)
class Check:
    """The result of one examination.

    Attributes:
        area: what was looked at.
        found: in one line.
        repair: what to do, in one line; empty where all is well.
        safe: ``doctor --fix`` does it.
    """

    area: str
    verdict: Status
    found: BilingualPair
    repair: BilingualPair = NOTHING
    safe: bool = False


def ok(area: str, en: str, ko: str) -> Check:
    return Check(area, Status.ok, (en, ko))


def remark(area: str, found: BilingualPair, repair: BilingualPair, safe: bool = False) -> Check:
    return Check(area, Status.remark, found, repair, safe)


def fault(area: str, found: BilingualPair, repair: BilingualPair, safe: bool = False) -> Check:
    return Check(area, Status.fault, found, repair, safe)


@dataclass
class Case:
    """The warehouse under examination.

    Attributes:
        quick: bytes are not read again, only sizes compared.
        progress: told of long steps.
        holds_lock: it is examined by the writer itself.
    """

    settings: Settings
    quick: bool = False
    progress: Progress = field(default_factory=Silent)
    holds_lock: bool = False

    @property
    def running(self) -> dict[str, Any] | None:
        """Which other run holds the warehouse now (``{}`` where it hasn't said yet); None where none does.

        Asked anew each time: a night may begin while others look.
        """
        return None if self.holds_lock else lock_holder(self.settings.warehouse)

    def unless_running(self, look: Callable[[], list[T]]) -> list[T]:
        """What is found amiss while no run goes on nor begins: what a run is about is no damage."""
        found = look() if self.running is None else []
        return found if self.running is None else []

    @cached_property
    def archive(self) -> Archive:
        return Archive(self.settings.archive)

    @cached_property
    def receipts(self) -> list[Receipt]:
        """Raises JournalError where the journal is damaged."""
        return self.archive.receipts()

    @cached_property
    def restricted(self) -> Restricted:
        return Restricted(self.settings.restricted, self.archive)
