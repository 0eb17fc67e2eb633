"""Grids: a file's sheets as text cells at their physical places, whatever the file's format."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

HEAD_ROWS = 24  # rows looked at for titles and headers
CELLS_AT_ONCE = 1_000_000
# In UTF-8: what white space beyond ASCII begins with, what nobody sees, the first byte of all letters of syllables that
# stand alone, and what is in every word of a program for nothing and in every formula of a text.
BLANKS = frozenset({b"\xc2\x85", b"\xc2\xa0", b"\xe1\x9a\x80", b"\xe2\x80", b"\xe2\x81\x9f", b"\xe3\x80\x80"})
UNSEEN = ("\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\x00")  # joiners, soft hyphens, marks of order
UNSEEN_SIGNS = frozenset(letter.encode() for letter in UNSEEN)
LOOSE = frozenset({b"\xe1"})
OF_PROGRAMS = frozenset({b"n", b"N", b"="})
ASKED = BLANKS | UNSEEN_SIGNS | LOOSE | OF_PROGRAMS


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


class Signs(NamedTuple):
    """What tells in one look at all texts of a sheet that none of them is of some kind.

    Attributes:
        size: bytes of all of them together.
        held: which of ``ASKED`` they may hold.
    """

    size: int
    held: frozenset[bytes]

    @classmethod
    def of(cls, texts: bytes | memoryview) -> Signs:
        letters = bytes(texts)
        # One byte is found far faster than two.
        return cls(len(letters), frozenset(sign for sign in ASKED if sign[:1] in letters and sign in letters))


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
        source_signs: the signs of the text that it was read from, which may be more than those of its cells.
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
    source_signs: Signs | None = None

    @cached_property
    def signs(self) -> Signs:
        """Those of all its cells."""
        return self.source_signs or signs_of(self.frame)

    def can_hold(self, signs: frozenset[bytes]) -> bool:
        """Whether any cell may hold one of these of ``ASKED``."""
        return not self.signs.held.isdisjoint(signs)

    @property
    def is_blank(self) -> bool:
        return all(column.null_count() == column.len() for column in self.frame.iter_columns())

    @cached_property
    def written(self) -> npt.NDArray[np.bool_]:
        """Rows × columns: whether a cell isn't blank."""
        if not self.frame.width:
            return np.empty(self.frame.shape, np.bool_)
        written = np.ones((self.frame.width, self.frame.height), np.bool_)
        for number, column in enumerate(self.frame.iter_columns()):
            # Most columns are full or empty, which is known without a look at their cells.
            if (blank := column.null_count()) == column.len():
                written[number] = False
            elif blank:
                written[number] = column.is_not_null().to_numpy()
        return written.T

    def head(self) -> list[list[str | None]]:
        return [list(row) for row in self.frame.head(HEAD_ROWS).rows()]


def signs_of(frame: pl.DataFrame) -> Signs:
    """The signs of all cells of a frame of texts."""
    size, held = 0, set[bytes]()
    together = max(1, CELLS_AT_ONCE // max(1, frame.height))
    columns = frame.get_columns()
    for start in range(0, len(columns), together):
        texts = pl.concat(columns[start : start + together]).to_arrow().buffers()[2]
        found = Signs.of(texts or b"")
        size, held = size + found.size, held | found.held
    return Signs(size, frozenset(held))


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
