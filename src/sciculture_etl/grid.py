"""Grids: a file's sheets as text cells at their physical places, whatever the file's format."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

HEAD_ROWS = 24  # rows looked at for titles and headers


@dataclass(frozen=True)
class Merge:
    """A merged range, rows and columns from 0, both ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class StrayQuote:
    """A quote without its partner in a delimited text, rows from 0.

    Attributes:
        row: where it stands.
        first, last: the rows that a program which trusts it takes for one.
    """

    row: int
    first: int
    last: int


@dataclass
class Grid:
    """One sheet.

    Attributes:
        sheet: its name, None for CSV.
        frame: a String column per physical column, named ``c0``, ``c1``, ..., blank cells null, texts stripped; row
            ``i`` of the frame is the sheet's row ``i + 1``.
        above: what a document says before the table, one line a row.
        uncalculated: cells (row, column from 0) with a formula of which no result is stored; their text is the formula.
        covered: texts under merged cells: nobody sees them, and they are searched for personal data all the same.
        overflow: whether the last column collects what stands beyond the widest row of the head.
        stray_quotes: of a delimited text.
    """

    sheet: str | None
    frame: pl.DataFrame
    hidden: bool = False
    merges: list[Merge] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    above: list[list[str | None]] = field(default_factory=list)
    uncalculated: list[tuple[int, int]] = field(default_factory=list)
    covered: list[str] = field(default_factory=list)
    overflow: bool = False
    stray_quotes: list[StrayQuote] = field(default_factory=list)

    @property
    def is_blank(self) -> bool:
        return all(column.null_count() == column.len() for column in self.frame.iter_columns())

    @cached_property
    def written(self) -> npt.NDArray[np.bool_]:
        """Rows × columns: whether a cell isn't blank."""
        return self.frame.select(pl.all().is_not_null()).to_numpy()

    def head(self) -> list[list[str | None]]:
        return [list(row) for row in self.frame.head(HEAD_ROWS).rows()]


def column_letter(index: int) -> str:
    """0 → A, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_index(letters: str) -> int:
    """A → 0, AA → 26."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1
