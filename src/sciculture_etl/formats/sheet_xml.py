"""Worksheets of .xlsx as XML: what the library that reads their cells doesn't tell.

A sheet may hold a gigabyte of XML, so it is looked through in blocks of whole rows by patterns over its bytes.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from lxml import etree

from sciculture_etl.formats.grid import broken, column_index, parse_range, too_large
from sciculture_etl.formats.layout import EASTERN_DATE_IDS, PERCENT_IDS, Layout, percent_text, shows_percent
from sciculture_etl.formats.package import Package, Part

BLOCK = 4 * 1024**2
ROW_END = b"</row>"
PREFIX = re.compile(rb"<(\w+):worksheet[\s>]")
# A cell that holds something: its letters and row. An empty one with a style holds nothing.
FILLED = re.compile(rb'<c (?=[^>]*?\br="([A-Z]{1,3})(\d{1,7})")[^>]*(?<!/)>\s*<(?:is|f|v>[^<])')
FAR_COLUMN = re.compile(rb'<c [^>]*?\br="[A-Z]{2}')
IN_COLUMN_A = re.compile(rb'<c (?=[^>]*?\br="A\d)[^>]*(?<!/)>\s*<(?:is|f|v>[^<])')
WITHOUT_PLACE = re.compile(rb'<c(?:>| (?![^>]*\br=")[^>]*>)\s*<[vif]')
ROW = re.compile(rb"<row[ >]")
HIDDEN_ROW = re.compile(rb'<row (?=[^>]*?\br="(\d{1,7})")[^>]*?\bhidden="(?:1|true)"')
MERGE_REF = re.compile(rb'<mergeCell [^>]*?\bref="([^"]+)"')
ERROR = re.compile(
    rb'<c (?=[^>]*?\br="([A-Z]{1,3})(\d{1,7})")[^>]*?\bt="e"[^>]*>\s*(?:<f[^>]*?(?:/>|>[^<]*</f>)\s*)?<v>([^<]*)</v>'
)
UNCALCULATED = re.compile(
    rb'<c (?=[^>]*?\br="([A-Z]{1,3})(\d{1,7})")([^>]*)>\s*<f\b[^>]*?(?:/>|>([^<]*)</f>)\s*(<v\s*/>|<v>\s*</v>)?\s*</c>'
)
EASTERN_TEXT_DAYS_1904 = 1462


@dataclass(frozen=True)
class Styles:
    """Numbers of the cell styles that show percentages, and of those that show days in a way that only some readers
    know. is_1904: whether days are counted from 1904.
    """

    percent: frozenset[int] = frozenset()
    eastern_dates: frozenset[int] = frozenset()
    is_1904: bool = False

    @cached_property
    def numbers(self) -> re.Pattern[bytes] | None:
        """Cells of those styles that hold a number: letters, row, style, number."""
        if not self.percent | self.eastern_dates:
            return None
        styles = "|".join(map(str, sorted(self.percent | self.eastern_dates))).encode()
        return re.compile(
            rb'<c (?=[^>]*?\bs="(' + styles + rb')")(?![^>]*?\bt="[^n])[^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*>\s*'
            rb"(?:<f\b[^>]*?(?:/>|>[^<]*</f>)\s*)?<v>([^<]+)</v>"
        )


def read_xml(data: bytes) -> etree._Element:
    """A small part as a tree; entities are never resolved and nothing is fetched. Raises RefusedError where it is
    none.
    """
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise broken() from None


def local_name(element: etree._Element) -> str:
    """``{urn:...}table`` → ``table``: the version of a namespace says nothing that matters here."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: etree._Element, name: str) -> str | None:
    """An attribute by its local name, whatever its namespace."""
    for key, value in element.attrib.items():
        if str(key).rpartition("}")[2] == name:
            return str(value)
    return None


def read_styles(package: Package) -> Styles:
    is_1904 = any(
        (attribute(element, "date1904") or "") in ("1", "true")
        for element in read_xml(package.read("xl/workbook.xml")).iter("{*}workbookPr")
    )
    if "xl/styles.xml" not in package.parts:
        return Styles(is_1904=is_1904)
    root = read_xml(package.read("xl/styles.xml"))
    formats = {attribute(e, "numFmtId"): attribute(e, "formatCode") or "" for e in root.iter("{*}numFmt")}
    percent, dates = set(), set()
    for cells in root.iter("{*}cellXfs"):
        for number, style in enumerate(cells.iterchildren("{*}xf")):
            identity = attribute(style, "numFmtId") or "0"
            if identity in formats:
                if shows_percent(formats[identity]):
                    percent.add(number)
            elif identity.isdecimal() and int(identity) in PERCENT_IDS:
                percent.add(number)
            elif identity.isdecimal() and int(identity) in EASTERN_DATE_IDS:
                dates.add(number)
    return Styles(frozenset(percent), frozenset(dates), is_1904)


