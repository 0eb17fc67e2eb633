"""An answer: what was found in one file, and what became of it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from sciculture_etl.findings import catalogue
from sciculture_etl.intake.check import ACCEPTED, Checked

Language = Literal["ko", "en"]
SEOUL = ZoneInfo("Asia/Seoul")
ORDER = ("error", "warning", "info")
# A refused file of which a copy shows its sender where to mend it; of any other a copy can't or mustn't be made.
SHOWN_THOUGH_REFUSED = {"R_HEADER_NOT_FOUND", "R_SUBMITTER_UNKNOWN"}

# Standings of a file of which nothing counts any more, so that nothing in it needs to be mended, and what it is then.
KIND_OF_STANDING = {"superseded": "superseded", "withdrawn": "withdrawn", "rejected": "not_approved"}
WAITING = "waiting"
# Warnings that ask for another spelling next time, and for nothing in this file.
FOR_NEXT_TIME = {"W_REGION_RENAMED", "W_REGION_COMPLETED"}
LETTERS = re.compile(r"[A-Z]+")


@dataclass(frozen=True)
class Received:
    """How a file was received.

    Attributes:
        number: of the receipt, from 1.
        at: time of receipt.
        standing: as in ``mart_submission_log``.
        earlier: when the same bytes came first, for a duplicate.
        stated: what it would change while it waits for approval, or why it was rejected.
        resent_after: what had replaced the bytes of a duplicate by then, or ``withdrawn``.
        counting: name of the file that counts instead.
        because: what decided that, in Korean.
        is_unclear: whether somebody has to say which one counts.
    """

    number: int
    at: datetime
    standing: str
    earlier: datetime | None = None
    stated: str = ""
    resent_after: str = ""
    counting: str = ""
    because: str = ""
    is_unclear: bool = False


class _Found(NamedTuple):
    """One finding, as far as it is told."""

    severity: str
    code: str
    sheet: str | None
    row: int | None
    cell: str | None
    header: str | None
    value: str | None
    message: str
    fix: str


@dataclass(frozen=True)
class Repeat:
    """One fault, at every place where it stands: what is mended in one go.

    Attributes:
        letters: of its column, where a cell is meant.
        rows: in the order of the file; None where the whole file or sheet is meant.
    """

    sheet: str | None
    letters: str
    header: str
    value: str
    message: str
    fix: str
    rows: list[int | None] = field(default_factory=list)

    @property
    def first(self) -> int | None:
        """The row of its first place."""
        return self.rows[0]


@dataclass(frozen=True)
class Group:
    """Findings of one code.

    Attributes:
        count: of all of them.
        repeats: in the order of the file.
    """

    severity: str
    code: str
    count: int
    repeats: list[Repeat]
    language: Language = "ko"

    @property
    def title(self) -> str:
        return catalogue()[self.code][f"title_{self.language}"]

    @property
    def fixes(self) -> list[str]:
        return list(dict.fromkeys(repeat.fix for repeat in self.repeats))


@dataclass(frozen=True)
class Answer:
    """What one institution is told of one file.

    Attributes:
        received: None where the file was only looked at.
        language: mails and workbooks are Korean; the desk's pages are both.
    """

    checked: Checked
    received: Received | None = None
    language: Language = "ko"

    @property
    def is_duplicate(self) -> bool:
        return self.received is not None and self.received.earlier is not None

    @property
    def is_set_aside(self) -> bool:
        return self.received is not None and self.received.standing in KIND_OF_STANDING and not self.is_duplicate

    @cached_property
    def kind(self) -> str:
        """The verdict, and ``duplicate``, ``refused`` (rejected before any row was read), ``warned`` (accepted).

        Of a file that doesn't count, whatever its verdict was, as ``KIND_OF_STANDING`` says, or
        ``unclear`` (superseded, but that is not certain); of one without an error that waits for approval, ``waiting``.
        Of a duplicate that was
        replaced or withdrawn meanwhile, ``resent`` or ``resent_withdrawn``.
        """
        if self.received and self.is_duplicate:
            resent = {"": "duplicate", "withdrawn": "resent_withdrawn"}
            return resent.get(self.received.resent_after, "resent")
        standing = self.received.standing if self.received else ""
        if self.received and self.is_set_aside:
            return "unclear" if self.received.is_unclear else KIND_OF_STANDING[standing]
        if self.checked.refused:
            return "refused"
        verdict = self.checked.verdict
        if verdict == ACCEPTED and standing == WAITING:
            return WAITING
        return "warned" if verdict == ACCEPTED and self.count("warning") else verdict

    @cached_property
    def findings(self) -> list[_Found]:
        """All that is told of the file, in its order."""
        shown = self.checked.shown_findings
        names = (*_Found._fields[:-2], f"message_{self.language}", f"fix_{self.language}")
        return [_Found(*row) for row in shown.select(names).rows()] if shown.height else []

    @cached_property
    def _severities(self) -> Counter[str]:
        return Counter(found.severity for found in self.findings)

    def count(self, severity: str) -> int:
        return self._severities[severity]

    @cached_property
    def groups(self) -> list[Group]:
        """The worst first, then the most frequent."""
        counts: Counter[tuple[str, str]] = Counter()
        repeats: dict[tuple[str, str], dict[tuple[str | None, ...], Repeat]] = {}
        for found in self.findings:
            kind = found.severity, found.code
            letters = place[0] if found.cell and (place := LETTERS.match(found.cell)) else ""
            key = found.sheet, letters, found.header, found.value, found.message, found.fix
            known = repeats.setdefault(kind, {})
            if key not in known:
                header = (found.header or "").replace("|", " ")
                known[key] = Repeat(found.sheet, letters, header, found.value or "", found.message, found.fix)
            known[key].rows.append(found.row)
            counts[kind] += 1
        groups = [Group(*kind, counts[kind], list(own.values()), self.language) for kind, own in repeats.items()]
        return sorted(groups, key=lambda group: (ORDER.index(group.severity), -group.count))

    def first_faulty_rows(self, sheet: str | None, most: int) -> set[int]:
        """Rows of a sheet with something to tell, so many from the top."""
        own = (repeat.rows for group in self.groups for repeat in group.repeats if repeat.sheet == sheet)
        return set(sorted({row for rows in own for row in rows if row is not None})[:most])

    @property
    def is_personal(self) -> bool:
        return any(found.code == "R_PII" for found in self.findings)

    @cached_property
    def should_be_corrected(self) -> bool:
        """Whether there is something in the file to mend, for which a workbook shows the places.

        That is an error, or a warning at a place of the file that asks for more than another spelling next time.
        """
        if self.is_duplicate or self.is_set_aside:
            return False
        return any(
            found.severity == "error"
            or (found.severity == "warning" and found.row is not None and found.code not in FOR_NEXT_TIME)
            for found in self.findings
        )

    @property
    def can_be_copied(self) -> bool:
        codes = {found.code for found in self.findings if found.severity == "error"}
        shown = codes <= SHOWN_THOUGH_REFUSED and any(found.row is not None for found in self.findings)
        return shown or not (self.checked.refused or self.is_personal)


def day_in_seoul(moment: datetime, language: Language = "ko") -> str:
    """``2020. 4. 1.``, as dates are written in letters; in English ``2020-04-01``."""
    local = moment.astimezone(SEOUL)
    if language == "en":
        return f"{local:%Y-%m-%d}"
    return f"{local.year}. {local.month}. {local.day}."
