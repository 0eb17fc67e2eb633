"""Files that no library writes for the tests: packages part by part, binary workbooks, and Hangul documents.

All that stands in them is invented.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def package(parts: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as opened:
        for name, data in parts.items():
            opened.writestr(zipfile.ZipInfo(name), data, compress_type=method)
    return target.getvalue()


def _relations(targets: Mapping[str, tuple[str, str]]) -> str:
    rows = "".join(
        f'<Relationship Id="{key}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for key, (kind, target) in targets.items()
    )
    return f'<Relationships xmlns="{PACKAGE}">{rows}</Relationships>'


def raw_xlsx(
    *sheets: str, strings: str = "", styles: str = "", properties: str = "", method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    """A workbook from the XML of its sheets' ``sheetData`` and what follows it. strings: the ``si`` elements."""
    listed = "".join(f'<sheet name="시트{n}" sheetId="{n}" r:id="s{n}"/>' for n in range(1, len(sheets) + 1))
    targets = {f"s{n}": ("worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)}
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": _relations({"w": ("officeDocument", "xl/workbook.xml")}),
        "xl/workbook.xml": f'<workbook xmlns="{SPREADSHEET}" xmlns:r="{OFFICE}">{properties}<sheets>{listed}</sheets>'
        "</workbook>",
        "xl/_rels/workbook.xml.rels": _relations(
            targets | {"t": ("sharedStrings", "sharedStrings.xml"), "y": ("styles", "styles.xml")}
        ),
        "xl/sharedStrings.xml": f'<sst xmlns="{SPREADSHEET}">{strings}</sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{SPREADSHEET}">{styles}</styleSheet>',
    }
    for number, sheet in enumerate(sheets, start=1):
        parts[f"xl/worksheets/sheet{number}.xml"] = f'<worksheet xmlns="{SPREADSHEET}">{sheet}</worksheet>'
    return package(parts, method)


def inline_row(number: int, cells: Sequence[Any]) -> str:
    """A row of texts, and of numbers where they are no texts."""
    written = []
    for column, cell in enumerate(cells):
        place = f'r="{chr(65 + column)}{number}"'
        if isinstance(cell, str):
            written.append(f'<c {place} t="inlineStr"><is><t>{escape(cell)}</t></is></c>')
        else:
            written.append(f"<c {place}><v>{cell}</v></c>")
    return f'<row r="{number}">{"".join(written)}</row>'


# Binary workbooks: every part is a row of records, each with its kind, its length and its body.


def _varied(number: int) -> bytes:
    out = bytearray()
    while True:
        out.append(number & 0x7F | (0x80 if number > 0x7F else 0))
        number >>= 7
        if not number:
            return bytes(out)


def _record(kind: int, body: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    return head + _varied(len(body)) + body


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


Cell = Any  # a text, a number, a truth, ("%", share), ("error", code), ("day", number)


def _cell(column: int, cell: Cell, strings: list[str]) -> bytes:
    kind = cell[0] if isinstance(cell, tuple) else None
    style = {"%": 1, "day": 2}.get(kind, 0) if kind else 0
    place = struct.pack("<II", column, style)
    if kind == "error":
        return _record(3, place + bytes([cell[1]]))
    if isinstance(cell, bool):
        return _record(4, place + bytes([cell]))
    if isinstance(cell, str):
        strings.append(cell)
        return _record(7, place + struct.pack("<I", len(strings) - 1))
    if isinstance(cell, int):
        return _record(2, place + struct.pack("<I", (cell << 2 | 2) & 0xFFFFFFFF))
    return _record(5, place + struct.pack("<d", cell[1] if kind else cell))


def as_xlsb(
    rows: Sequence[Sequence[Cell]],
    *,
    top: int = 0,
    left: int = 0,
    merges: Sequence[tuple[int, int, int, int]] = (),
    hidden_rows: Sequence[int] = (),
    hidden: Mapping[str, Sequence[Sequence[Cell]]] | None = None,
) -> bytes:
    """A binary workbook with the sheet ``실적`` and hidden ones beside it. merges: top, left, bottom, right, from 0."""
    strings: list[str] = []
    parts: dict[str, str | bytes] = {}
    listed, targets = b"", {"t": ("sharedStrings", "sharedStrings.bin"), "y": ("styles", "styles.bin")}
    for number, (name, own) in enumerate([("실적", rows), *(hidden or {}).items()], start=1):
        first = number == 1
        body = _record(129) + _record(148, struct.pack("<4I", 0, top + len(own), 0, 40)) + _record(145)
        for r, row in enumerate(own, start=top if first else 0):
            flags = 0x10 if first and r in hidden_rows else 0
            body += _record(0, struct.pack("<IIHBBBI", r, 0, 300, 0, flags, 0, 0))
            for c, cell in enumerate(row, start=left if first else 0):
                body += _cell(c, cell, strings) if cell not in ("", None) else b""
        body += _record(146)
        if first and merges:
            ranges = (struct.pack("<4I", m[0], m[2], m[1], m[3]) for m in merges)
            body += _record(177, struct.pack("<I", len(merges))) + b"".join(_record(176, r) for r in ranges)
            body += _record(178)
        parts[f"xl/worksheets/sheet{number}.bin"] = body + _record(130)
        listed += _record(156, struct.pack("<II", 0 if first else 1, number) + _wide(f"s{number}") + _wide(name))
        targets[f"s{number}"] = ("worksheet", f"worksheets/sheet{number}.bin")
    shared = b"".join(_record(19, b"\x00" + _wide(text)) for text in strings)
    styles = _record(278) + _record(615, struct.pack("<I", 1)) + _record(44, struct.pack("<H", 164) + _wide("0.0%"))
    styles += _record(616) + _record(617, struct.pack("<I", 3))
    styles += b"".join(_record(47, struct.pack("<HH", 0, form) + bytes(12)) for form in (0, 164, 14)) + _record(618)
    parts |= {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": _relations({"w": ("officeDocument", "xl/workbook.bin")}),
        "xl/workbook.bin": _record(131) + _record(153, bytes(8)) + _record(143) + listed + _record(144) + _record(132),
        "xl/_rels/workbook.bin.rels": _relations(targets),
        "xl/sharedStrings.bin": _record(159, struct.pack("<II", len(strings), len(strings))) + shared + _record(160),
        "xl/styles.bin": styles + _record(279),
    }
    return package(parts)


# Hangul documents (KS X 6101).

HWPML = "http://www.hancom.co.kr/hwpml/2011/"


def paragraph(*runs: str) -> str:
    """A paragraph of runs, which are given as XML: text as ``<hp:t>...</hp:t>``, or a table."""
    inner = "".join(f'<hp:run charPrIDRef="0">{run}</hp:run>' for run in runs)
    lines = '<hp:linesegarray><hp:lineseg textpos="0" vertpos="0"/></hp:linesegarray>'
    return f'<hp:p id="0" paraPrIDRef="0" styleIDRef="0" pageBreak="0" columnBreak="0" merged="0">{inner}{lines}</hp:p>'


def said(text: str) -> str:
    return paragraph(f"<hp:t>{escape(text)}</hp:t>")


def hwpx_table(
    rows: Sequence[Sequence[str]], spans: Mapping[tuple[int, int], tuple[int, int]] | None = None, caption: str = ""
) -> str:
    """rows: texts, or XML of paragraphs where they begin with ``<``. spans: (row, column) → rows and columns spanned;
    the cells under a span are left out, as Hangul leaves them out."""
    spans = spans or {}
    covered = {
        (r + down, c + across)
        for (r, c), (rows_down, columns_across) in spans.items()
        for down in range(rows_down)
        for across in range(columns_across)
        if (down, across) != (0, 0)
    }
    lines = []
    for r, row in enumerate(rows):
        cells = ""
        for c, text in enumerate(row):
            if (r, c) in covered:
                continue
            down, across = spans.get((r, c), (1, 1))
            inner = text if text.startswith("<") else "".join(said(line) for line in text.split("\n"))
            cells += (
                '<hp:tc name="" header="0" hasMargin="0" protect="0" editable="0" dirty="0" borderFillIDRef="3">'
                '<hp:subList id="" textDirection="HORIZONTAL" lineWrap="BREAK" vertAlign="CENTER">'
                f'{inner}</hp:subList><hp:cellAddr colAddr="{c}" rowAddr="{r}"/>'
                f'<hp:cellSpan colSpan="{across}" rowSpan="{down}"/><hp:cellSz width="4000" height="1000"/>'
                '<hp:cellMargin left="510" right="510" top="141" bottom="141"/></hp:tc>'
            )
        lines.append(f"<hp:tr>{cells}</hp:tr>")
    above = f'<hp:caption side="TOP"><hp:subList>{said(caption)}</hp:subList></hp:caption>' if caption else ""
    return (
        f'<hp:tbl id="1" zOrder="0" numberingType="TABLE" rowCnt="{len(rows)}" colCnt="{max(map(len, rows))}" '
        'cellSpacing="0" borderFillIDRef="3"><hp:sz width="42000" height="3000"/><hp:pos treatAsChar="0"/>'
        f"{above}{''.join(lines)}</hp:tbl>"
    )


def as_hwpx(*sections: str, version: str = "2011", manifest: str = "") -> bytes:
    """A document of sections, given as the XML of their paragraphs."""
    parts: dict[str, str | bytes] = {
        "mimetype": "application/hwp+zip",
        "version.xml": '<hv:HCFVersion xmlns:hv="http://www.hancom.co.kr/hwpml/2011/version" major="5" minor="1"/>',
        "Contents/content.hpf": '<opf:package xmlns:opf="http://www.idpf.org/2007/opf/"/>',
        "Contents/header.xml": f'<hh:head xmlns:hh="{HWPML}head" version="1.4"/>',
        "META-INF/manifest.xml": '<odf:manifest xmlns:odf="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f"{manifest}</odf:manifest>",
    }
    space = HWPML.replace("2011", version)
    for number, section in enumerate(sections):
        parts[f"Contents/section{number}.xml"] = (
            '<?xml version="1.0" encoding="UTF-8" standalone="yes" ?>'
            f'<hs:sec xmlns:hs="{space}section" xmlns:hp="{space}paragraph">{section}</hs:sec>'
        )
    return package(parts)
