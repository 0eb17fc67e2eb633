"""An answer: what was found in one file, and what became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from sciculture_etl.findings import catalogue
from sciculture_etl.intake.check import ACCEPTED, Checked
from sciculture_etl.settings import MAX_LISTED_PLACES

SEOUL = ZoneInfo("Asia/Seoul")
ORDER = ("error", "warning", "info")
# A refused file of which a copy shows its sender where to mend it; of any other a copy can't or mustn't be made.
SHOWN_THOUGH_REFUSED = {"R_HEADER_NOT_FOUND", "R_SUBMITTER_UNKNOWN"}

# Standings of a file of which nothing counts any more, so that nothing in it needs to be mended.
SET_ASIDE = ("superseded", "withdrawn")


@dataclass(frozen=True)
class Received:
    """How a file was received.

    Attributes:
        number: of the receipt, from 1.
        at: time of receipt.
        standing: as in ``mart_submission_log``.
        earlier: when the same bytes came first, for a duplicate.
    """

    number: int
    at: datetime
    standing: str
    earlier: datetime | None = None


@dataclass(frozen=True)
class Group:
    """Findings of one code.

    Attributes:
        rows: at most ``MAX_LISTED_PLACES`` of them, in the order of the file.
    """

    severity: str
    title: str
    count: int
    rows: list[dict[str, Any]]

    @property
    def fixes(self) -> list[str]:
        return list(dict.fromkeys(row["fix_ko"] for row in self.rows))


@dataclass(frozen=True)
class Answer:
    """What one institution is told of one file.

    Attributes:
        received: None where the file was only looked at.
    """

    checked: Checked
    received: Received | None = None

    @cached_property
    def kind(self) -> str:
        """The verdict, and ``duplicate``, ``refused`` (rejected before any row was read), ``warned`` (accepted).

        Of a file that doesn't count, ``superseded`` or ``withdrawn``, whatever its verdict was.
        """
        if self.received and self.received.earlier:
            return "duplicate"
        if self.received and self.received.standing in SET_ASIDE:
            return self.received.standing
        if self.checked.refused:
            return "refused"
        warned = self.checked.verdict == ACCEPTED and self.count("warning")
        return "warned" if warned else self.checked.verdict

    @cached_property
    def findings(self) -> pl.DataFrame:
        return self.checked.shown_findings

    @cached_property
    def _severities(self) -> Counter[str]:
        return Counter(self.findings["severity"])

    def count(self, severity: str) -> int:
        return self._severities[severity]

    @cached_property
    def groups(self) -> list[Group]:
        """The worst first, then the most frequent."""
        found = [
            Group(severity, catalogue()[code]["title_ko"], own.height, own.head(MAX_LISTED_PLACES).to_dicts())
            for (severity, code), own in self._by_code()
        ]
        return sorted(found, key=lambda group: (ORDER.index(group.severity), -group.count))

    def _by_code(self) -> Iterator[tuple[tuple[str, str], pl.DataFrame]]:
        for key, own in self.findings.group_by("severity", "code", maintain_order=True):
            yield (str(key[0]), str(key[1])), own

    @property
    def is_personal(self) -> bool:
        return (self.findings["code"] == "R_PII").any()

    @property
    def can_be_copied(self) -> bool:
        codes = set(self.findings.filter(severity="error")["code"])
        shown = codes <= SHOWN_THOUGH_REFUSED and self.findings["row"].is_not_null().any()
        return shown or not (self.checked.refused or self.is_personal)


def day_in_seoul(moment: datetime) -> str:
    """``2020. 4. 1.``, as dates are written in letters."""
    local = moment.astimezone(SEOUL)
    return f"{local.year}. {local.month}. {local.day}."
