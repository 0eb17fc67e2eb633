"""Binary workbooks (.xlsb): every worksheet as a grid, from its records."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import numpy as np
import polars as pl

from sciculture_etl.formats.content import Source
from sciculture_etl.formats.grid import Grid, Merge, broken, too_large
from sciculture_etl.formats.package import CHUNK, Package, Part
from sciculture_etl.formats.relations import Relation, SheetPart, main_part, read_relations, related_part
from sciculture_etl.formats.sheet_cells import Batch, Board, SharedTexts, Stored, Styles, seen_texts
from sciculture_etl.formats.shown import ERROR_TEXTS, Shape, shape_of

ROW_HEADER, RK, ERROR, TRUTH, REAL, INLINE, SHARED = 0, 2, 3, 4, 5, 6, 7
FORMULA_TEXT, FORMULA_NUMBER, FORMULA_TRUTH, FORMULA_ERROR, RICH_INLINE = 8, 9, 10, 11, 62
SHARED_ITEM, FORMAT, STYLE, PROPERTIES, SHEET, MERGE = 19, 44, 47, 153, 156, 176
CELL_STYLES, END_CELL_STYLES = 617, 618
CELLS = frozenset({*range(RK, FORMULA_ERROR + 1), RICH_INLINE})
HIDDEN = 0x10  # of a row
LONGEST = 16 * CHUNK  # of one record
MAX_BATCH = 100_000  # cells

Record = tuple[int, bytes]


def read_xlsb_grids(source: Source) -> list[Grid]:
    """All worksheets of a workbook. Raises RefusedError where it is broken or too large."""
    package = source.package
    if (main := main_part(package)) is None:
        raise broken()
    relations = read_relations(package, main)
    try:
        sheets, is_1904 = _sheets(package, main, relations)
        if len(sheets) > source.limits.sheets:
            raise too_large(f"시트 {len(sheets):,}장(sheets)", f"{source.limits.sheets:,}")
        styles = Styles.of_shapes(
            _shapes(package, related_part(relations, "styles", package, "xl/styles.bin")), is_1904
        )
        shared = _shared(package, related_part(relations, "sharedStrings", package, "xl/sharedStrings.bin"))
        grids = []
        for sheet in sheets:
            board = Board(shared, styles, source.limits)
            _read_sheet(package.open(sheet.part), board)
            grids.append(board.grid(sheet.name, sheet.is_hidden))
        return grids
    except (struct.error, IndexError):
        raise broken() from None


def unpack_rk(packed: int) -> float:
    """A number packed into 30 bits: a whole number or the upper half of a float, perhaps of a hundredth."""
    if packed & 2:
        value = float(struct.unpack("<i", struct.pack("<I", packed))[0] >> 2)
    else:
        value = float(struct.unpack("<d", struct.pack("<II", 0, packed & 0xFFFFFFFC))[0])
    return value / 100 if packed & 1 else value


def _records(part: Part) -> Iterator[Record]:
    """Kind and body: both kind and length take one byte or more, seven bits in each."""
    data, at = b"", 0
    while True:
        if len(data) - at < 8:
            data, at = data[at:] + part.read(CHUNK), 0
        if at >= len(data):
            return
        kind = data[at]
        at += 1
        if kind & 0x80:
            kind = (kind & 0x7F) | (data[at] & 0x7F) << 7
            at += 1
        size = shift = 0
        while True:
            byte = data[at]
            at += 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80 or shift > 21:
                break
        if size > LONGEST:
            raise broken()
        if len(data) - at < size:
            pieces, have = [data[at:]], len(data) - at
            while have < size:
                if not (more := part.read(CHUNK)):
                    raise broken()
                pieces.append(more)
                have += len(more)
            data, at = b"".join(pieces), 0
        yield kind, data[at : at + size]
        at += size


def _text(body: bytes, at: int) -> tuple[str, int]:
    length = struct.unpack_from("<I", body, at)[0]
    end = at + 4 + 2 * length
    if end > len(body):
        raise broken()
    return body[at + 4 : end].decode("utf-16-le", errors="replace"), end


def _sheets(package: Package, main: str, relations: dict[str, Relation]) -> tuple[list[SheetPart], bool]:
    """The worksheets, and whether days are counted from 1904."""
    sheets, is_1904 = [], False
    for kind, body in _records(package.open(main)):
        if kind == PROPERTIES:
            is_1904 = bool(body[0] & 1)
        elif kind == SHEET:
            identity, end = _text(body, 8)
            relation = relations.get(identity)
            if relation is None or relation.kind == "worksheet":
                is_hidden = struct.unpack_from("<I", body)[0] != 0
                sheets.append(SheetPart(_text(body, end)[0], relation.part if relation else "", is_hidden))
    return sheets, is_1904


def _shapes(package: Package, part: str | None) -> list[Shape]:
    formats: dict[int, str] = {}
    shapes, within = [], False
    for kind, body in _records(package.open(part)) if part else ():
        if kind == FORMAT:
            formats[struct.unpack_from("<H", body)[0]] = _text(body, 2)[0]
        elif kind in (CELL_STYLES, END_CELL_STYLES):
            within = kind == CELL_STYLES
        elif kind == STYLE and within:
            number = struct.unpack_from("<H", body, 2)[0]
            shapes.append(shape_of(formats.get(number), number))
    return shapes


def _shared(package: Package, part: str | None) -> SharedTexts:
    texts = [_text(body, 1)[0] for kind, body in _records(package.open(part)) if kind == SHARED_ITEM] if part else []
    return SharedTexts(seen_texts(pl.Series(texts, dtype=pl.String)))


def _read_sheet(part: Part, board: Board) -> None:
    found: list[tuple[int, int, int, int]] = []
    texts: list[str] = []
    shared: list[int] = []
    hidden_rows: list[int] = []

    def flush() -> None:
        places = np.array(found, np.int64).reshape(-1, 4)
        stored = places[:, 3].astype(np.uint8)
        board.add(
            Batch(
                places[:, 0], places[:, 1], places[:, 2], stored, np.array(shared, np.int64),
                pl.Series(texts, dtype=pl.String), hidden_rows.copy(),
            )
        )  # fmt: skip
        for used in (found, texts, shared, hidden_rows):
            used.clear()

    row = 0
    for kind, body in _records(part):
        if kind == ROW_HEADER:
            row = struct.unpack_from("<I", body)[0]
            if body[11] & HIDDEN:
                hidden_rows.append(row)
            if len(found) >= MAX_BATCH:
                flush()
        elif kind == MERGE:
            top, bottom, left, right = struct.unpack_from("<4I", body)
            board.merges.append(Merge(top, left, bottom, right))
        elif kind in CELLS:
            column, style = struct.unpack_from("<II", body)
            stored, text = _held(kind, body)
            found.append((row, column, style & 0xFFFFFF, stored))
            if stored == Stored.SHARED:
                shared.append(struct.unpack_from("<I", body, 8)[0])
            else:
                texts.append(text)
    flush()


def _held(kind: int, body: bytes) -> tuple[Stored, str]:
    """How a cell stores what it holds, and the text of that; blank for a shared one."""
    if kind == SHARED:
        return Stored.SHARED, ""
    if kind == RK:
        return Stored.NUMBER, repr(unpack_rk(struct.unpack_from("<I", body, 8)[0]))
    if kind in (REAL, FORMULA_NUMBER):
        return Stored.NUMBER, repr(struct.unpack_from("<d", body, 8)[0])
    if kind in (ERROR, FORMULA_ERROR):
        return Stored.ERROR, ERROR_TEXTS.get(body[8], "#N/A")
    if kind in (TRUTH, FORMULA_TRUTH):
        return Stored.TRUTH, str(body[8])
    return Stored.TEXT, _text(body, 9 if kind == RICH_INLINE else 8)[0]
