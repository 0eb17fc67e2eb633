"""Many rows of cells, written as the library would write them, but each different cell made only once.

Of tables the same words and numbers stand in many cells, and the library spends most of its time on making each cell's
XML. Here it makes a cell once, and what follows its place is kept. Of plain texts and numbers it makes the first of a
column, and the others differ from that in the value alone. Rows come many at once, so that their cells are looked up
column by column. So a sheet's bytes are the same, in a fraction of the time.
"""

from __future__ import annotations

import re
from collections import defaultdict
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
NUMBER = "\0"  # stands for the number of a row, in what is kept: XML has no such letter


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
        # By columns: class of a value → value, or symbol where there is none → its cell.
        self._kept: list[dict[type, dict[Any, str]]] = [defaultdict(dict) for _ in writers]
        self._renamed = renamed or [()] * len(writers)
        self._heads: list[dict[object, str]] = [{} for _ in writers]  # kind → what stands before a plain value
        self._tags: dict[float | None, str] = {}  # height → how a row begins
        sheet._write_single_row(first)  # what stands above

    def write(
        self,
        values: Sequence[Sequence[Any]],
        symbols: Sequence[Sequence[str | None]],
        heights: Sequence[float | None] | None = None,
    ) -> None:
        """The next rows.

        Args:
            values: of each column, row by row.
            symbols: likewise; they count where there is no value.
            heights: of the rows, where they have some of their own.
        """
        cells = [self._cells(place, *column) for place, column in enumerate(zip(values, symbols, strict=True))]
        heights = heights or [None] * len(cells[0])
        sheet, row, written = self._sheet, self._row, []
        for height, own in zip(heights, map("".join, zip(*cells, strict=True)), strict=True):
            row += 1
            if own or height is not None:
                tag = self._tags.get(height) or self._tag(height)
                text = f"{tag}{own}</row>" if own else f"{tag.removesuffix('>')}/>"
                written.append(text.replace(NUMBER, str(row)))
                sheet.dim_rowmax = row - 1
        sheet.fh.write("".join(written))
        self._row = sheet.previous_row = row

    def _cells(self, place: int, values: Sequence[Any], symbols: Sequence[str | None]) -> list[str]:
        """The cells of a column, each with ``NUMBER`` for that of its row; nothing where there is no cell."""
        kept, kinds = self._kept[place], set(map(type, values))
        keys = values
        if type(None) in kinds:
            keys = [symbol if value is None else value for value, symbol in zip(values, symbols, strict=True)]
        if len(kinds) == 1:
            found = list(map(kept[kinds.pop()].get, keys))
        else:
            found = [kept[value.__class__].get(key) for value, key in zip(values, keys, strict=True)]
        cells: list[str] = []
        for at, cell in enumerate(found):
            cells.append(self._cell(place, values[at], keys[at], symbols[at]) if cell is None else cell)
        return cells

    def _cell(self, place: int, value: Any, key: Any, symbol: str | None) -> str:
        kind = value.__class__
        kept = self._kept[place][kind]
        cell = kept.get(key)
        if cell is None:
            cell = self._made(place, value, symbol)
            if kind in ALIKE or (kind is float and value):  # 0.0 equals -0.0
                if len(kept) >= MAX_KEPT:
                    kept.clear()
                kept[key] = cell
        return cell

    def _made(self, place: int, value: Any, symbol: str | None) -> str:
        """What the library writes of a cell; nothing where there is no cell."""
        plain = None if value in self._renamed[place] else _as_written(value)
        if plain is None:
            return self._made_by_library(place, value, symbol)
        kind, written = plain
        if (head := self._heads[place].get(kind)) is not None:
            return head + written
        cell = self._made_by_library(place, value, symbol)
        if cell.endswith(">" + written):
            self._heads[place][kind] = cell.removesuffix(written)
        return cell

    def _made_by_library(self, place: int, value: Any, symbol: str | None) -> str:
        sheet, row = self._sheet, self._row
        self._writers[place](row, place, value, symbol)
        cell = sheet.table[row].pop(place, None)
        if cell is None:
            return ""
        opening = f'<c r="{self._letters[place]}'
        written = self._written(lambda: sheet._write_cell(row, place, cell))
        return f"{opening}{NUMBER}" + written.removeprefix(f"{opening}{row + 1}")

    def _tag(self, height: float | None) -> str:
        """How the library begins a row of that height."""
        sheet, row = self._sheet, self._row
        if height is not None:
            sheet.set_row(row, height)
        written = self._written(lambda: sheet._write_row(row, None, sheet.row_info.pop(row, None)))
        tag = self._tags[height] = f'<row r="{NUMBER}' + written.removeprefix(f'<row r="{row + 1}')
        return tag

    def _written(self, write: Callable[[], None]) -> str:
        """What the library writes into the sheet's file."""
        sheet = self._sheet
        rows, sheet.fh = sheet.fh, StringIO()
        try:
            write()
            text: str = sheet.fh.getvalue()
        finally:
            sheet.fh = rows
        return text
