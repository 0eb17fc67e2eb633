"""A copy of what an institution sent: cells and looks that are known, never a part of the file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sciculture_etl.feedback.cells import Value
from sciculture_etl.formats.grid import Merge, column_index

Place = tuple[int, int]  # row and column, from 0
PLAIN: dict[str, Any] = {}


@dataclass(frozen=True)
class Columns:
    """Columns beside one another that look alike, from 0, both ends included."""

    first: int
    last: int
    width: float | None
    style: int = 0
    is_hidden: bool = False


@dataclass(frozen=True)
class InputRule:
    """What may be typed into some cells: a drop-down, or a rule.

    Attributes:
        options: as ``xlsxwriter`` takes them.
    """

    ranges: list[Merge]
    options: dict[str, Any]


@dataclass
class SheetCopy:
    """A sheet of a copy.

    Attributes:
        sheet: its name in the file.
        title: its name in the copy.
        cells: place → value, and number of its style.
        rows: of an excerpt, row of the file → row of the copy, both from 0; its columns stand one to the right.
        above: how many rows the copy has before the first of the file: what a document says above its table.
    """

    sheet: str | None
    title: str
    cells: dict[Place, tuple[Value, int]] = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)
    columns: list[Columns] = field(default_factory=list)
    heights: dict[int, float] = field(default_factory=dict)
    hidden_rows: list[int] = field(default_factory=list)
    frozen: Place | None = None
    is_hidden: bool = False
    rules: list[InputRule] = field(default_factory=list)
    rows: dict[int, int] | None = None
    above: int = 0

    def place_of(self, row: int, letters: str) -> tuple[int, int | None] | None:
        """Where a row of the file, counted as people do, and a column of it stand here.

        None where an excerpt leaves the row out; without letters, the row alone is meant.
        """
        column = column_index(letters) if letters else None
        if self.rows is None:
            return row - 1 + self.above, column
        if (own := self.rows.get(row - 1)) is None:
            return None
        return own, column if column is None else column + 1


@dataclass
class Copy:
    """A copy of the submitted file in the reply.

    Attributes:
        styles: properties of each style, as ``xlsxwriter`` takes them.
        names: name of a range → the range.
        is_1904: whether days are counted from 1904.
        is_excerpt: whether it holds the faulty rows alone.
    """

    sheets: list[SheetCopy] = field(default_factory=list)
    styles: list[dict[str, Any]] = field(default_factory=lambda: [PLAIN])
    names: dict[str, str] = field(default_factory=dict)
    is_1904: bool = False
    is_excerpt: bool = False

    def drop_rules(self) -> None:
        """Leaves the cells and their looks."""
        self.names = {}
        for sheet in self.sheets:
            sheet.rules = []

    @property
    def texts(self) -> list[str]:
        """All that it carries beside cells and looks: names of ranges, and what rules say and offer."""
        options = [value for sheet in self.sheets for rule in sheet.rules for value in rule.options.values()]
        offered = [text for value in options if isinstance(value, list) for text in value]
        return [*self.names, *self.names.values(), *offered, *(value for value in options if isinstance(value, str))]

    def sheet_of(self, sheet: str | None) -> SheetCopy | None:
        return next((own for own in self.sheets if own.sheet == sheet), None)
