"""Versions as they stand in the log of a build database, and what comes of walking them. All are invented."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

import duckdb

from sciculture_etl.load.layout import LOG_TABLES
from sciculture_etl.versions.fold import Fold, choose, order_versions, read_guards

CENTRE, OTHER = "가상센터", "가상둘째센터"
AMOUNTS = {"dsc_class": {"users": 1000.0}}
FIRST_DAY = date(2020, 1, 1)
USUAL: dict[str, Any] = {
    "dataset": "dsc_class", "submitter": CENTRE, "year": 2020, "key": "1", "rows": 10, "users": None,
}  # fmt: skip


class Log:
    """The tables that the walk reads, empty at first."""

    def __init__(self) -> None:
        self.connection = duckdb.connect()
        self.connection.execute("CREATE SCHEMA log")
        for name, columns in LOG_TABLES.items():
            self.connection.execute(f"CREATE TABLE log.{name} ({columns})")
        self._known: dict[str, int] = {}

    @property
    def receipt_count(self) -> int:
        return int(self._one("SELECT count(*) FROM log.receipt"))

    def _one(self, query: str) -> Any:
        row = self.connection.execute(query).fetchone()
        assert row
        return row[0]

    def insert(self, table: str, **values: Any) -> None:
        names, marks = ", ".join(values), ", ".join("?" * len(values))
        self.connection.execute(f"INSERT INTO log.{table} ({names}) VALUES ({marks})", list(values.values()))

    def receive(self, file: str, arrival: int, day: int | None, received: str | None = None, **version: Any) -> None:
        """A file, or one more part of it.

        Args:
            day: of the date that stands in it, so that it decides which version is newer; None: none does.
            received: day of receipt; else so many days after the first as its arrival.
            version: what is other than usual.
        """
        of = USUAL | version
        if file not in self._known:
            moment = received or str(FIRST_DAY + timedelta(days=100 + arrival))
            self._known[file] = self.receipt_count
            made_on = None if day is None else FIRST_DAY + timedelta(days=day)
            self.insert(
                "receipt", seq=self.receipt_count, sha256=file, submission_id=file, path=f"{file}.csv",
                arrival=arrival, received_at=f"{moment} 12:00:00+09", modified_at=f"{moment} 12:00:00+09",
            )  # fmt: skip
            self.insert("submission", submission_id=file, reading="r1", made_on=made_on)
        place = {
            "dataset": of["dataset"], "submitter": of["submitter"], "program_year": of["year"],
            "partition_key": of["key"], "submission_id": file, "reading": "r1",
        }  # fmt: skip
        self.insert("version", **place, row_count=int(of["rows"]))
        if of["users"] is not None:
            self.insert("version_measure", **place, measure="users", value=float(of["users"]))

    def decide(self, kind: str, file: str) -> None:
        """approved, rejected or withdrawn; the last word on a file holds, ``undone`` is none."""
        for table in ("decided", "withdrawn"):
            self.connection.execute(f"DELETE FROM log.{table} WHERE submission_id = ?", [file])
        if kind == "withdrawn":
            self.insert("withdrawn", submission_id=file)
        elif kind != "undone":
            self.insert("decided", submission_id=file, kind=kind)

    def decide_year(
        self, kind: str, year: int = 2020, seen: int | None = None, submitter: str | None = None,
        until: str | None = None, dataset: str = "dsc_class",
    ) -> None:  # fmt: skip
        """closed or reopened.

        Args:
            seen: receipts by then; else all that there are.
        """
        self.insert(
            "closing", closing_no=self._one("SELECT count(*) FROM log.closing"), dataset=dataset, program_year=year,
            kind=kind, seen=self.receipt_count if seen is None else seen, submitter=submitter, until=until,
        )  # fmt: skip

    def walk(self, amounts: Mapping[str, Mapping[str, float]] = AMOUNTS) -> Fold:
        order = order_versions(self.connection)
        return choose(self.connection, order, read_guards(self.connection, amounts, order))


def described(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """``1=a`` for each part of a year and its version, after what isn't usual of it: ``가상둘째센터 2019 1=a``."""
    found = []
    for row in rows:
        place = [
            str(row[name])
            for name, usual in (("dataset", "dsc_class"), ("submitter", CENTRE), ("program_year", 2020))
            if row[name] != usual
        ]
        found.append(" ".join([*place, f"{row['partition_key'] or 'year'}={row['submission_id']}"]))
    return sorted(set(found))


def table(text: str) -> list[dict[str, str]]:
    """Column names, then a row a line, cells apart by ``|``; an empty cell is left out."""
    header, *lines = [[cell.strip() for cell in line.split("|")] for line in text.splitlines() if line.strip()]
    return [{name: cell for name, cell in zip(header, line, strict=True) if cell} for line in lines]
