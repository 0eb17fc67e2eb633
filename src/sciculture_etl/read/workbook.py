"""Workbooks (.xlsx, .xlsm, .xls): every sheet as a grid.

The cells come from fastexcel, as text. It places rows but not columns (a sheet that starts at column B comes as if it
started at A) and knows no merges or hidden rows: those are looked up in the sheet's XML, or by python-calamine where
there is no XML.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from xml.etree import ElementTree

import fastexcel
import polars as pl
import python_calamine

from sciculture_etl.findings import Finding
from sciculture_etl.read.grid import Grid, Merge, Refused, blank_to_null, column_index, parse_range

# What comes of a package of which a member is damaged, packed in an unknown way, or said to be in an unknown encoding.
DAMAGED = (
    LookupError, ElementTree.ParseError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError,
)  # fmt: skip
CELL_COLUMN = re.compile(rb'<c [^>]*?\br="([A-Z]{1,3})\d')
MERGE_REF = re.compile(rb'<mergeCell [^>]*?ref="([^"]+)"')
ROW_NUMBER = re.compile(rb'<row [^>]*?\br="(\d+)"')
MAX_COLUMNS, MAX_CELLS = 16_384, 60_000_000
HIDDEN_ROW = re.compile(rb'<row [^>]*?\br="(\d+)"[^>]*?\bhidden="(?:1|true)"')
HIDDEN_ROW_FIRST = re.compile(rb'<row [^>]*?\bhidden="(?:1|true)"[^>]*?\br="(\d+)"')


@dataclass
class Layout:
    """What fastexcel doesn't tell of a sheet."""

    first_column: int = 0
    merges: list[Merge] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)


def _refuse_vast(xml: bytes) -> None:
    """A few cells far apart would be laid out as the whole rectangle between them."""
    last = ROW_NUMBER.search(xml, max(xml.rfind(b"<row "), 0))
    rows = int(last[1]) if last else 0
    if rows * MAX_COLUMNS <= MAX_CELLS:
        return
    columns = 1 + max((column_index(letters.decode()) for letters in set(CELL_COLUMN.findall(xml))), default=0)
    if rows * columns > MAX_CELLS:
        limit = f"{MAX_CELLS:,}칸(cells)"
        raise Refused(Finding("R_TOO_LARGE", value=f"{rows:,} × {columns:,}", expected_ko=limit, expected_en=limit))


def _xml_layout(xml: bytes) -> Layout | None:
    if b"<sheetData" not in xml:
        return None  # a namespace prefix or something stranger: ask calamine
    _refuse_vast(xml)
    layout = Layout()
    if b'<c r="A' not in xml[:65536]:
        columns = set(CELL_COLUMN.findall(xml))
        if not columns and b"<c" in xml:
            return None
        layout.first_column = min((column_index(letters.decode()) for letters in columns), default=0)
    else:
        first = CELL_COLUMN.search(xml)
        if first is None or first[1] != b"A":
            layout.first_column = min(column_index(letters.decode()) for letters in set(CELL_COLUMN.findall(xml)))
    tail = xml.rfind(b"<mergeCells")
    if tail >= 0:
        ranges = (parse_range(ref.decode()) for ref in MERGE_REF.findall(xml, tail))
        layout.merges = [merge for merge in ranges if merge]
    if b' hidden="' in xml:
        rows = {*HIDDEN_ROW.findall(xml), *HIDDEN_ROW_FIRST.findall(xml)}
        layout.hidden_rows = sorted(int(row) - 1 for row in rows)
    return layout


def _calamine_layout(book: python_calamine.CalamineWorkbook, index: int) -> Layout:
    sheet = book.get_sheet_by_index(index)
    merges = [Merge(top, left, bottom, right) for (top, left), (bottom, right) in sheet.merged_cell_ranges or []]
    return Layout(sheet.start[1] if sheet.start else 0, merges)


def _sheet_paths(package: zipfile.ZipFile) -> list[str]:
    """Paths of the worksheets' XML in the workbook's order."""
    relations = ElementTree.fromstring(package.read("xl/_rels/workbook.xml.rels"))
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    book = ElementTree.fromstring(package.read("xl/workbook.xml"))
    key = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
    paths = []
    for element in book.iter():
        if element.tag.endswith("}sheet"):
            target = targets.get(element.get(key), "")
            paths.append(target.lstrip("/") if target.startswith("/") else f"xl/{target}")
    return paths


def _xml_layouts(data: bytes) -> list[Layout | None]:
    """Layouts by the sheets' XML; none for a workbook that is no such package. Raises Refused for a vast sheet, which
    has to be known before anything lays it out."""
    if not data.startswith(b"PK"):
        return []
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            return [_xml_layout(package.read(path)) for path in _sheet_paths(package)]
    except DAMAGED:
        return []  # an unusual package: calamine, where it can read it, tells the rest


def _completed(layouts: list[Layout | None], data: bytes, count: int) -> list[Layout]:
    if len(layouts) != count:
        layouts = [None] * count
    if None not in layouts:
        return [layout for layout in layouts if layout]
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    return [layout or _calamine_layout(book, index) for index, layout in enumerate(layouts)]


def _refuse_bombs(data: bytes, max_unpacked_bytes: int) -> None:
    if not data.startswith(b"PK"):
        return
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        unpacked = sum(entry.file_size for entry in package.infolist())
    if unpacked > max_unpacked_bytes:
        limit = f"{max_unpacked_bytes / 1024**2:,.0f} MiB"
        raise Refused(
            Finding("R_TOO_LARGE", value=f"{unpacked / 1024**2:,.0f} MiB", expected_ko=limit, expected_en=limit)
        )


def read_workbook_grids(data: bytes, max_unpacked_bytes: int) -> list[Grid]:
    """All sheets of a workbook. Raises Refused where it is protected, broken or too large."""
    try:
        _refuse_bombs(data, max_unpacked_bytes)
        told = _xml_layouts(data)
        reader = fastexcel.read_excel(data)
        names = reader.sheet_names
        sheets = [reader.load_sheet(i, header_row=None, skip_rows=0, dtypes="string") for i in range(len(names))]
        frames = [sheet.to_polars() for sheet in sheets]
        layouts = _completed(told, data, len(names))
    except (fastexcel.FastExcelError, python_calamine.CalamineError, zipfile.BadZipFile, ValueError) as error:
        if "protected" in str(error).lower() or "encrypt" in str(error).lower():
            raise Refused(Finding("R_ENCRYPTED")) from None
        raise Refused(Finding("R_UNSUPPORTED_FORMAT", value="깨진 엑셀 파일(broken workbook)")) from None
    return [
        _grid(name, frame, str(sheet.visible) != "visible", layout)
        for name, frame, sheet, layout in zip(names, frames, sheets, layouts, strict=True)
    ]


def _grid(name: str, frame: pl.DataFrame, hidden: bool, layout: Layout) -> Grid:
    frame = frame.rename({old: f"c{i + layout.first_column}" for i, old in enumerate(frame.columns)})
    if layout.first_column and frame.width:
        blanks = [pl.lit(None, pl.String).alias(f"c{i}") for i in range(layout.first_column)]
        frame = frame.select(*blanks, pl.all())
    if frame.width:
        frame = blank_to_null(frame)
    return Grid(name, frame, hidden, layout.merges, layout.hidden_rows)
