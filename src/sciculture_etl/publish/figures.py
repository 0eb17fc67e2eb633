"""Officially published figures beside those of a release, and what a difference means for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from sciculture_etl.settings import sql_text
from sciculture_etl.storage.parquet import damage_reported

TABLE = "mart_seed_figure_check"
COLUMNS = "figure_id, seed_text, curated_table, expected, actual, unit, year_or_date, year_basis, status, source"


@dataclass(frozen=True)
class Figure:
    """A row of ``mart_seed_figure_check``.

    Attributes:
        status: equal, differs, incomplete (not all is in yet) or no_data.
    """

    figure_id: str
    seed_text: str
    curated_table: str
    expected: str
    actual: str | None
    unit: str
    year_or_date: str
    year_basis: str
    status: str
    source: str

    @property
    def is_reproduced(self) -> bool:
        return self.status == "equal"

    @property
    def is_stated(self) -> bool:
        return self.year_basis != "assumed"

    def as_dict(self) -> dict[str, Any]:
        """For machines: numbers as numbers."""
        return {
            "figure_id": self.figure_id, "table": self.curated_table, "expected": _number(self.expected),
            "actual": _number(self.actual), "unit": self.unit, "year_or_date": self.year_or_date,
            "year_basis": self.year_basis, "status": self.status, "agrees": self.is_reproduced, "source": self.source,
        }  # fmt: skip


def _number(text: str | None) -> float | str | None:
    try:
        return float(text) if text is not None else None
    except ValueError:
        return text


def read_figures_checked(connection: duckdb.DuckDBPyConnection, source: str = TABLE) -> list[Figure]:
    """Every published figure with what the connection's curated tables give for it, in the order of the list."""
    rows = connection.execute(f"SELECT {COLUMNS} FROM {source} ORDER BY figure_no").fetchall()
    return [Figure(*row) for row in rows]


def read_figures_of(folder: Path) -> list[Figure]:
    """The same of a release or the candidate, from its folder.

    Raises:
        ReleaseError: Where the file is damaged.
    """
    path = folder / "parquet" / f"{TABLE}.parquet"
    with duckdb.connect() as connection, damage_reported(path):
        return read_figures_checked(connection, f"read_parquet({sql_text(path)})")


def judge_figures(figures: Sequence[Figure], reproduced: set[str]) -> tuple[list[Figure], list[str]]:
    """The figures that refuse a release, and warnings.

    A stated figure that differs in a release that holds all it needs refuses it; until all is in, a warehouse that is
    still being filled may publish. One whose year is only assumed warns, and so does one that was right and is no more.

    Args:
        reproduced: the figures that the current release gives as published.
    """
    refused: list[Figure] = []
    warnings: list[str] = []
    for figure in figures:
        lost = figure.figure_id in reproduced and not figure.is_reproduced
        if figure.status != "differs" and not lost:
            continue
        if figure.is_stated and figure.status == "differs":
            refused.append(figure)
            continue
        warnings.append(
            f"{figure.figure_id} {figure.seed_text}: published {figure.expected}, this release gives "
            f"{'nothing' if figure.actual is None else figure.actual} ({figure.curated_table})"
        )
    return refused, warnings
