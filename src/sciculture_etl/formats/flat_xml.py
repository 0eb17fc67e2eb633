"""Spreadsheets in one XML file: Excel 2003's (SpreadsheetML) and OpenDocument's (.fods)."""

from __future__ import annotations

import io

from lxml import etree

from sciculture_etl.findings import unsupported
from sciculture_etl.formats.cells import Cells
from sciculture_etl.formats.grid import Grid, RefusedError, too_large
from sciculture_etl.formats.html import read_html_grids
from sciculture_etl.formats.markup import refuse_large_markup, whole_number
from sciculture_etl.formats.opendocument import MAX_COLUMNS, MOST_ROWS, read_spreadsheet
from sciculture_etl.formats.shown import percent_text, shows_percent
from sciculture_etl.formats.xml_tree import attribute, local_name
from sciculture_etl.settings import Limits


def read_flat_xml(data: bytes, limits: Limits) -> tuple[str, list[Grid]]:
    """Format and sheets of an XML file, data in UTF-8. Raises RefusedError for what is no spreadsheet."""
    refuse_large_markup(data, limits)
    if b"<!ENTITY" in data:
        raise RefusedError(unsupported("xml_entities"))
    parser = etree.XMLParser(encoding="utf-8", resolve_entities=False, no_network=True, remove_comments=True)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        # Pages are often called XML and are none.
        return "html", read_html_grids(data, limits)
    if local_name(root) == "Workbook":
        return "xml", _read_workbook(root, limits)
    if local_name(root) == "document" and root.find("{*}body/{*}spreadsheet") is not None:
        return "fods", read_spreadsheet(io.BytesIO(data), limits)
    if local_name(root) == "HWPML":
        raise RefusedError(unsupported("hwp"))
    if next(root.iter("{*}table"), None) is not None:
        return "html", read_html_grids(data, limits)
    raise RefusedError(unsupported("xml"))


def _read_workbook(root: etree._Element, limits: Limits) -> list[Grid]:
    percent = {
        attribute(style, "ID")
        for style in root.iterfind("{*}Styles/{*}Style")
        for form in style.iterchildren("{*}NumberFormat")
        if (written := attribute(form, "Format") or "") == "Percent" or shows_percent(written)
    }
    grids: list[Grid] = []
    spent = 0
    sheets = list(root.iterchildren("{*}Worksheet"))
    if len(sheets) > limits.sheets:
        raise too_large(f"시트 {len(sheets):,}장(sheets)", f"{limits.sheets:,}")
    for sheet in sheets:
        cells = Cells(limits, spent)
        for table in sheet.iterchildren("{*}Table"):
            _read_table(table, cells, percent)
        visible = sheet.findtext("{*}WorksheetOptions/{*}Visible") or ""
        grids.append(cells.grid(attribute(sheet, "Name"), hidden=visible.startswith("Sheet")))
        spent += cells.size
    return grids


def _read_table(table: etree._Element, cells: Cells, percent: set[str | None]) -> None:
    row = -1
    for element in table.iterchildren("{*}Row"):
        row = whole_number(attribute(element, "Index"), row + 2, MOST_ROWS) - 1
        if attribute(element, "Hidden") == "1":
            cells.hidden_rows.add(row)
        column = -1
        for cell in element.iterchildren("{*}Cell"):
            column = whole_number(attribute(cell, "Index"), column + 2, MAX_COLUMNS) - 1
            across = whole_number(attribute(cell, "MergeAcross"), 0, MAX_COLUMNS)
            down = whole_number(attribute(cell, "MergeDown"), 0, MOST_ROWS)
            style = attribute(cell, "StyleID") or attribute(element, "StyleID")
            data = cell.find("{*}Data")
            formula = attribute(cell, "Formula")
            if formula and (data is None or not (data.text or len(data) or attribute(data, "Type") == "String")):
                cells.put(row, column, f"={formula.removeprefix('=')}")
                cells.uncalculated.append((row, column))
            elif data is not None:
                cells.put(row, column, _text(data, style in percent))
            cells.span(row, column, down + 1, across + 1)
            column += across
        row += whole_number(attribute(element, "Span"), 0, MOST_ROWS)


def _text(data: etree._Element, is_percent: bool) -> str:
    text = "".join(str(piece) for piece in data.itertext())
    kind = attribute(data, "Type")
    if kind == "Number":
        try:
            return percent_text(float(text)) if is_percent else f"{float(text):.15g}"
        except ValueError:
            return text
    if kind == "DateTime":
        return text.replace("T", " ").removesuffix(".000").removesuffix(" 00:00:00").removeprefix("1899-12-31 ")
    if kind == "Boolean":
        return "true" if text.strip() == "1" else "false"
    return text
