"""Many rows of cells, written as the library would write them, but each different cell made only once.

Of tables the same words and numbers stand in many cells, and the library spends most of its time on making each cell's
XML. Here it makes a cell once, and what follows its place is kept. Of plain texts and numbers it makes the first of a
column, and the others differ from that in the value alone. So a sheet's bytes are the same, in less than half the time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from datetime import date
from io import StringIO
from typing import Any

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

# (row, place, value, symbol): writes a cell by the library, or none. A symbol stands where there is no value.
WriteCell = Callable[[int, int, Any, str | None], None]
MAX_KEPT = 20_000  # different cells of a column
ALIKE = (str, int, bool, date, type(None))  # of which equal values are written alike
# Texts that the library writes in another way than as they are, or might cut.
NOT_PLAIN = re.compile(r"""[&<>"\x00-\x1f\ufffe\uffff]|_x|^\s|\s$|^$""")
MAX_PLAIN = 1_000
MAX_WHOLE = 10**15
TEXT_END, NUMBER_END = "</t></is></c>", "</v></c>"


def _as_written(value: Any) -> tuple[object, str] | None:
    """The kind of a value and what the library writes of it as a cell's content; None where that isn't plain."""
    kind = value.__class__
    if kind is str:
        return None if len(value) > MAX_PLAIN or NOT_PLAIN.search(value) else (str, value + TEXT_END)
    if kind is int and abs(value) < MAX_WHOLE:
        return int, str(value) + NUMBER_END
    if kind is float and abs(value) < MAX_WHOLE:
        return (float, value.is_integer()), f"{value:.16G}" + NUMBER_END
    return None


class RowWriter:
    """Writes rows below those of a sheet that keeps only its current row in memory."""

    def __init__(
        self, sheet: Worksheet, first: int, writers: Sequence[WriteCell], renamed: Sequence[Collection[str]] = ()
    ) -> None:
        """renamed: by columns, texts in whose place others are written."""
        self._sheet = sheet
        self._row = first
        self._writers = writers
        self._letters = [xl_col_to_name(place) for place in range(len(writers))]
        self._kept: list[dict[tuple[type, Any, str | None], str]] = [{} for _ in writers]
        self._renamed = renamed or [()] * len(writers)
        self._heads: list[dict[object, str]] = [{} for _ in writers]  # kind → what stands before a plain value
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
        plain = None if value in self._renamed[place] else _as_written(value)
        if plain is None:
            return self._made_by_library(place, value, symbol)
        kind, written = plain
        if (head := self._heads[place].get(kind)) is not None:
            return head + written
        tail = self._made_by_library(place, value, symbol)
        if tail.endswith(">" + written):
            self._heads[place][kind] = tail.removesuffix(written)
        return tail

    def _made_by_library(self, place: int, value: Any, symbol: str | None) -> str:
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
