"""How far each table of a sheet reaches: to what stands above, below and beside it."""

from __future__ import annotations

import numpy as np

from sciculture_etl.tables.headers import Header
from sciculture_etl.tables.sheet import Sheet


class Neighbours:
    """The places of tables among each other, each told in one pass over the rows or columns that they take.

    Attributes:
        floors: per table the row after the table above it, 0 where there is none.
        below: per table the row after its last one: that where the next title under it begins.
        before: the last column of the nearest table left of it, -1 where none stands beside it.
        after: the first column of the nearest table right of it, None where none stands beside it.
    """

    def __init__(self, sheet: Sheet, tables: list[Header], repeats: dict[int, list[int]]) -> None:
        """
        Args:
            tables: by their first rows.
            repeats: rows in which a table's header stands again, by its place among the tables.
        """
        height, width = sheet.frame.height, sheet.frame.width
        ends = np.zeros(width, np.int64)
        self.floors: list[int] = []
        for n, table in enumerate(tables):
            columns = slice(table.left, table.right + 1)
            self.floors.append(int(ends[columns].max()))
            end = 1 + max([table.last, *repeats.get(n, [])])
            ends[columns] = np.maximum(ends[columns], end)
        tops = [sheet.title_from(table.first, floor) for table, floor in zip(tables, self.floors, strict=True)]
        self.below = [height] * len(tables)
        begins = np.full(width, height, np.int64)
        for n in reversed(range(len(tables))):
            columns = slice(tables[n].left, tables[n].right + 1)
            self.below[n] = int(begins[columns].min())
            begins[columns] = np.minimum(begins[columns], tops[n])
        self.before = [-1] * len(tables)
        self.after: list[int | None] = [None] * len(tables)
        if len(tables) > 1:
            self._look_left(tables, height)
            self._look_right(tables, height, width)

    def _look_left(self, tables: list[Header], height: int) -> None:
        reached = np.full(height, -1, np.int64)  # by row, the last column of what stands left of where we are
        by_right = sorted(range(len(tables)), key=lambda n: tables[n].right, reverse=True)
        for n in sorted(range(len(tables)), key=lambda n: tables[n].left):
            while by_right and tables[by_right[-1]].right < tables[n].left:
                other = by_right.pop()
                reached[tables[other].first : self.below[other]] = tables[other].right
            self.before[n] = int(reached[tables[n].first : self.below[n]].max())

    def _look_right(self, tables: list[Header], height: int, width: int) -> None:
        reached = np.full(height, width, np.int64)
        by_left = sorted(range(len(tables)), key=lambda n: tables[n].left)
        for n in sorted(range(len(tables)), key=lambda n: tables[n].right, reverse=True):
            while by_left and tables[by_left[-1]].left > tables[n].right:
                other = by_left.pop()
                reached[tables[other].first : self.below[other]] = tables[other].left
            nearest = int(reached[tables[n].first : self.below[n]].min())
            self.after[n] = nearest if nearest < width else None
