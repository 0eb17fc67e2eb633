"""Cells told one by one, as documents tell them → a grid, never larger than the limits allow."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from sciculture_etl.formats.grid import Grid, Merge, blank_to_null, refuse_vast, too_large, usable_merges
from sciculture_etl.settings import Limits

MAX_MERGES = 500_000  # of one sheet
ROOM = 8  # times that a cell told by itself takes as one of a column
Line = list[list[str | None]]


@dataclass
class Cells:
    """The cells of one table as they are found. spent: cells of the tables before it in the same file. rows: text by
    row and column, both from 0. merges: ranges of more than one cell. hidden: ranges of rows, from 0, both ends
    included. uncalculated: row, column.
    """

    limits: Limits
    spent: int = 0
    rows: dict[int, dict[int, str]] = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)
    hidden: list[tuple[int, int]] = field(default_factory=list)
    uncalculated: list[tuple[int, int]] = field(default_factory=list)
    told: int = 0
    height: int = 0
    width: int = 0

    @property
    def size(self) -> int:
        return self.height * self.width

    def put(self, row: int, column: int, text: str) -> None:
        """Blank text is no cell. Raises RefusedError where the file grows beyond the limits."""
        if not text.strip():
            return
        if row >= self.height or column >= self.width:
            self.height, self.width = max(self.height, row + 1), max(self.width, column + 1)
            refuse_vast(self.height, self.width, self.limits.cells - self.spent, self.limits.columns)
        self.told += 1
        if self.told + self.spent // ROOM > self.limits.cells // ROOM:
            raise too_large(f"{self.told:,}칸(cells)", f"{self.limits.cells // ROOM:,}칸(cells)")
        self.rows.setdefault(row, {})[column] = text

    def span(self, row: int, column: int, down: int, across: int) -> None:
        if down > 1 or across > 1:
            if len(self.merges) >= MAX_MERGES:
                raise too_large(f"병합 {len(self.merges) + 1:,}개(merged ranges)", f"{MAX_MERGES:,}")
            self.merges.append(Merge(row, column, row + down - 1, column + across - 1))

    def hide(self, row: int, count: int = 1) -> None:
        """Rows that nobody sees. However many are said to be hidden, only those of the sheet count in the end."""
        self.hidden.append((row, row + count - 1))

    def grid(self, sheet: str | None, hidden: bool = False, above: Line | None = None) -> Grid:
        blank: dict[int, str] = {}
        lines = [self.rows.get(row, blank) for row in range(self.height)]
        frame = pl.DataFrame(
            {f"c{c}": pl.Series([line.get(c) for line in lines], dtype=pl.String) for c in range(self.width)}
        )
        merges = usable_merges(self.merges, self.height)
        hidden_rows = sorted({row for first, last in self.hidden for row in range(first, min(last + 1, self.height))})
        return Grid(
            sheet, blank_to_null(frame), hidden, merges, hidden_rows, above=above or [], uncalculated=self.uncalculated
        )
