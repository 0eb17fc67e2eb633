"""Old workbooks (.xls, BIFF5 to BIFF8): every sheet as a grid.

xlrd reads the records. Of them it is given only those that hold cells and what they look like, no more bytes than the
file has, and its cells go straight into columns: a file made to exhaust the machine ends where it begins to.
"""

from __future__ import annotations

import io
import os
import struct
from collections import Counter
from dataclasses import replace
from typing import Any

import olefile
from xlrd import biffh
from xlrd.book import Book
from xlrd.sheet import Sheet

from sciculture_etl.findings import Finding
from sciculture_etl.formats.cells import grid_of
from sciculture_etl.formats.content import Source
from sciculture_etl.formats.grid import Grid, Merge, RefusedError, broken, refuse_vast, too_large
from sciculture_etl.formats.shown import ERROR_TEXTS, MAX_CODE, Shape, number_text, shape_of, shown_text
from sciculture_etl.settings import Limits

HEAD = struct.Struct("<HH")
ROWS, COLUMNS = 65_536, 256
MAX_STYLES = 16_384  # and formats and sheets; no program writes as many
SUPPORTED = (50, 70, 80)
FORMULAS = frozenset(biffh.XL_FORMULA_OPCODES)
BOFS = frozenset(biffh.bofcodes)
GLOBALS = frozenset({biffh.XL_BOUNDSHEET, biffh.XL_FORMAT, biffh.XL_XF})
NEEDED = GLOBALS | FORMULAS | BOFS | {
    biffh.XL_EOF, biffh.XL_CONTINUE, biffh.XL_SST, biffh.XL_CODEPAGE, biffh.XL_DATEMODE, biffh.XL_FILEPASS,
    biffh.XL_NUMBER, biffh.XL_LABELSST, biffh.XL_LABEL, biffh.XL_RSTRING, biffh.XL_RK, biffh.XL_MULRK,
    biffh.XL_BOOLERR, biffh.XL_STRING, biffh.XL_ARRAY, biffh.XL_ARRAY2, biffh.XL_SHRFMLA, biffh.XL_TABLEOP,
    biffh.XL_TABLEOP2, biffh.XL_ROW, biffh.XL_MERGEDCELLS,
}  # fmt: skip
EMPTY_TEXT = 3  # as the result of a formula; also what writers leave that calculate nothing
ARITHMETIC = range(0x03, 0x08)  # + - * / ^, which stand last
SUM = b"\x19\x10"
NUMERIC_FUNCTIONS = (0, 4, 5, 6, 7)  # COUNT, SUM, AVERAGE, MIN, MAX


def read_xls_grids(source: Source) -> list[Grid]:
    """All worksheets. Raises RefusedError for what is protected, too large or no workbook."""
    try:
        with open(os.devnull, "w", encoding="utf-8") as unheard:  # noqa: PTH123
            return _grids(_Book(_workbook_stream(source.data), source.limits, unheard))
    except RefusedError:
        raise
    except Exception:
        # What the library was not made for ends in whatever went wrong first.
        raise broken() from None


def _workbook_stream(data: bytes) -> bytes:
    with olefile.OleFileIO(io.BytesIO(data)) as ole:
        name = next(name for name in ("Workbook", "Book") if ole.exists(name))
        return bytes(ole.openstream(name).read())


def _grids(book: _Book) -> list[Grid]:
    names = book.sheet_names()
    if len(names) > book.limits.sheets:
        raise too_large(f"시트 {len(names):,}장(sheets)", f"{book.limits.sheets:,}")
    grids = []
    for number, name in enumerate(names):
        sheet = book.get_sheet(number)
        grids.append(sheet.grid(name))
        book.unload_sheet(number)
    return grids


class _Book(Book):  # type: ignore[misc]
    """A workbook whose globals are read.

    Attributes:
        spent: bytes of records read so far.
        cells, laid_out: cells of the sheets so far, and bytes of their texts.
    """

    def __init__(self, stream: bytes, limits: Limits, unheard: Any) -> None:
        super().__init__()
        self._position = 0
        self.limits = limits
        self.spent = self.cells = self.laid_out = 0
        self.kind, self.record = 0, b""
        self.counted: Counter[int] = Counter()
        self.biff2_8_load(file_contents=stream, logfile=unheard, formatting_info=True, on_demand=True, ragged_rows=True)
        self.biff_version = self.getbof(biffh.XL_WORKBOOK_GLOBALS)
        if self.biff_version not in SUPPORTED:
            raise broken()
        self.parse_globals()
        self._sheet_list = [None] * len(self._sheet_names)
        self.shapes = [self._shape(style.format_key) for style in self.xf_list]

    def _shape(self, key: int) -> Shape:
        known = self.format_map.get(key)
        # What it knows by number alone it has in American spelling, without the Korean days.
        return shape_of(known.format_str if known in self.format_list else None, key)

    def get_record_parts(self) -> tuple[int, int, bytes]:
        """The next record; one that isn't needed comes as an unknown one."""
        at: int = self._position
        kind, size = HEAD.unpack_from(self.mem, at)
        self._position = at + 4 + size
        self.spent += 4 + size
        if self.spent > len(self.mem):
            raise broken()  # sheets that lie over each other
        if kind not in NEEDED or (kind == biffh.XL_FORMAT and size > 5 + 2 * MAX_CODE):
            return biffh.XL_UNKNOWN, 0, b""
        if kind in GLOBALS:
            self.counted[kind] += 1
            if self.counted[kind] > MAX_STYLES:
                raise broken()
        self.kind, self.record = kind, self.mem[at + 4 : self._position]
        return kind, size, self.record

    def get_sheet(self, sh_number: int, update_pos: bool = True) -> _Sheet:
        self._position = self._sh_abs_posn[sh_number]
        self.getbof(biffh.XL_WORKSHEET)
        sheet = _Sheet(self, self._position, self._sheet_names[sh_number], sh_number)
        sheet.read(self)
        return sheet

    def handle_filepass(self, data: bytes) -> None:
        raise RefusedError(Finding("R_ENCRYPTED"))

    def handle_sst(self, data: bytes) -> None:
        pieces = [data]
        while (piece := self.get_record_parts_conditional(biffh.XL_CONTINUE))[0] is not None:
            self.spent += 4 + piece[1]
            pieces.append(piece[2])
        self._sharedstrings = _shared_strings(pieces)