def sheet_parts(package: Package) -> dict[str, str]:
    """Sheet name → name of its part."""
    targets = {
        relation.get("Id"): relation.get("Target", "")
        for relation in read_xml(package.read("xl/_rels/workbook.xml.rels"))
    }
    parts = {}
    for sheet in read_xml(package.read("xl/workbook.xml")).iter("{*}sheet"):
        target = targets.get(attribute(sheet, "id"), "").replace("\\", "/")
        path = target.lstrip("/") if target.startswith("/") else f"xl/{target.removeprefix('./')}"
        parts[sheet.get("name", "")] = path
    return parts


def _blocks(part: Part) -> Iterator[bytes]:
    """The sheet in pieces that end with a row."""
    rest, prefix = b"", None
    while chunk := part.read(BLOCK):
        rest += chunk
        if prefix is None:
            found = PREFIX.search(rest)
            prefix = found[1] + b":" if found else b""
        cut = rest.rfind(b"</" + prefix + b"row>")
        if cut < 0:
            if len(rest) > part.limit:
                raise too_large("한 행(one row)", f"{part.limit:,} bytes")
            continue
        cut += len(ROW_END) + len(prefix)
        yield _unprefixed(rest[:cut], prefix)
        rest = rest[cut:]
    yield _unprefixed(rest, prefix or b"")


def _unprefixed(block: bytes, prefix: bytes) -> bytes:
    return block.replace(b"</" + prefix, b"</").replace(b"<" + prefix, b"<") if prefix else block


class SheetScan:
    """Collects the layout of one sheet, block by block. strings: how many cells refer to shared texts."""

    def __init__(self, styles: Styles) -> None:
        self.styles = styles
        self.layout = Layout()
        self.strings = 0
        self._rows = 0
        self._last_filled = b""

    def run(self, part: Part) -> Layout:
        """Raises RefusedError for what is no worksheet or too large."""
        for block in _blocks(part):
            self._places(block, self._uncalculated(block) if b"<f" in block else set())
            self._texts(block)
            if b" hidden=" in block:
                self.layout.hidden_rows.update(int(row) - 1 for row in HIDDEN_ROW.findall(block))
            if b"<mergeCell " in block:
                ranges = (parse_range(ref.decode(errors="replace")) for ref in MERGE_REF.findall(block))
                self.layout.merges += [merge for merge in ranges if merge]
            self.strings += block.count(b't="s"')
        for _, row in FILLED.findall(self._last_filled):
            self.layout.last_row = max(self.layout.last_row, int(row) - 1)
        return self.layout

    def _places(self, block: bytes, without_result: set[tuple[bytes, bytes]]) -> None:
        layout = self.layout
        self._rows += len(ROW.findall(block))
        if WITHOUT_PLACE.search(block):
            # Cells that say no place stand side by side, rows one below the other.
            widest = max(row.count(b"<c") for row in block.split(ROW_END))
            layout.first_column, layout.last_row = 0, max(layout.last_row, self._rows - 1)
            layout.last_column = max(layout.last_column, widest - 1)
            return
        if not without_result and not FAR_COLUMN.search(block) and IN_COLUMN_A.search(block):
            columns = {0, 25}  # how far it goes to the right costs more to find out than it is worth
        else:
            # The library sees no cell in a formula without a result, and begins with the first that it sees.
            places = FILLED.findall(block)
            letters = {place[0] for place in places if place not in without_result}
            columns = {column_index(name.decode()) for name in letters}
        if columns:
            first = min(columns)
            layout.first_column = first if layout.last_column < 0 else min(layout.first_column, first)
            layout.last_column = max(layout.last_column, *columns)
            self._last_filled = block

    def _uncalculated(self, block: bytes) -> set[tuple[bytes, bytes]]:
        """Places of formulas of which no result is stored; the formula is what they show."""
        places = set()
        for letters, row, attributes, formula, value in UNCALCULATED.findall(block):
            if b't="str"' in attributes and value:
                continue  # a formula whose result is an empty text
            place = int(row) - 1, column_index(letters.decode())
            self.layout.say(*place, "=" + html.unescape(formula.decode(errors="replace")))
            self.layout.uncalculated.append(place)
            places.add((letters, row))
        return places

    def _texts(self, block: bytes) -> None:
        layout = self.layout
        if b't="e"' in block:
            for letters, row, text in ERROR.findall(block):
                layout.say(int(row) - 1, column_index(letters.decode()), html.unescape(text.decode(errors="replace")))
        if (numbers := self.styles.numbers) is None:
            return
        for style, letters, row, value in numbers.findall(block):
            try:
                number = float(value)
            except ValueError:
                continue
            if int(style) in self.styles.percent:
                layout.say(int(row) - 1, column_index(letters.decode()), percent_text(number))
            elif self.styles.is_1904 and number < 2_000_000:
                # Days counted from 1900 are read from their number as it is.
                days = f"{number + EASTERN_TEXT_DAYS_1904:.15g}"
                layout.say(int(row) - 1, column_index(letters.decode()), days)
