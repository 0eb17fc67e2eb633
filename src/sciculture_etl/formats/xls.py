"""Old workbooks (.xls, BIFF5 and BIFF8): what their records tell beyond the plain texts of cells."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator

import olefile

from sciculture_etl.findings import Finding
from sciculture_etl.formats.grid import Merge, RefusedError, broken
from sciculture_etl.formats.layout import ERROR_TEXTS, PERCENT_IDS, Layout, percent_text, shows_percent

BOF, EOF, FILEPASS, BOUNDSHEET, FORMAT, XF = 0x809, 0x0A, 0x2F, 0x85, 0x41E, 0xE0
ROW, MERGED, NUMBER, RK, MULRK, FORMULA, BOOLERR = 0x208, 0xE5, 0x203, 0x27E, 0xBD, 0x06, 0x205
FORMULAS = (FORMULA, 0x206, 0x406)
TEXTS = (0xFD, 0x204, 0xD6)  # shared, plain, rich
WORKSHEET = 0
HIDDEN = 0x20  # of a row
EMPTY_TEXT = 3  # as the result of a formula; also what writers leave that calculate nothing
ARITHMETIC = range(0x03, 0x08)  # + - * / ^, which stand last
SUM = b"\x19\x10"
NUMERIC_FUNCTIONS = (0, 4, 5, 6, 7)  # COUNT, SUM, AVERAGE, MIN, MAX

Record = tuple[int, memoryview]


def read_xls_layouts(data: bytes) -> list[Layout]:
    """The layouts of the worksheets in their order. Raises RefusedError for what is protected or no workbook."""
    try:
        stream = _workbook_stream(data)
        places, percent = _globals(stream)
        return [_layout(stream, place, percent) for place in places]
    except struct.error:
        raise broken() from None


def _workbook_stream(data: bytes) -> memoryview:
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            name = next(name for name in ("Workbook", "Book") if ole.exists(name))
            return memoryview(ole.openstream(name).read())
    except (OSError, StopIteration, IndexError, ValueError, TypeError, AttributeError):
        raise broken() from None


def _records(stream: memoryview, at: int) -> Iterator[Record]:
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + size]
        if kind == EOF:
            return
        at += 4 + size


def _globals(stream: memoryview) -> tuple[list[int], set[int]]:
    """Where the worksheets begin, and which cell styles show percentages."""
    places, formats, styles = [], dict.fromkeys(PERCENT_IDS, True), []
    for kind, body in _records(stream, 0):
        if kind == FILEPASS:
            raise RefusedError(Finding("R_ENCRYPTED"))
        if kind == BOUNDSHEET and body[5] == WORKSHEET:
            places.append(struct.unpack_from("<I", body)[0])
        elif kind == FORMAT:
            # Only the mark is looked for, which is the same byte in every encoding.
            formats[struct.unpack_from("<H", body)[0]] = shows_percent(bytes(body[2:]).decode("latin-1"))
        elif kind == XF:
            styles.append(struct.unpack_from("<H", body, 2)[0])
    return places, {number for number, form in enumerate(styles) if formats.get(form)}


def _layout(stream: memoryview, place: int, percent: set[int]) -> Layout:
    layout = Layout()
    depth = 0
    for kind, body in _records(stream, place):
        if kind == BOF:
            depth += 1
        if depth > 1:
            continue  # a chart within the sheet
        if kind == ROW:
            if body[12] & HIDDEN:
                layout.hidden_rows.add(struct.unpack_from("<H", body)[0])
        elif kind == MERGED:
            for at in range(2, 2 + 8 * struct.unpack_from("<H", body)[0], 8):
                top, bottom, left, right = struct.unpack_from("<4H", body, at)
                layout.merges.append(Merge(top, left, bottom, right))
        elif kind in TEXTS or kind in (NUMBER, RK, MULRK, BOOLERR) or kind in FORMULAS:
            _cell(layout, kind, body, percent)
    return layout


def _cell(layout: Layout, kind: int, body: memoryview, percent: set[int]) -> None:
    row, column, style = struct.unpack_from("<3H", body)
    layout.reach(row, column)
    if kind == MULRK:
        last = column + (len(body) - 6) // 6 - 1
        layout.reach(row, last)
        for number, at in enumerate(range(4, len(body) - 2, 6)):
            own, packed = struct.unpack_from("<HI", body, at)
            if own in percent:
                layout.say(row, column + number, percent_text(unpack_rk(packed)))
    elif kind == BOOLERR:
        if body[7]:
            layout.say(row, column, ERROR_TEXTS.get(body[6], "#N/A"))
    elif kind in FORMULAS and bytes(body[12:14]) == b"\xff\xff":
        if body[6] == 2:
            layout.say(row, column, ERROR_TEXTS.get(body[8], "#N/A"))
        elif body[6] == EMPTY_TEXT and _calculates(bytes(body[22:])):
            layout.say(row, column, "=?")
            layout.uncalculated.append((row, column))
    elif style in percent and kind not in TEXTS:
        value = unpack_rk(struct.unpack_from("<I", body, 6)[0]) if kind == RK else struct.unpack_from("<d", body, 6)[0]
        layout.say(row, column, percent_text(value))


def _calculates(tokens: bytes) -> bool:
    """Whether a formula in reverse Polish notation can only come to a number, so that an empty text is no result."""
    if not tokens:
        return False
    calls = len(tokens) >= 4 and tokens[-4] & 0x1F == 2 and struct.unpack("<H", tokens[-2:])[0] in NUMERIC_FUNCTIONS
    return calls or tokens[-1] in ARITHMETIC or tokens[-4:-2] == SUM


def unpack_rk(packed: int) -> float:
    """A number packed into 30 bits: a whole number or the upper half of a float, perhaps of a hundredth."""
    if packed & 2:
        value = float(struct.unpack("<i", struct.pack("<I", packed))[0] >> 2)
    else:
        value = float(struct.unpack("<d", struct.pack("<II", 0, packed & 0xFFFFFFFC))[0])
    return value / 100 if packed & 1 else value
