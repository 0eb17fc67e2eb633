"""A copy of an .xlsx or .xlsm with its looks: the cells as they were read, and of its records what is known."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import polars as pl
from lxml import etree

from sciculture_etl.feedback.cells import FILLS
from sciculture_etl.feedback.copies import Columns, Copy, SheetCopy
from sciculture_etl.feedback.grids import merges_of, titles
from sciculture_etl.feedback.input_rules import read_names, read_rules
from sciculture_etl.feedback.looks import Looks
from sciculture_etl.formats.content import Source
from sciculture_etl.formats.grid import Grid, column_index
from sciculture_etl.formats.package import Package
from sciculture_etl.formats.relations import main_part, read_relations, related_part, worksheet_parts
from sciculture_etl.formats.xml_tree import read_xml
from sciculture_etl.privacy.search import Texts, find_personal

MAX_MARKUP = 8 * 1024**2  # of all sheets: beyond it, the cells alone are copied
MAX_FORMATTED = 60_000  # blank cells with a look
MAX_WIDTH, MAX_HEIGHT, MORE_COLUMNS = 255, 409, 64
PADDING = 5 / 7  # of a column's width, which the writer adds
ROW_NUMBER = re.compile(r"[1-9]\d{0,6}")
REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
NUMBER = re.compile(r"-?\d{1,20}(\.\d{1,20})?([eE][-+]?\d{1,3})?")


def copy_workbook(source: Source, grids: Sequence[Grid], answered: bool) -> Copy | None:
    """None for what holds no workbook of XML parts, or too much markup.

    Args:
        grids: its sheets as they were read.
        answered: whether it was an answer of ours, whose colours are taken off.
    """
    package = source.package
    main = main_part(package)
    if main is None or not main.endswith(".xml"):
        return None
    book, relations = read_xml(package.read(main)), read_relations(package, main)
    parts = {sheet.name: sheet.part for sheet in worksheet_parts(package, relations, book)}
    if sum(package.parts[part].file_size for part in parts.values() if part in package.parts) > MAX_MARKUP:
        return None
    styles, theme = (related_part(relations, kind, package, f"xl/{kind}.xml") for kind in ("styles", "theme"))
    looks = Looks(package, styles, theme, set(FILLS.values()) if answered else set())
    properties = book.find("{*}workbookPr")
    copy = Copy(styles=looks.styles, names=read_names(book))
    copy.is_1904 = properties is not None and properties.get("date1904") in ("1", "true")
    for grid, title in zip(grids, titles(grids), strict=True):
        copy.sheets.append(_sheet(package, parts[grid.sheet or ""], grid, title, looks))
    # The whole file was searched for personal data before; what is carried of it is, once more, by itself.
    if find_personal([], "", [Texts(pl.Series(copy.texts, dtype=pl.String), ("", ""))]):
        copy.drop_rules()
    return copy


def _sheet(package: Package, part: str, grid: Grid, title: str, looks: Looks) -> SheetCopy:
    root = read_xml(package.read(part))
    sheet = SheetCopy(grid.sheet, title, is_hidden=grid.hidden, merges=merges_of(grid))
    sheet.hidden_rows = list(grid.hidden_rows)
    _copy_cells(sheet, root, grid, looks)
    sheet.columns = [made for column in root.iterfind("{*}cols/{*}col") if (made := _columns(column, grid, looks))]
    pane = root.find("{*}sheetViews/{*}sheetView/{*}pane")
    if pane is not None and pane.get("state") == "frozen":
        down, across = (pane.get(name, "0") for name in ("ySplit", "xSplit"))
        sheet.frozen = (int(down), int(across)) if re.fullmatch(r"\d{1,4}", down) and across.isdecimal() else None
    sheet.rules = read_rules(root)
    return sheet


def _copy_cells(sheet: SheetCopy, root: etree._Element, grid: Grid, looks: Looks) -> None:
    """Values are those that were read; a number stays one where its format is carried."""
    texts = [column.to_list() for column in grid.frame.iter_columns()]
    for line, column in grid.uncalculated:  # a formula without a result is shown as nothing, and copied as nothing
        texts[column][line] = None
    height, blank = grid.frame.height, 0
    for row in root.iterfind("{*}sheetData/{*}row"):
        for cell in row:
            found = REFERENCE.fullmatch(cell.get("r", ""))
            if found is None:
                continue
            line, column = int(found[2]) - 1, column_index(found[1])
            style = looks.known(cell.get("s"))
            text = texts[column][line] if column < len(texts) and line < height else None
            if text is None:
                blank += 1
                if style and blank <= MAX_FORMATTED:
                    sheet.cells[line, column] = None, style
                continue
            number = _number(cell) if cell.get("t", "n") == "n" and looks.are_numbers_kept[style] else None
            sheet.cells[line, column] = text if number is None else number, style
        numbered, tall = row.get("r", ""), row.get("ht", "") if row.get("customHeight") in ("1", "true") else ""
        if ROW_NUMBER.fullmatch(numbered) and NUMBER.fullmatch(tall):
            sheet.heights[int(numbered) - 1] = min(float(tall), MAX_HEIGHT)
    for column, own in enumerate(texts):
        for line, text in enumerate(own):
            if text is not None:
                sheet.cells.setdefault((line, column), (text, 0))


def _number(cell: etree._Element) -> float | None:
    """The number of a cell, where its result is one."""
    value = cell.find("{*}v")
    if value is None or not value.text or not NUMBER.fullmatch(value.text):
        return None
    number = float(value.text)
    return number if math.isfinite(number) else None


def _columns(column: etree._Element, grid: Grid, looks: Looks) -> Columns | None:
    first, last, width = column.get("min", ""), column.get("max", ""), column.get("width", "")
    if not (re.fullmatch(r"\d{1,5}", first) and re.fullmatch(r"\d{1,5}", last)):
        return None
    until = min(int(last), grid.frame.width + MORE_COLUMNS)
    if not 1 <= int(first) <= until:
        return None
    wide = max(min(float(width), MAX_WIDTH) - PADDING, 0) if NUMBER.fullmatch(width) else None
    hidden = column.get("hidden") in ("1", "true")
    return Columns(int(first) - 1, until - 1, wide, looks.known(column.get("style")), hidden)
