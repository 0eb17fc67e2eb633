"""Cells of the workbooks we write: whatever a text holds, it stays a text."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format

FILLS = {"error": "#FFC7CE", "warning": "#FFEB9C", "info": "#DDEBF7"}
MAX_CHARACTERS = 32_767  # characters a cell holds
# What a spreadsheet takes for the start of a formula when the cell is edited.
LIKE_A_FORMULA = re.compile(r"[=+\-@\t\r].", re.DOTALL)
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
FONT = {"font_name": "맑은 고딕", "font_size": 10}
# A text is written as it is: no formula, link or number is made of it.
OPTIONS = {
    "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
    "default_format_properties": FONT,
}  # fmt: skip

Value = str | float | None


class Formats:
    """The looks of a book by their properties, each made once."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[object, Format] = {}

    def get(self, key: object, properties: dict[str, Any], value: Value = None) -> Format:
        """The format of those properties; a text that would turn into a formula when someone edits it is marked."""
        quoted = isinstance(value, str) and LIKE_A_FORMULA.match(value) is not None
        made = self._made.get((key, quoted))
        if made is None:
            made = self._book.add_format(properties | ({"quote_prefix": True} if quoted else {}))
            self._made[key, quoted] = made
        return made


def clean(text: str) -> str:
    """Without what no cell may hold."""
    return UNPRINTABLE.sub("", text)[:MAX_CHARACTERS]


def width_of(text: str) -> int:
    """Columns that a text takes on screen: a Korean letter takes two."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def lines_in(text: str, width: float) -> int:
    """Lines that a text takes in a column of that width."""
    return sum(max(1, -(-width_of(line) // max(int(width) - 1, 1))) for line in text.split("\n"))
