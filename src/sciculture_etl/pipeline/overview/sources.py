"""What the operator's views are made from: the tables of the last run, the journals, the folders of the warehouse."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property, lru_cache
from typing import Any, Literal
from zoneinfo import ZoneInfo

import duckdb

from sciculture_etl.contracts import Contract
from sciculture_etl.extract import Decision, Decisions
from sciculture_etl.pipeline.journal import RunRecord, Runs, at_work
from sciculture_etl.project import SQL
from sciculture_etl.settings import Settings
from sciculture_etl.storage.lock import BACKFILL, lock_holder

LANGUAGES: tuple[Literal["ko", "en"], ...] = ("ko", "en")
SEOUL = ZoneInfo("Asia/Seoul")
Row = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """What a list is narrowed to; empty is all.

    Attributes:
        since: day of receipt, Korean time.
        page: from 1.
    """

    state: str = ""
    submitter: str = ""
    dataset: str = ""
    code: str = ""
    since: str = ""
    page: int = 1


EVERYTHING = Asked()


@dataclass(frozen=True)
class Sources:
    """What views look at.

    Attributes:
        connection: to the build database or the operator's file; None where no run has ended yet.
        now: with its zone.
        holder: who holds the warehouse, as ``lock_holder`` tells; None where nobody does, or the holder asks.
        record: of the run that asks, as far as it has come.
    """

    settings: Settings
    contracts: Mapping[str, Contract]
    connection: duckdb.DuckDBPyConnection | None
    now: datetime
    holder: Mapping[str, Any] | None = None
    record: RunRecord | None = None
    asked: Asked = field(default=EVERYTHING)
    _kept: dict[str, Row] = field(default_factory=dict, repr=False)

    @property
    def today(self) -> date:
        return self.now.astimezone(SEOUL).date()

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """What a query gives, column → plain value: times and days as texts, in Korean time."""
        if self.connection is None:
            return []
        cursor = self.connection.execute(query, list(parameters))
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, map(plain, cells), strict=True)) for cells in cursor.fetchall()]

    def once(self, name: str, make: Callable[[], Row]) -> Row:
        """What several views show, and what takes its time, made once."""
        if name not in self._kept:
            self._kept[name] = make()
        return self._kept[name]

    @cached_property
    def runs(self) -> list[RunRecord]:
        """The newest first; the run that asks as it will stand there."""
        found = [one for one in Runs(self.settings.archive).all() if not self.record or one.run_no < self.record.run_no]
        return [*([self.record] if self.record else []), *reversed(found)]

    @cached_property
    def at_work(self) -> set[int]:
        """Numbers of the runs that are at work; the one that asks stands among them as ended."""
        return at_work(self.runs, self.holder, lock_holder(self.settings.warehouse, BACKFILL))

    @cached_property
    def decisions(self) -> list[Decision]:
        """In the order in which they were made."""
        return Decisions(self.settings.archive).all()

    def title(self, dataset: str, language: Literal["ko", "en"]) -> str:
        """Of a dataset; one that is no longer there stands for itself."""
        contract = self.contracts.get(dataset)
        return (contract.title.ko if language == "ko" else contract.title.en) if contract else dataset

    def titled(self, rows: list[Row]) -> list[Row]:
        """Rows of datasets, with ``title_ko`` and ``title_en``, and those of a period with its names likewise."""
        return [row | self._named(row) for row in rows]

    def _named(self, row: Row) -> Row:
        names: Row = {f"title_{language}": self.title(row["dataset"], language) for language in LANGUAGES}
        if "period_no" in row and (contract := self.contracts.get(row["dataset"])):
            period = period_names().get(f"{contract.due.cadence}-{row['period_no']}", {})
            names |= {f"period_{language}": period.get(f"name_{language}", "") for language in LANGUAGES}
        elif "period_no" in row:
            names |= {"period_ko": "", "period_en": ""}
        return names


@lru_cache
def period_names() -> dict[str, dict[str, str]]:
    """``term-1`` → its names, ``name_ko`` and ``name_en``."""
    with (SQL / "reference/period.csv").open(encoding="utf-8", newline="") as lines:
        return {line["period"]: line for line in csv.DictReader(lines)}


def plain(cell: Any) -> Any:
    """A value as a page shows it: times to the minute."""
    if isinstance(cell, datetime):
        return shown_moment(cell)
    return cell.isoformat() if isinstance(cell, date) else cell


def shown_moment(moment: datetime | str) -> str:
    """``2026-11-30 18:05``, Korean time; nothing where there is none."""
    if not moment:
        return ""
    found = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return f"{(found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(SEOUL):%Y-%m-%d %H:%M}"
