"""Worksheets of .xlsx: their rows by the fast pass as far as it knows them, all else by a parser of XML."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from xml.parsers import expat

import numpy as np
import polars as pl

from sciculture_etl.findings import unsupported
from sciculture_etl.formats.grid import RefusedError, broken, column_index, parse_range, too_large
from sciculture_etl.formats.package import Part
from sciculture_etl.formats.sheet_cells import STORED, Batch, Board, Stored
from sciculture_etl.formats.sheet_rows import read_plain_rows
from sciculture_etl.formats.tags import NotPlainError, first_tag, without_prefix

BLOCK = 2 * 1024**2
MAX_BLOCK = 16 * 1024**2  # of one row that the fast pass takes
MAX_BATCH = 100_000  # cells
MAX_DEPTH = 256  # of elements in each other
DATA = re.compile(rb"<([A-Za-z][A-Za-z0-9]{0,15}:)?sheetData>")
LETTERS = re.compile("[A-Za-z]{1,3}")
DIGITS, MAX_DIGITS = "0123456789", 7  # of the number of a row
ROOT, ROWS, ROW, CELL, VALUE, FORMULA, INLINE, RUN, TEXT, RUN_TEXT, MERGES, MERGE = range(1, 13)
PATHS = {
    0: {"*": ROOT},
    ROOT: {"sheetData": ROWS, "mergeCells": MERGES},
    ROWS: {"row": ROW},
    ROW: {"c": CELL},
    CELL: {"v": VALUE, "f": FORMULA, "is": INLINE},
    INLINE: {"t": TEXT, "r": RUN},
    RUN: {"t": RUN_TEXT},
    MERGES: {"mergeCell": MERGE},
}
TEXTS = frozenset({VALUE, FORMULA, TEXT, RUN_TEXT})
NO_NAMES: dict[str, int] = {}
UTF8 = ("utf-8", "utf8", "us-ascii")


class Parser:
    """Expat on a part that comes piece by piece, which goes from state to state as elements begin and end.

    Attributes:
        state: the element that it is in, of those that the paths know; 0 before the root.
    """

    def __init__(self, part: Part, paths: Mapping[int, Mapping[str, int]], texts: Container[int]) -> None:
        """paths: state → name of an element within it → its state. texts: states whose text is asked for."""
        self.is_utf8 = True
        self.state = 0
        self._paths = {state: dict(names) for state, names in paths.items()}
        self._parents = {inner: state for state, names in paths.items() for inner in names.values()}
        self._texts = texts
        self._unknown = 0  # elements that no path knows, within each other
        self._limit, self._fed = part.limit, 0
        self._parser = parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.XmlDeclHandler = self._declaration
        parser.EntityDeclHandler = self._entity

    def feed(self, data: bytes, is_last: bool = False) -> None:
        """Raises RefusedError for what is no XML, or holds a tag or a comment without end."""
        try:
            self._parser.Parse(data, is_last)
        except expat.ExpatError:
            raise broken() from None
        self._fed += len(data)
        # What begins and does not end is kept, and gone through again with each piece.
        if self._fed - self._parser.CurrentByteIndex > self._limit and not is_last:
            raise too_large(f"> {self._limit:,} bytes", f"{self._limit:,} bytes")

    def start(self, state: int, attributes: dict[str, str]) -> None:
        """An element that the paths know begins."""

    def end(self, state: int) -> None:
        """An element that the paths know ends."""

    def text(self, text: str) -> None:
        """A piece of the text that is asked for."""

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if self._unknown:
            self._unknown += 1
            if self._unknown > MAX_DEPTH:
                raise broken()
            return
        names = self._paths.get(self.state, NO_NAMES)
        state = names.get(name)
        if state is None:
            state = names.get(name.rpartition(":")[2], names.get("*"))
            if state is None:
                self._unknown = 1
                self._parser.CharacterDataHandler = None
                return
            names[name] = state  # as it is written here, with its prefix
        self.state = state
        self.start(state, attributes)
        if state in self._texts:
            self._parser.CharacterDataHandler = self.text

    def _end(self, name: str) -> None:
        if self._unknown:
            self._unknown -= 1
            if not self._unknown and self.state in self._texts:
                self._parser.CharacterDataHandler = self.text
            return
        state = self.state
        if state in self._texts:
            self._parser.CharacterDataHandler = None
        self.state = self._parents[state]
        self.end(state)

    def _declaration(self, version: str, encoding: str | None, standalone: int) -> None:
        self.is_utf8 = (encoding or "utf-8").lower() in UTF8

    def _entity(self, *declared: object) -> None:
        raise RefusedError(unsupported("xml_entities"))


class Blocks:
    """Elements that follow each other, in blocks of whole ones.

    Attributes:
        rest: what was read and not taken.
    """

    def __init__(self, part: Part, rest: bytes, opening: bytes, closing: bytes) -> None:
        self.rest = rest
        self._part, self._opening, self._closing = part, opening, closing

    def next(self) -> bytes:
        """The next block; empty where something else follows, or an element is larger than a block may be."""
        while len(self.rest) <= MAX_BLOCK:
            if len(self.rest) >= len(self._opening) and not self.rest.startswith(self._opening):
                break
            if (last := self.rest.rfind(self._closing)) >= 0:
                return self.rest[: last + len(self._closing)]
            if not (more := self._part.read(BLOCK)):
                break
            self.rest += more
        return b""

    def take(self, block: bytes) -> None:
        self.rest = self.rest[len(block) :]


class SheetParser(Parser):
    """The elements of a worksheet → cells.

    Attributes:
        row: number of the row it is in, from 1.
    """

    def __init__(self, part: Part, board: Board, max_text: int) -> None:
        super().__init__(part, PATHS, TEXTS)
        self.row = 0
        self._board, self._max_text = board, max_text
        self._column = 0
        self._columns: dict[str, int] = {}
        self._cell: dict[str, str] = {}
        self._value: list[str] | None = None
        self._formula: list[str] | None = None
        self._pieces: list[str] = []
        self._size = 0
        self._places: tuple[list[int], list[int], list[int], list[int]] = ([], [], [], [])
        self._shared: list[int] = []
        self._plain: list[str] = []
        self._hidden_rows: list[int] = []

    def start(self, state: int, attributes: dict[str, str]) -> None:
        if state == CELL:
            self._cell, self._value, self._formula = attributes, None, None
        elif state == VALUE:
            self._value = self._pieces = []
            self._size = 0
        elif state == ROW:
            self._start_row(attributes)
        elif state == INLINE:
            self._value = []
        elif state in (TEXT, RUN_TEXT):
            self._pieces = self._value if self._value is not None else []
        elif state == FORMULA:
            self._formula = self._pieces = []
            self._size = 0
        elif state == MERGE and (merge := parse_range(attributes.get("ref", "").strip().upper())):
            self._board.merges.append(merge)

    def _start_row(self, attributes: dict[str, str]) -> None:
        written = attributes.get("r")
        self.row = self._row_number(written) if written is not None else self.row + 1
        self._column = 0
        if attributes.get("hidden") in ("1", "true"):
            self._hidden_rows.append(self.row - 1)

    def _row_number(self, written: str) -> int:
        if not (written.isascii() and written.isdecimal() and len(written) <= MAX_DIGITS and int(written)):
            raise broken()
        return int(written)

    def text(self, text: str) -> None:
        self._pieces.append(text)
        self._size += len(text)
        if self._size > self._max_text:
            raise too_large(f"> {self._max_text:,} bytes", f"{self._max_text:,} bytes")

    def end(self, state: int) -> None:
        if state == CELL:
            self._end_cell(self._cell)
        elif state == INLINE:
            self._size = 0

    def _end_cell(self, cell: dict[str, str]) -> None:
        written = cell.get("r")
        if written is None:
            self._column += 1
        else:
            letters = written.rstrip(DIGITS)
            self._column = self._columns.get(letters) or self._column_number(letters)
            self.row = self._row_number(written[len(letters) :])
        stored = STORED.get(cell.get("t", "n"))
        if stored is None:
            raise broken()
        text = "".join(self._value or ())
        if not text:
            if self._formula is None or (stored == Stored.TEXT and self._value is not None):
                return
            stored, text = Stored.FORMULA, "=" + "".join(self._formula)
        style = cell.get("s", "0")
        number = int(style) if style.isascii() and style.isdecimal() and len(style) < 9 else 0
        for places, value in zip(self._places, (self.row - 1, self._column - 1, number, stored), strict=True):
            places.append(value)
        if stored != Stored.SHARED:
            self._plain.append(text)
        elif (text := text.strip()).isascii() and text.isdecimal() and len(text) <= MAX_DIGITS + 2:
            self._shared.append(int(text))
        else:
            raise broken()
        if len(self._places[0]) >= MAX_BATCH:
            self.flush()

    def _column_number(self, letters: str) -> int:
        if not LETTERS.fullmatch(letters):
            raise broken()
        return self._columns.setdefault(letters, column_index(letters.upper()) + 1)

    def flush(self) -> None:
        """Hands what was found to the board."""
        rows, columns, styles, stored = (np.array(places, np.int64) for places in self._places)
        texts = pl.Series(self._plain, dtype=pl.String)
        shared = np.array(self._shared, np.int64)
        self._board.add(Batch(rows, columns, styles, stored.astype(np.uint8), shared, texts, self._hidden_rows))
        for found in (*self._places, self._shared, self._plain):
            found.clear()
        self._hidden_rows = []


def read_sheet(part: Part, board: Board, max_text: int) -> None:
    """Lays the cells of a worksheet out on a board.

    Args:
        max_text: characters of one cell.

    Raises:
        RefusedError: For what is no worksheet or too large.
    """
    parser = SheetParser(part, board, max_text)
    rest = _read_plain(part, parser, board)
    while rest:
        parser.feed(rest)
        parser.flush()
        rest = part.read(BLOCK)
    parser.feed(b"", is_last=True)
    parser.flush()


def _read_plain(part: Part, parser: SheetParser, board: Board) -> bytes:
    """Takes the head of a sheet and all rows that the fast pass knows; gives what was read and not taken."""
    rest = part.read(BLOCK)
    if (found := first_tag(rest, DATA)) is None:
        return rest
    _, begin, prefix = found
    parser.feed(rest[:begin])
    rest = rest[begin:]
    if not parser.is_utf8 or parser.state != ROWS:
        return rest
    blocks = Blocks(part, rest, b"<" + prefix + b"row", b"</" + prefix + b"row>")
    while block := blocks.next():
        try:
            batch, parser.row = read_plain_rows(without_prefix(block, prefix))
        except NotPlainError:
            break
        board.add(batch)
        blocks.take(block)
    return blocks.rest