class _Sheet(Sheet):  # type: ignore[misc]
    """A worksheet whose cells are kept as the texts that they show, column by column."""

    def __init__(self, book: _Book, *told: Any) -> None:
        super().__init__(book, *told)
        self.columns: list[list[str | None]] = []
        self.height = 0
        self.uncalculated: list[tuple[int, int]] = []
        self.put_cell = self.put

    def put(self, row: int, column: int, kind: int | None, value: Any, style: int) -> None:
        """kind: None for a number."""
        if kind is None:
            shape = self.book.shapes[style] if style < len(self.book.shapes) else Shape.NUMBER
            text = number_text(value) if shape is Shape.NUMBER else shown_text(value, shape, self.book.datemode == 1)
        elif kind == biffh.XL_CELL_TEXT:
            text = value or self._formula_without_result(row, column)
        elif kind == biffh.XL_CELL_BOOLEAN:
            text = "true" if value else "false"
        elif kind == biffh.XL_CELL_ERROR:
            text = ERROR_TEXTS.get(value, "#N/A")
        else:
            return
        if not text:
            return
        if row >= ROWS or column >= COLUMNS:
            raise broken()
        if row >= self.height or column >= len(self.columns):
            self._grow(row, column)
        cells = self.columns[column]
        if row > len(cells):
            cells.extend([None] * (row - len(cells)))
        if row == len(cells):
            cells.append(text)
        else:
            cells[row] = text
        # One text of the file may stand in every cell.
        self.book.laid_out += len(text) if text.isascii() else 3 * len(text)

    def _grow(self, row: int, column: int) -> None:
        limits = self.book.limits
        self.height = max(self.height, row + 1)
        self.columns += [[] for _ in range(column + 1 - len(self.columns))]
        refuse_vast(self.height, len(self.columns), limits.cells - self.book.cells, limits.columns)
        if self.book.laid_out > (most := limits.unpacked_bytes // 2):
            raise too_large(f"{self.book.laid_out / 1024**2:,.0f} MiB", f"{most / 1024**2:,.0f} MiB")

    def _formula_without_result(self, row: int, column: int) -> str:
        """``=?`` for a formula that can only come to a number, and is said to come to an empty text."""
        record = self.book.record
        if self.book.kind in FORMULAS and record[6] == EMPTY_TEXT and _calculates(record[22:]):
            self.uncalculated.append((row, column))
            return "=?"
        return ""

    def grid(self, name: str) -> Grid:
        self.book.cells += self.height * len(self.columns)
        for cells in self.columns:
            cells.extend([None] * (self.height - len(cells)))
        merges = [
            Merge(top, left, bottom - 1, right - 1)
            for top, bottom, left, right in self.merged_cells
            if top < bottom and left < right
        ]
        hidden = sorted(row for row, look in self.rowinfo_map.items() if look.hidden and row < self.height)
        grid = grid_of(self.columns, merges, self.uncalculated, covers=True)
        return replace(grid, sheet=name, hidden=self.visibility != 0, hidden_rows=hidden)


def _calculates(tokens: bytes) -> bool:
    """Whether a formula in reverse Polish notation can only come to a number, so that an empty text is no result."""
    if not tokens:
        return False
    calls = len(tokens) >= 4 and tokens[-4] & 0x1F == 2 and struct.unpack("<H", tokens[-2:])[0] in NUMERIC_FUNCTIONS
    return calls or tokens[-1] in ARITHMETIC or tokens[-4:-2] == SUM


def _shared_strings(pieces: list[bytes]) -> list[str]:
    """The texts of a file. Here and not in the library: what it believes of their number and of their reading aids can
    have it read the same bytes for ever.
    """
    texts: list[str] = []
    (count,) = struct.unpack_from("<I", pieces[0], 4)
    number, at = 0, 8
    for _ in range(min(count, sum(map(len, pieces)) // 3)):
        if at >= len(pieces[number]):
            number, at = number + 1, 0
        piece = pieces[number]
        length, options = struct.unpack_from("<HB", piece, at)
        at += 3
        skipped = 0
        if options & 8:  # runs of looks
            skipped += 4 * struct.unpack_from("<H", piece, at)[0]
            at += 2
        if options & 4:  # reading aids
            skipped += struct.unpack_from("<I", piece, at)[0]
            at += 4
        text = ""
        while True:
            wide = options & 1
            here = min(length, (len(piece) - at) >> wide)
            end = at + (here << wide)
            text += piece[at:end].decode("utf-16-le" if wide else "latin-1", "replace")
            at, length = end, length - here
            if not length:
                break
            number, at = number + 1, 1
            piece = pieces[number]
            options = piece[0]
        texts.append(text)
        at += skipped
        while at > len(pieces[number]) and number + 1 < len(pieces):
            at -= len(pieces[number])
            number += 1
    return texts
