"""Binary workbooks (.xlsb): what their records tell beyond the plain texts of cells."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from sciculture_etl.formats.grid import Merge, broken
from sciculture_etl.formats.layout import ERROR_TEXTS, PERCENT_IDS, Layout, percent_text, shows_percent
from sciculture_etl.formats.package import CHUNK, Package, Part
from sciculture_etl.formats.sheet_xml import attribute, read_xml

ROW_HEADER, BLANK, RK, ERROR, BOOL, REAL = 0, 1, 2, 3, 4, 5
FORMULA_NUMBER, FORMULA_ERROR, LAST_CELL = 9, 11, 11
FORMAT, STYLE, MERGE, SHEET = 44, 47, 176, 156
CELL_STYLES, END_CELL_STYLES = 617, 618
HIDDEN = 0x10  # of a row
LONGEST = 16 * CHUNK  # of one record

Record = tuple[int, bytes]


def read_xlsb_layouts(package: Package) -> dict[str, Layout]:
    """Sheet name → layout. Raises RefusedError for what is broken or too large."""
    percent = _percent_styles(package)
    layouts = {}
    for name, part in _sheets(package).items():
        layouts[name] = _layout(package.open(part), percent)
    return layouts


def sheet_parts(package: Package) -> set[str]:
    return set(_sheets(package).values())


def _records(part: Part) -> Iterator[Record]:
    """Kind and body: both kind and length take one byte or more, seven bits in each."""
    data, at = b"", 0
    while True:
        if len(data) - at < 8:
            data, at = data[at:] + part.read(CHUNK), 0
        if at >= len(data):
            return
        try:
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
        except IndexError:
            raise broken() from None
        if size > LONGEST:
            raise broken()
        while len(data) - at < size:
            more = part.read(CHUNK)
            if not more:
                raise broken()
            data, at = data[at:] + more, 0
        yield kind, data[at : at + size]
        at += size


def _text(body: bytes, at: int) -> tuple[str, int]:
    length = struct.unpack_from("<I", body, at)[0]
    end = at + 4 + 2 * length
    return body[at + 4 : end].decode("utf-16-le", errors="replace"), end


def _sheets(package: Package) -> dict[str, str]:
    relations = read_xml(package.read("xl/_rels/workbook.bin.rels"))
    targets = {attribute(relation, "Id"): attribute(relation, "Target") or "" for relation in relations}
    sheets = {}
    for kind, body in _records(package.open("xl/workbook.bin")):
        if kind == SHEET:
            relation, end = _text(body, 8)
            target = targets.get(relation, "")
            sheets[_text(body, end)[0]] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return sheets


def _percent_styles(package: Package) -> set[int]:
    if "xl/styles.bin" not in package.parts:
        return set()
    formats, styles, within = dict.fromkeys(PERCENT_IDS, True), [], False
    for kind, body in _records(package.open("xl/styles.bin")):
        if kind == FORMAT:
            formats[struct.unpack_from("<H", body)[0]] = shows_percent(_text(body, 2)[0])
        elif kind in (CELL_STYLES, END_CELL_STYLES):
            within = kind == CELL_STYLES
        elif kind == STYLE and within:
            styles.append(struct.unpack_from("<H", body, 2)[0])
    return {number for number, form in enumerate(styles) if formats.get(form)}


def _layout(part: Part, percent: set[int]) -> Layout:
    layout, row = Layout(), 0
    for kind, body in _records(part):
        if kind == ROW_HEADER:
            row = struct.unpack_from("<I", body)[0]
            if body[11] & HIDDEN:
                layout.hidden_rows.add(row)
        elif kind == MERGE:
            top, bottom, left, right = struct.unpack_from("<4I", body)
            layout.merges.append(Merge(top, left, bottom, right))
        elif BLANK < kind <= LAST_CELL:
            column, style = struct.unpack_from("<II", body)
            layout.reach(row, column)
            if kind in (ERROR, FORMULA_ERROR):
                layout.say(row, column, ERROR_TEXTS.get(body[8], "#N/A"))
            elif style & 0xFFFFFF in percent and kind in (RK, REAL, FORMULA_NUMBER):
                value = unpack_rk(struct.unpack_from("<I", body, 8)[0])
                if kind != RK:
                    value = struct.unpack_from("<d", body, 8)[0]
                layout.say(row, column, percent_text(value))
    return layout


def unpack_rk(packed: int) -> float:
    """A number packed into 30 bits: a whole number or the upper half of a float, perhaps of a hundredth."""
    if packed & 2:
        value = float(struct.unpack("<i", struct.pack("<I", packed))[0] >> 2)
    else:
        value = float(struct.unpack("<d", struct.pack("<II", 0, packed & 0xFFFFFFFC))[0])
    return value / 100 if packed & 1 else value
