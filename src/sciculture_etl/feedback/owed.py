"""What institutions owe, and to whom a reminder of it is due on a day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sciculture_etl.contracts import Contract

# What is so long past the last reminder of its contract was passed over for good.
MAX_DAYS_AFTER_THE_LAST = 14


@dataclass(frozen=True)
class OwedReport:
    """A report that hasn't come.

    Attributes:
        period_ko: name of the part of the year; None for a whole one.
        rejected_count: files that came since and were rejected.
    """

    dataset: str
    title_ko: str
    submitter: str
    program_year: int
    period_no: int
    period_ko: str | None
    due_on: date
    rejected_count: int

    @property
    def key(self) -> str:
        return f"{self.submitter}|{self.dataset}|{self.program_year}|{self.period_no}|{self.due_on}"


@dataclass(frozen=True)
class Reminder:
    """A letter to be written.

    Attributes:
        level: 0 before the due day, 1 on it, from 2 on each further one after it; of the report that is worst.
        owed: all that the institution owes by then, the longest overdue first.
        stages: key of each report that it is about now → days from its due day for which that was planned.
    """

    submitter: str
    day: date
    level: int
    owed: list[OwedReport]
    stages: dict[str, int]


def due_reminders(
    owed: list[OwedReport], contracts: Mapping[str, Contract], reminded: Mapping[str, int], today: date
) -> Iterator[Reminder]:
    """The letters of a day: one to each institution of which a report has come to a day to remind of it.

    Args:
        owed: all reports that haven't come, by submitter.
        reminded: of ``Reminders.stages``.
    """
    for submitter, reports in groupby(owed, lambda report: report.submitter):
        stages, level, shown = {}, 0, []
        for report in reports:
            days = contracts[report.dataset].due.remind
            passed = (today - report.due_on).days
            reached = [stage for stage in days if stage <= passed]
            if not reached:
                continue
            shown.append(report)
            stage = reached[-1]
            is_past = stage == days[-1] and passed > stage + MAX_DAYS_AFTER_THE_LAST
            if not is_past and stage > reminded.get(report.key, stage - 1):
                stages[report.key] = stage
                level = max(level, _level(days, stage))
        if stages:
            yield Reminder(submitter, today, level, shown, stages)


def _level(days: list[int], stage: int) -> int:
    return 0 if stage < 0 else 1 + sum(0 < day <= stage for day in days)
