"""Many rows of cells, written as the library would write them, but each different cell made only once.

Of tables the same words and numbers stand in many cells, and the library spends most of its time on making each cell's
XML. Here it makes a cell once, and what follows its place is kept; so a sheet's bytes are the same, in half the time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from io import StringIO
from typing import Any

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

# (row, place, value, symbol): writes a cell by the library, or none.
WriteCell = Callable[[int, int, Any, str | None], None]
MAX_KEPT = 20_000  # different cells of a column
ALIKE = (str, int, bool, date, type(None))  # of which equal values are written alike


class RowWriter:
    """Writes rows below those of a sheet that keeps only its current row in memory."""

    def __init__(self, sheet: Worksheet, first: int, writers: Sequence[WriteCell]) -> None:
        self._sheet = sheet
        self._row = first
        self._writers = writers
        self._letters = [xl_col_to_name(place) for place in range(len(writers))]
        self._kept: list[dict[tuple[type, Any, str | None], str]] = [{} for _ in writers]
        sheet._write_single_row(first)  # what stands above

    def write(self, values: list[tuple[Any, str | None]]) -> None:
        """The next row: the value and the symbol of each cell."""
        sheet, row, number = self._sheet, self._row, self._row + 1
        cells = []
        for place, (value, symbol) in enumerate(values):
            kept = self._kept[place]
            key = (value.__class__, value, symbol)
            tail = kept.get(key)
            if tail is None:
                tail = self._made(place, value, symbol)
                if value.__class__ in ALIKE or (value.__class__ is float and value):  # 0.0 equals -0.0
                    if len(kept) >= MAX_KEPT:
                        kept.clear()
                    kept[key] = tail
            if tail:
                cells.append(f'<c r="{self._letters[place]}{number}"{tail}')
        if cells:
            sheet._write_row(row, None, sheet.row_info.get(row))
            sheet.fh.write("".join(cells) + "</row>")
            sheet.dim_rowmax = row
        elif row in sheet.row_info:
            sheet._write_empty_row(row, None, sheet.row_info[row])
        self._row = sheet.previous_row = row + 1

    def _made(self, place: int, value: Any, symbol: str | None) -> str:
        """What the library writes of a cell behind its place; nothing where there is no cell."""
        sheet, row = self._sheet, self._row
        self._writers[place](row, place, value, symbol)
        cell = sheet.table[row].pop(place, None)
        if cell is None:
            return ""
        rows, sheet.fh = sheet.fh, StringIO()
        try:
            sheet._write_cell(row, place, cell)
            text: str = sheet.fh.getvalue()
        finally:
            sheet.fh = rows
        return text.removeprefix(f'<c r="{self._letters[place]}{row + 1}"')
