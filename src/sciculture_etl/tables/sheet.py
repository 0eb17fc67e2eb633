"""The rows of a sheet as they are looked at in search of its tables, and the titles above them."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

from sciculture_etl.grid import Grid, Merge
from sciculture_etl.tables.spelling import Cells, normalise_header
from sciculture_etl.tables.titles import Title, read_title

HEADER_WITHIN = 20  # rows from the top that are all tried as a header
TITLE_CELLS = 3  # a row of a title holds no more, where a table stands above it
TITLE_ROWS = 12
ROWS_AT_ONCE, MAX_BLOCKS = 32, 8  # rows held as lists: the last ones asked for
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
        self._blocks: dict[int, list[Cells]] = {}
        self._firsts: dict[tuple[int, int], int] = {}
        self._words: dict[int, int] = {}

    def row(self, index: int) -> Cells:
        """The cells of a row; none below the last. Not to be changed."""
        if index >= self.frame.height:
            return []
        block, at = divmod(index, ROWS_AT_ONCE)
        if block not in self._blocks:
            while len(self._blocks) >= MAX_BLOCKS:
                del self._blocks[next(iter(self._blocks))]
            rows = self.frame.slice(block * ROWS_AT_ONCE, ROWS_AT_ONCE).iter_rows()
            self._blocks[block] = [list(row) for row in rows]
        return self._blocks[block][at]

    def words_in(self, row: int) -> int:
        """How many cells of a row are words of headers."""
        if row not in self._words:
            self._words[row] = sum(normalise_header(cell) in self.known for cell in self.row(row) if cell)
        return self._words[row]

    def title_from(self, row: int, floor: int) -> int:
        """The first row of the title above ``row``. Below another table it is told from that table's rows and notes."""
        if not floor:
            return 0
        if (row, floor) not in self._firsts:
            self._firsts[row, floor] = self._find_title(row, floor)
        return self._firsts[row, floor]

    def _find_title(self, row: int, floor: int) -> int:
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
