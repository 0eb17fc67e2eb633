"""What a check is given, and what it tells."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from sciculture_etl.extract import Archive, Receipt, Restricted
from sciculture_etl.load.lock import lock_holder
from sciculture_etl.pipeline import Progress, Silent
from sciculture_etl.settings import Settings

Words = tuple[str, str]  # English, Korean
NOTHING: Words = ("", "")


class Verdict(StrEnum):
    """remark: nights go on, but someone should know. fault: a night fails or gives less than it should."""

    ok = "ok"
    remark = "remark"
    fault = "fault"


@dataclass(frozen=True)
class Check:
    """area: what was looked at. found: in one line. mend: what to do, in one line; empty where all is well. safe:
    ``doctor --mend`` does it."""

    area: str
    verdict: Verdict
    found: Words
    mend: Words = NOTHING
    safe: bool = False


def ok(area: str, en: str, ko: str) -> Check:
    return Check(area, Verdict.ok, (en, ko))


def remark(area: str, found: Words, mend: Words, safe: bool = False) -> Check:
    return Check(area, Verdict.remark, found, mend, safe)


def fault(area: str, found: Words, mend: Words, safe: bool = False) -> Check:
    return Check(area, Verdict.fault, found, mend, safe)


@dataclass
class Case:
    """The warehouse under examination. quick: bytes are not read again, only sizes compared. progress: told of long
    steps."""

    settings: Settings
    quick: bool = False
    progress: Progress = field(default_factory=Silent)

    @cached_property
    def running(self) -> dict[str, Any] | None:
        """Who holds the warehouse, if anybody does."""
        return lock_holder(self.settings.warehouse)

    @cached_property
    def archive(self) -> Archive:
        return Archive(self.settings.archive)

    @cached_property
    def receipts(self) -> list[Receipt]:
        """Raises UserMistake where the journal is damaged."""
        return self.archive.receipts()

    @cached_property
    def restricted(self) -> Restricted:
        return Restricted(self.settings.restricted, self.archive)
