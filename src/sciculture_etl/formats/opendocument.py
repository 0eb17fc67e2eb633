"""OpenDocument spreadsheets (.ods, and flat .fods), read row by row."""

from __future__ import annotations

import re
from typing import BinaryIO

from lxml import etree

from sciculture_etl.formats.cells import Cells
from sciculture_etl.formats.content import Source
from sciculture_etl.formats.grid import Grid, broken, too_large
from sciculture_etl.formats.markup import whole_number
from sciculture_etl.formats.package import Part
from sciculture_etl.formats.shown import Shape, iso_text, number_text, percent_text
from sciculture_etl.formats.xml_tree import attribute, local_name
from sciculture_etl.settings import Limits

MAX_COLUMNS, MOST_ROWS = 16_384, 1_048_576
MOST_ALIKE = 100_000  # rows that repeat one with something in it: nobody means more
TIME = re.compile(r"(-?)PT(\d{1,9})H(\d{1,9})M(\d{1,9})(?:[.,](\d+))?S")
DEEPEST = 200  # elements within a paragraph
NO_TEXT = frozenset({"annotation", "note", "ruby-text", "frame", "custom-shape", "g"})


def read_ods_grids(source: Source) -> list[Grid]:
    return read_spreadsheet(source.package.open("content.xml"), source.limits)


def read_spreadsheet(stream: Part | BinaryIO, limits: Limits) -> list[Grid]:
    """All sheets of the XML. Raises RefusedError where it is broken or too large."""
    grids: list[Grid] = []
    unshown: set[str] = set()
    spent, sheet, depth = 0, None, 0
    counted = _Counted(stream, limits)
    tags = ["{*}table", "{*}table-row", "{*}style"]
    try:
        for event, element in etree.iterparse(
            counted,
            events=("start", "end"),
            tag=tags,
            resolve_entities=False,
            no_network=True,
            remove_comments=True,
            remove_pis=True,
        ):
            counted.since = 0
            name = local_name(element)
            if name == "style" and event == "end":
                if any(attribute(child, "display") == "false" for child in element.iterchildren("{*}table-properties")):
                    unshown.add(attribute(element, "name") or "")
            elif name == "table":
                # A chart may have a table of its own, and a cell one within it.
                depth += 1 if event == "start" else -1
                if event == "start" and depth == 1:
                    sheet = _Sheet(Cells(limits, spent))
                elif event == "end" and depth == 0 and sheet:
                    if len(grids) >= limits.sheets:
                        raise too_large(f"시트 {len(grids) + 1:,}장(sheets)", f"{limits.sheets:,}")
                    hidden = attribute(element, "style-name") in unshown
                    grids.append(sheet.cells.grid(attribute(element, "name"), hidden))
                    spent, sheet = spent + sheet.cells.size, None
            elif name == "table-row" and event == "end" and depth == 1 and sheet:
                sheet.add(element)
                _forget(element)
    except etree.XMLSyntaxError:
        raise broken() from None
    return grids


class _Counted:
    """The stream, which may not go on for ever without a row, a style or a sheet: all of that is kept until then."""

    def __init__(self, stream: Part | BinaryIO, limits: Limits) -> None:
        self.stream, self.most, self.since = stream, limits.markup_bytes, 0

    def read(self, size: int = -1) -> bytes:
        chunk = self.stream.read(size)
        self.since += len(chunk)
        if self.since > self.most:
            raise too_large(f"{self.since / 1024**2:,.0f} MiB", f"{self.most / 1024**2:,.0f} MiB")
        return chunk


def _forget(element: etree._Element) -> None:
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


class _Sheet:
    def __init__(self, cells: Cells) -> None:
        self.cells = cells
        self.row = 0

    def add(self, element: etree._Element) -> None:
        repeated = whole_number(attribute(element, "number-rows-repeated"), 1, MOST_ROWS)
        if attribute(element, "visibility") in ("collapse", "filter"):
            self.cells.hide(self.row, repeated)
        column, merged = 0, len(self.cells.merges)
        for cell in element:
            name = local_name(cell)
            if name not in ("table-cell", "covered-table-cell"):
                continue
            across = whole_number(attribute(cell, "number-columns-repeated"), 1, MAX_COLUMNS)
            # What lies under a merged cell is kept in the file, and nobody sees it.
            text = self._text(cell, column, across) if name == "table-cell" else ""
            if text.strip():
                for at in range(column, column + across):
                    self.cells.put(self.row, at, text)
            if name == "table-cell":
                down = whole_number(attribute(cell, "number-rows-spanned"), 1, MOST_ROWS)
                wide = whole_number(attribute(cell, "number-columns-spanned"), 1, MAX_COLUMNS)
                self.cells.span(self.row, column, down, wide)
            column += across
        if repeated > 1 and (line := self.cells.rows.get(self.row)):
            if repeated > MOST_ALIKE:
                raise too_large(f"같은 행 {repeated:,}개(rows alike)", f"{MOST_ALIKE:,}")
            for row in range(self.row + 1, self.row + repeated):
                for at, text in line.items():
                    self.cells.put(row, at, text)
            again = [(row, at) for row, at in self.cells.uncalculated if row == self.row]
            self.cells.uncalculated += [(self.row + n, at) for n in range(1, repeated) for _, at in again]
        if repeated > 1 and len(self.cells.merges) > merged:
            for merge in self.cells.merges[merged:]:
                for number in range(1, min(repeated, self.cells.height - self.row)):
                    self.cells.span(self.row + number, merge.left, 1, merge.right - merge.left + 1)
        self.row += repeated

    def _text(self, cell: etree._Element, column: int, across: int) -> str:
        kinds = [str(value) for key, value in cell.attrib.items() if str(key).endswith("}value-type")]
        formula = attribute(cell, "formula")
        if formula is not None and not kinds:
            self.cells.uncalculated += [(self.row, at) for at in range(column, column + across)]
            return "=" + formula.split("=", 1)[-1]
        if "error" not in kinds and kinds and (held := _held(cell, kinds[0])) is not None:
            return held
        paragraphs = ["".join(_characters(p)) for p in cell.iterchildren("{*}p")]
        return "\n".join(paragraphs) or attribute(cell, "string-value") or ""


def _held(cell: etree._Element, kind: str) -> str | None:
    """The value that a cell holds, which may be finer than what it shows; None where it holds what it shows."""
    value = attribute(cell, "value")
    try:
        if kind in ("float", "currency") and value:
            return number_text(float(value))
        if kind == "percentage" and value:
            return percent_text(float(value))
    except ValueError:
        return None
    if kind == "date" and (day := attribute(cell, "date-value")):
        return iso_text(day)
    if kind == "time" and (found := TIME.fullmatch(attribute(cell, "time-value") or "")):
        sign, *clock, fraction = found.groups()
        return iso_text(f"{sign}{':'.join(part.zfill(2) for part in clock)}.{fraction or ''}", Shape.TIME)
    if kind == "boolean":
        return attribute(cell, "boolean-value")
    return None


def _characters(element: etree._Element, depth: int = 0) -> list[str]:
    parts = [element.text or ""]
    for child in element:
        name = local_name(child)
        if name == "s":
            parts.append(" " * whole_number(attribute(child, "c"), 1, 1000))
        elif name in ("tab", "line-break"):
            parts.append("\n" if name == "line-break" else " ")
        elif name and name not in NO_TEXT:
            if depth >= DEEPEST:
                raise broken()
            parts += _characters(child, depth + 1)
        parts.append(child.tail or "")
    return parts
