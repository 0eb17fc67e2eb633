"""Spreadsheets in one XML file: Excel 2003's (SpreadsheetML) and OpenDocument's (.fods)."""

from __future__ import annotations

import io
import re
from datetime import datetime, timedelta

from lxml import etree

from sciculture_etl.findings import unsupported
from sciculture_etl.formats.cells import Cells
from sciculture_etl.formats.content import Source
from sciculture_etl.formats.grid import Grid, RefusedError, broken, too_large
from sciculture_etl.formats.markup import refuse_large_markup, whole_number
from sciculture_etl.formats.opendocument import MAX_COLUMNS, MOST_ROWS, read_spreadsheet
from sciculture_etl.formats.shown import Shape, shape_of, shown_text
from sciculture_etl.formats.xml_tree import attribute

SPREADSHEET = re.compile(rb"<(?:[\w.-]+:)?spreadsheet[\s>]")
# Formats that have a name in place of a code.
NAMED_FORMATS = {
    "Percent": Shape.PERCENT, "General Date": Shape.DAY, "Long Date": Shape.DAY, "Medium Date": Shape.DAY,
    "Short Date": Shape.DAY, "Long Time": Shape.TIME, "Medium Time": Shape.TIME, "Short Time": Shape.TIME,
    "General Number": Shape.NUMBER, "Scientific": Shape.NUMBER,
}  # fmt: skip


def read_xml_workbook_grids(source: Source) -> list[Grid]:
    """Sheets of Excel's XML. Raises RefusedError where it is broken or too large."""
    root, limits = _root(source), source.limits
    shapes = _shapes(root)
    is_1904 = next(root.iter("{*}Date1904"), None) is not None
    grids: list[Grid] = []
    spent = 0
    sheets = list(root.iterchildren("{*}Worksheet"))
    if len(sheets) > limits.sheets:
        raise too_large(f"시트 {len(sheets):,}장(sheets)", f"{limits.sheets:,}")
    for sheet in sheets:
        cells = Cells(limits, spent, covers=True)
        for table in sheet.iterchildren("{*}Table"):
            _read_table(table, cells, shapes, is_1904)
        visible = sheet.findtext("{*}WorksheetOptions/{*}Visible") or ""
        grids.append(cells.grid(attribute(sheet, "Name"), hidden=visible.startswith("Sheet")))
        spent += cells.size
    return grids


def read_fods_grids(source: Source) -> list[Grid]:
    """Sheets of a flat OpenDocument file. Raises RefusedError for a text or a drawing, and where it is broken."""
    _refuse_unreadable(source)
    if SPREADSHEET.search(source.utf8) is None:
        raise RefusedError(unsupported("xml"))
    return read_spreadsheet(io.BytesIO(source.utf8), source.limits)


def _root(source: Source) -> etree._Element:
    _refuse_unreadable(source)
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(source.utf8, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise broken() from None


def _refuse_unreadable(source: Source) -> None:
    refuse_large_markup(source.utf8, source.limits)
    if b"<!ENTITY" in source.utf8:
        raise RefusedError(unsupported("xml_entities"))


def _shapes(root: etree._Element) -> dict[str | None, Shape]:
    """What each style makes of a number; a style without a format has that of the style it is made from."""
    shapes: dict[str | None, Shape] = {}
    for style in root.iterfind("{*}Styles/{*}Style"):
        form = style.find("{*}NumberFormat")
        code = None if form is None else attribute(form, "Format")
        if code is not None:
            shapes[attribute(style, "ID")] = NAMED_FORMATS.get(code) or shape_of(code, 0)
        elif form is None:
            shapes[attribute(style, "ID")] = shapes.get(attribute(style, "Parent"), Shape.NUMBER)
    return shapes


def _read_table(table: etree._Element, cells: Cells, shapes: dict[str | None, Shape], is_1904: bool) -> None:
    own = _column_styles(table)
    row = -1
    for element in table.iterchildren("{*}Row"):
        row = _next_place(element, row, MOST_ROWS)
        if attribute(element, "Hidden") == "1":
            cells.hide(row, 1 + whole_number(attribute(element, "Span"), 0, MOST_ROWS))
        column = -1
        for cell in element.iterchildren("{*}Cell"):
            column = _next_place(cell, column, MAX_COLUMNS)
            across = whole_number(attribute(cell, "MergeAcross"), 0, MAX_COLUMNS)
            down = whole_number(attribute(cell, "MergeDown"), 0, MOST_ROWS)
            style = attribute(cell, "StyleID") or attribute(element, "StyleID") or own.get(column)
            data = cell.find("{*}Data")
            formula = attribute(cell, "Formula")
            if formula and (data is None or not (data.text or len(data) or attribute(data, "Type") == "String")):
                cells.put(row, column, f"={formula.removeprefix('=')}")
                cells.uncalculated.append((row, column))
            elif data is not None:
                cells.put(row, column, _text(data, shapes.get(style, Shape.NUMBER), is_1904))
            cells.span(row, column, down + 1, across + 1)
            column += across
        row += whole_number(attribute(element, "Span"), 0, MOST_ROWS)


def _column_styles(table: etree._Element) -> dict[int, str | None]:
    styles: dict[int, str | None] = {}
    column = -1
    for element in table.iterchildren("{*}Column"):
        column = _next_place(element, column, MAX_COLUMNS)
        last = min(column + whole_number(attribute(element, "Span"), 0, MAX_COLUMNS), MAX_COLUMNS)
        styles |= dict.fromkeys(range(column, last + 1), attribute(element, "StyleID"))
        column = last
    return styles


def _next_place(element: etree._Element, last: int, most: int) -> int:
    """Row or column of an element. Raises RefusedError where it lies before the one before it: one would be lost."""
    place = whole_number(attribute(element, "Index"), last + 2, most) - 1
    if place <= last:
        raise broken()
    return place


def _text(data: etree._Element, shape: Shape, is_1904: bool) -> str:
    text = "".join(str(piece) for piece in data.itertext())
    kind = attribute(data, "Type")
    if kind == "Number":
        try:
            return shown_text(float(text), shape, is_1904)
        except (ValueError, OverflowError):
            return text
    if kind == "DateTime":
        return _moment(text, shape, is_1904)
    if kind == "Boolean":
        return "true" if text.strip() == "1" else "false"
    return text


def _moment(written: str, shape: Shape, is_1904: bool) -> str:
    """Days are written as such, times and durations as that long after the day before the first."""
    try:
        moment = datetime.fromisoformat(written.strip())
    except ValueError:
        return written
    since = moment.replace(tzinfo=None) - (datetime(1904, 1, 1) if is_1904 else datetime(1899, 12, 31))
    days = since / timedelta(days=1)
    if shape is Shape.NUMBER:  # of a format that isn't known, and a day all the same
        shape = Shape.DAY
    # The 29th of February 1900, which there never was, is counted by spreadsheets.
    return shown_text(days + (not is_1904 and days >= 60), shape, is_1904)
