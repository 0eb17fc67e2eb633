"""The rows of a sheet as they are looked at in search of its tables, and the titles above them."""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from sciculture_etl.grid import Grid, Merge
from sciculture_etl.tables.spelling import Cells, normalised
from sciculture_etl.tables.titles import Title, read_title

HEADER_WITHIN = 20  # rows from the top that are all tried as a header
TITLE_CELLS = 3  # a row of a title holds no more, where a table stands above it
TITLE_ROWS = 12
ROWS_AT_ONCE = 32
NUMBER = re.compile(r"[\d,. ]+%?")
YEAR = re.compile(r"20\d\d")
NOTE = re.compile(r"(?:※|\*|[(\[]?주\s*+\d*+\s*+[)\]:：]|☞|(?:자료|출처|작성|비고|참고)[^:：]{0,6}[:：])")


class Sheet:
    """A grid whose rows are taken from its columns once, however often they are asked for.

    Attributes:
        known: normalised spellings of headers.
        filled: how many cells of each row are not blank.
    """

    def __init__(self, grid: Grid, known: set[str]) -> None:
        self.grid = grid
        self.frame = grid.frame
        self.known = known
        self.filled: npt.NDArray[np.int64] = grid.written.sum(axis=1)
        self._block = lru_cache(maxsize=8)(self._rows_of_block)
        self.title_from = lru_cache(maxsize=64)(self._title_from)
        self.words_in = lru_cache(maxsize=64)(self._words_in)

    def _rows_of_block(self, block: int) -> list[Cells]:
        return [list(row) for row in self.frame.slice(block * ROWS_AT_ONCE, ROWS_AT_ONCE).iter_rows()]

    def row(self, index: int) -> Cells:
        """The cells of a row; none below the last. Not to be changed."""
        if index >= self.frame.height:
            return []
        block, at = divmod(index, ROWS_AT_ONCE)
        return self._block(block)[at]

    def _words_in(self, row: int) -> int:
        """How many cells of a row are words of headers."""
        return sum(normalised(cell) in self.known for cell in self.row(row) if cell)

    def _title_from(self, row: int, floor: int) -> int:
        """The first row of the title above ``row``. Below another table it is told from that table's rows and notes."""
        if not floor:
            return 0
        first = row
        while first > max(floor, row - TITLE_ROWS) and self._may_be_title(first - 1):
            first -= 1
        while first < row and self.is_note(first):
            first += 1
        while first < row and not self.filled[first]:
            first += 1
        return first

    def _may_be_title(self, row: int) -> bool:
        cells = [cell for cell in self.row(row) if cell]
        numbers = [cell for cell in cells if NUMBER.fullmatch(cell) and not YEAR.fullmatch(cell)]
        keys = self.words_in(row)
        if keys > 1 and 2 * keys >= len(cells):  # names and what they are, side by side
            return True
        return len(cells) <= TITLE_CELLS and not (numbers and len(cells) > 1)

    def is_note(self, row: int) -> bool:
        return any(cell and NOTE.match(cell) for cell in self.row(row))

    def title_rows(self, row: int, floor: int) -> list[int]:
        """Rows that the title above ``row`` stands in. Far down a sheet without tables: its head and what is near."""
        first = self.title_from(row, floor)
        if row - first <= HEADER_WITHIN + TITLE_ROWS:
            return list(range(first, row))
        return [*range(first, first + HEADER_WITHIN), *range(row - TITLE_ROWS, row)]

    def title(self, row: int, floor: int, left: int, right: int) -> Title:
        """What the rows above ``row`` say between two columns. floor: the row after the table above, 0 for none."""
        rows = [self.row(r)[left : right + 1] for r in self.title_rows(row, floor)]
        return read_title(rows if floor else self.grid.above + rows, self.grid.sheet)


def wide_merges(merges: list[Merge], rows: list[int]) -> dict[int, list[Merge]]:
    """Row → merged ranges of several columns that reach into it, for each of ``rows`` (ascending)."""
    waiting = sorted((merge for merge in merges if merge.right > merge.left), key=lambda merge: merge.top, reverse=True)
    found: dict[int, list[Merge]] = {}
    reaching: list[Merge] = []
    for row in rows if waiting else []:
        while waiting and waiting[-1].top <= row:
            reaching.append(waiting.pop())
        reaching = [merge for merge in reaching if merge.bottom >= row]
        found[row] = reaching
    return found
