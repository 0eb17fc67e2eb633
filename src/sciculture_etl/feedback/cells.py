"""Cells of the workbooks we write: whatever a text holds, it stays a text."""

from __future__ import annotations

import re
import unicodedata

from openpyxl.cell import Cell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import PatternFill
from openpyxl.worksheet.worksheet import Worksheet

FILLS = {"error": "FFFFC7CE", "warning": "FFFFEB9C", "info": "FFDDEBF7"}
MAX_CHARACTERS = 32_767  # characters a cell holds
# What a spreadsheet takes for the start of a formula when the cell is edited.
LIKE_A_FORMULA = re.compile(r"[=+\-@\t\r].", re.DOTALL)


def fill(severity: str) -> PatternFill:
    return PatternFill("solid", fgColor=FILLS[severity])


def clean(text: str) -> str:
    """Without what no cell may hold."""
    return ILLEGAL_CHARACTERS_RE.sub("", text)[:MAX_CHARACTERS]


def keep_as_text(cell: Cell) -> None:
    """Marks a text that would turn into a formula when someone edits it."""
    if isinstance(cell.value, str):
        cell.data_type = "s"
        if LIKE_A_FORMULA.match(cell.value):
            cell.quotePrefix = True


def put(sheet: Worksheet, row: int, column: int, value: str | float | None) -> Cell:
    """Writes a text or number, rows and columns from 1."""
    cell = sheet.cell(row, column)
    assert isinstance(cell, Cell)
    cell.value = clean(value) if isinstance(value, str) else value
    keep_as_text(cell)
    return cell


def width_of(text: str) -> int:
    """Columns that a text takes on screen: a Korean letter takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def lines_in(text: str, width: float) -> int:
    """Lines that a text takes in a column of that width."""
    return sum(max(1, -(-width_of(line) // max(int(width) - 1, 1))) for line in text.split("\n"))
