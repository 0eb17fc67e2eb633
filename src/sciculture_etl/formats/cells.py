"""Cells told one by one, as documents tell them → a grid, never larger than the limits allow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import polars as pl

from sciculture_etl.formats.grid import Grid, Merge, blank_to_null, broken, refuse_vast, too_large, usable_merges
from sciculture_etl.settings import Limits

MAX_MERGES = 500_000  # of one sheet
ROOM = 8  # times that a cell told by itself takes as one of a column
Line = list[list[str | None]]


@dataclass
class Cells:
    """The cells of one table as they are found. spent: cells of the tables before it in the same file. rows: text by
    row and column, both from 0. merges: ranges of more than one cell. hidden: ranges of rows, from 0, both ends
    included. uncalculated: row, column. covers: whether a merged cell hides the texts of those under it.
    """

    limits: Limits
    spent: int = 0
    rows: dict[int, dict[int, str]] = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)
    hidden: list[tuple[int, int]] = field(default_factory=list)
    uncalculated: list[tuple[int, int]] = field(default_factory=list)
    covers: bool = False
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
        columns = [[line.get(c) for line in lines] for c in range(self.width)]
        hidden_rows = {row for first, last in self.hidden for row in range(first, min(last + 1, self.height))}
        grid = grid_of(columns, self.merges, self.uncalculated, self.covers)
        return replace(grid, sheet=sheet, hidden=hidden, hidden_rows=sorted(hidden_rows), above=above or [])


def grid_of(
    columns: list[list[str | None]], merges: Iterable[Merge], uncalculated: list[tuple[int, int]], covers: bool
) -> Grid:
    """A sheet of columns of one height. A formula without a result in a merged cell is one in each of its rows.

    Args:
        covers: whether a merged cell hides the texts of those under it, which are dropped from the columns.

    Raises:
        RefusedError: Where merged ranges lie over each other.
    """
    height = len(columns[0]) if columns else 0
    ranges = usable_merges(merges, height)
    covered = _drop_covered(columns, height, ranges) if covers else []
    missing = {(row, column) for row, column in uncalculated if columns[column][row] is not None}
    for merge in ranges if missing else []:
        if (merge.top, merge.left) in missing:
            missing |= {(row, merge.left) for row in range(merge.top, merge.bottom + 1)}
    frame = pl.DataFrame({f"c{c}": pl.Series(cells, dtype=pl.String) for c, cells in enumerate(columns)})
    return Grid(None, blank_to_null(frame), merges=ranges, uncalculated=sorted(missing), covered=covered)


def _drop_covered(columns: list[list[str | None]], height: int, ranges: list[Merge]) -> list[str]:
    """The texts that were dropped."""
    area = 0
    dropped: list[str] = []
    for merge in ranges:
        right = min(merge.right, len(columns) - 1)
        area += max(right - merge.left + 1, 0) * (merge.bottom - merge.top + 1)
        if area > 2 * height * len(columns):
            raise broken()
        for column in range(merge.left, right + 1):
            first = merge.top + (column == merge.left)
            dropped += filter(None, columns[column][first : merge.bottom + 1])
            columns[column][first : merge.bottom + 1] = [None] * (merge.bottom + 1 - first)
    return dropped
