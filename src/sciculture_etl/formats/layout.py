"""What a workbook's records say of a sheet beyond the plain texts of its cells."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from sciculture_etl.formats.grid import Merge

PERCENT_IDS = frozenset({9, 10})
# Day formats that Excel knows by number in Korean, Japanese and Chinese, and readers made elsewhere don't.
EASTERN_DATE_IDS = frozenset({*range(27, 32), 36, *range(50, 59)})
LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\[\]]*\]|_.|\*.')
ERROR_TEXTS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
}  # fmt: skip


@dataclass
class Layout:
    """texts: what cells show, column → row → text, both from 0, where it isn't what the reading library gives: errors,
    percentages and formulas without a result. last_row, last_column: from 0, of cells that hold something.
    """

    first_column: int = 0
    last_row: int = -1
    last_column: int = -1
    merges: list[Merge] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    texts: dict[int, dict[int, str]] = field(default_factory=dict)
    uncalculated: list[tuple[int, int]] = field(default_factory=list)

    def say(self, row: int, column: int, text: str) -> None:
        self.texts.setdefault(column, {})[row] = text

    def reach(self, row: int, column: int) -> None:
        self.first_column = column if self.last_row < 0 else min(self.first_column, column)
        self.last_row, self.last_column = max(self.last_row, row), max(self.last_column, column)


def shows_percent(number_format: str) -> bool:
    """``0.0%`` and not ``0.0"%"``, which shows the number as it is."""
    return "%" in LITERAL.sub("", number_format)


def percent_text(value: float) -> str:
    """0.892 → ``89.2%``, with the 15 digits that a spreadsheet has."""
    return f"{value * 100:.15g}%"
