"""Workbooks of XML parts (.xlsx, .xlsm): every worksheet as a grid of what its cells show."""

from __future__ import annotations

from lxml import etree

from sciculture_etl.formats.content import Source
from sciculture_etl.formats.grid import Grid, broken, too_large
from sciculture_etl.formats.package import Package
from sciculture_etl.formats.relations import main_part, read_relations, related_part, worksheet_parts
from sciculture_etl.formats.sheet_cells import Board, Styles
from sciculture_etl.formats.sheet_xml import read_sheet
from sciculture_etl.formats.shown import Shape, shape_of
from sciculture_etl.formats.strings import read_shared_texts
from sciculture_etl.formats.xml_tree import attribute, read_xml


def read_workbook_grids(source: Source) -> list[Grid]:
    """All worksheets of a workbook. Raises RefusedError where it is broken or too large."""
    package, limits = source.package, source.limits
    if (main := main_part(package)) is None:
        raise broken()
    workbook, relations = read_xml(package.read(main)), read_relations(package, main)
    sheets = worksheet_parts(package, relations, workbook)
    if len(sheets) > limits.sheets:
        raise too_large(f"시트 {len(sheets):,}장(sheets)", f"{limits.sheets:,}")
    shapes = _shapes(package, related_part(relations, "styles", package, "xl/styles.xml"))
    styles = Styles.of_shapes(shapes, _is_1904(workbook))
    shared = read_shared_texts(package, related_part(relations, "sharedStrings", package, "xl/sharedStrings.xml"))
    grids = []
    for sheet in sheets:
        board = Board(shared, styles, limits)
        read_sheet(package.open(sheet.part), board, limits.cell_bytes)
        grids.append(board.grid(sheet.name, sheet.is_hidden))
    return grids


def _is_1904(workbook: etree._Element) -> bool:
    """Whether days are counted from 1904. An extension far below has an element of the same name."""
    return any(
        (attribute(element, "date1904") or "") in ("1", "true") for element in workbook.iterchildren("{*}workbookPr")
    )


def _shapes(package: Package, part: str | None) -> list[Shape]:
    """What each cell style makes of a number."""
    if part is None:
        return []
    root = read_xml(package.read(part))
    # Formats of conditions and tables (dxfs) are no cell's.
    formats = {
        attribute(own, "numFmtId"): attribute(own, "formatCode") or ""
        for listed in root.iterchildren("{*}numFmts")
        for own in listed.iterchildren("{*}numFmt")
    }
    shapes = []
    for listed in root.iterchildren("{*}cellXfs"):
        for style in listed.iterchildren("{*}xf"):
            number = attribute(style, "numFmtId") or "0"
            shapes.append(shape_of(formats.get(number), int(number) if number.isdecimal() else 0))
    return shapes
