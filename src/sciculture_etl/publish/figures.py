"""Officially published figures (``expectations/figures.csv``) beside those of a release."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import duckdb

from sciculture_etl.settings import EXPECTATIONS


@dataclass(frozen=True)
class Figure:
    """actual is None where the release holds nothing for the figure's year."""

    figure_id: str
    table: str
    year: int
    column: str
    expected: float
    actual: float | None
    unit: str
    source: str

    @property
    def agrees(self) -> bool:
        return self.actual == self.expected


def compare_figures(connection: duckdb.DuckDBPyConnection, path: Path = EXPECTATIONS / "figures.csv") -> list[Figure]:
    """Every published figure with what the connection's curated tables give for it."""
    figures = []
    with path.open(encoding="utf-8", newline="") as source:
        for line in csv.DictReader(source):
            row = connection.execute(
                f'SELECT "{line["column"]}" FROM "{line["curated_table"]}" WHERE program_year = ?',
                [line["program_year"]],
            ).fetchone()
            figures.append(
                Figure(
                    figure_id=line["figure_id"],
                    table=line["curated_table"],
                    year=int(line["program_year"]),
                    column=line["column"],
                    expected=float(line["expected"]),
                    actual=None if row is None or row[0] is None else float(row[0]),
                    unit=line["unit"],
                    source=line["source"],
                )
            )
    return figures
