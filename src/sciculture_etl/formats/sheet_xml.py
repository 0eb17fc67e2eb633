"""Worksheets of .xlsx: their rows by the fast pass as far as it knows them, all else by a parser of XML."""

from __future__ import annotations

import re
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
REFERENCE = re.compile(r"\s*\$?([A-Za-z]{1,3})\$?([0-9]{1,7})\s*")
UTF8 = ("utf-8", "utf8", "us-ascii")


class Parser:
    """Expat on a part that comes piece by piece. depth: of the element that begins or has ended, 0 for the root."""

    def __init__(self, part: Part) -> None:
        self.is_utf8 = True
        self.depth = 0
        self._limit, self._fed = part.limit, 0
        self._parser = parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.XmlDeclHandler = self._declaration
        parser.EntityDeclHandler = self._entity
        self._local: dict[str, str] = {}

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

    def listen(self, text: bool) -> None:
        self._parser.CharacterDataHandler = self.text if text else None

    def start(self, name: str, attributes: dict[str, str]) -> None: ...

    def end(self, name: str) -> None: ...

    def text(self, text: str) -> None: ...

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = self._local.get(name) or self._local.setdefault(name, name.rpartition(":")[2])
        self.start(local, attributes)
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise broken()

    def _end(self, name: str) -> None:
        self.depth -= 1
        self.end(self._local[name])

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
        section: the child of the root that it is in.
    """

    def __init__(self, part: Part, board: Board, max_text: int) -> None:
        super().__init__(part)
        self.row = 0
        self.section = ""
        self._board, self._max_text = board, max_text
        self._column = 0
        self._cell: dict[str, str] | None = None
        self._path: list[str] = []
        self._value: list[str] | None = None
        self._formula: list[str] | None = None
        self._pieces: list[str] | None = None
        self._size = 0
        self._found: list[tuple[int, int, int, int, str]] = []
        self._hidden_rows: list[int] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        path = self._path
        path.append(name)
        depth = self.depth
        if depth == 1:
            self.section = name
        elif self.section == "sheetData":
            if depth == 2 and name == "row":
                self._start_row(attributes)
            elif depth == 3 and name == "c" and path[2] == "row":
                self._start_cell(attributes)
            elif self._cell is not None:
                self._start_text(name, depth, path)
        elif depth == 2 and name == "mergeCell" and self.section == "mergeCells":
            merge = parse_range(attributes.get("ref", "").strip().upper())
            self._board.merges += [merge] if merge else []

    def _start_row(self, attributes: dict[str, str]) -> None:
        written = attributes.get("r", "").strip()
        if written and not (written.isascii() and written.isdecimal() and 0 < int(written[:8]) < 10_000_000):
            raise broken()
        self.row = int(written) if written else self.row + 1
        self._column = 0
        if attributes.get("hidden") in ("1", "true"):
            self._hidden_rows.append(self.row - 1)

    def _start_cell(self, attributes: dict[str, str]) -> None:
        if (written := attributes.get("r")) is not None:
            if not (found := REFERENCE.fullmatch(written)) or int(found[2]) == 0:
                raise broken()
            self.row, self._column = int(found[2]), column_index(found[1].upper()) + 1
        else:
            self._column += 1
        self._cell, self._value, self._formula = attributes, None, None

    def _start_text(self, name: str, depth: int, path: list[str]) -> None:
        if depth == 4 and name in ("v", "f"):
            self._pieces = []
            if name == "v":
                self._value = self._pieces
            else:
                self._formula = self._pieces
        elif depth == 4 and name == "is":
            self._value = []
        elif name == "t" and path[4] == "is" and (depth == 5 or (depth == 6 and path[5] == "r")):
            self._pieces = self._value
        self._size = 0
        if self._pieces is not None:
            self.listen(True)

    def text(self, text: str) -> None:
        assert self._pieces is not None
        self._pieces.append(text)
        self._size += len(text)
        if self._size > self._max_text:
            raise too_large(f"> {self._max_text:,} bytes", f"{self._max_text:,} bytes")

    def end(self, name: str) -> None:
        self._path.pop()
        if self._cell is None:
            return
        if self.depth >= 4:
            if self._pieces is not None:
                self.listen(False)
                self._pieces = None
        elif self.depth == 3:
            self._end_cell(self._cell)
            self._cell = None

    def _end_cell(self, cell: dict[str, str]) -> None:
        stored = STORED.get(cell.get("t", "n"))
        if stored is None:
            raise broken()
        text = "".join(self._value or [])
        if not text:
            if self._formula is None or (stored == Stored.TEXT and self._value is not None):
                return
            stored, text = Stored.FORMULA, "=" + "".join(self._formula)
        style = cell.get("s", "0").strip()
        number = int(style) if style.isascii() and style.isdecimal() and len(style) < 9 else 0
        self._found.append((self.row - 1, self._column - 1, number, stored, text))
        if len(self._found) >= MAX_BATCH:
            self.flush()

    def flush(self) -> None:
        """Hands what was found to the board."""
        if not self._found and not self._hidden_rows:
            return
        last = {(row, column): number for number, (row, column, *_) in enumerate(self._found)}
        found = self._found if len(last) == len(self._found) else [self._found[number] for number in last.values()]
        places = np.array([cell[:4] for cell in found], np.int64).reshape(-1, 4)
        shared = [cell[4].strip() for cell in found if cell[3] == Stored.SHARED]
        if not all(text.isascii() and text.isdecimal() and len(text) < 12 for text in shared):
            raise broken()
        texts = pl.Series([cell[4] for cell in found if cell[3] != Stored.SHARED], dtype=pl.String)
        self._board.add(
            Batch(
                places[:, 0], places[:, 1], places[:, 2], places[:, 3].astype(np.uint8),
                np.array(shared, dtype=np.int64), texts, self._hidden_rows,
            )
        )  # fmt: skip
        self._found, self._hidden_rows = [], []


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
    if not parser.is_utf8 or parser.section != "sheetData" or parser.depth != 2:
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
