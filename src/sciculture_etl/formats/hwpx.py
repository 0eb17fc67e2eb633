"""HWPX (KS X 6101, OWPML): the tables of a Hangul document, one grid each, rows counted as the table's rows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from sciculture_etl.findings import unsupported
from sciculture_etl.formats.cells import Cells
from sciculture_etl.formats.content import Source
from sciculture_etl.formats.grid import Grid, RefusedError
from sciculture_etl.formats.markup import Flow, data_tables, whole_number
from sciculture_etl.formats.xml_tree import attribute, local_name, read_xml

SECTION = re.compile(r"Contents/section(\d+)\.xml")
# What is no running text: settings, page headers and footers, notes, fields and their memos, deleted drafts.
UNSHOWN = frozenset({"secPr", "ctrl", "header", "footer", "footNote", "endNote", "hiddenComment", "linesegarray"})
MARKS = {"lineBreak": "\n", "tab": " ", "nbSpace": " ", "fwSpace": " ", "hyphen": "-"}
MOST = 2_000_000  # rows of a table


def read_hwpx_grids(source: Source) -> list[Grid]:
    """Raises RefusedError for a document without a table."""
    package, limits = source.package, source.limits
    sections = sorted((int(found[1]), name) for name in package.parts if (found := SECTION.fullmatch(name)))
    flow = Flow(limits)
    for _, name in sections:
        root = read_xml(package.read(name))
        tables = data_tables(root, "{*}tbl", lambda table: len(_rows(table)), limits)
        text: list[str] = []
        for piece in _pieces(root, tables):
            if isinstance(piece, str):
                text.append(piece)
                continue
            for caption in piece.iterchildren("{*}caption"):
                text += ["\n", _text(caption)]
            flow.write("".join(text))
            text = []
            flow.set_table(_cells(piece, flow))
        flow.write("".join(text))
    if not flow.tables:
        raise RefusedError(unsupported("document_without_table"))
    return flow.grids()


def _pieces(top: etree._Element, tables: set[etree._Element]) -> Iterator[str | etree._Element]:
    """What stands within an element, in reading order: text, line ends, and the tables asked for as elements."""
    stack: list[tuple[etree._Element, bool]] = [(top, False)]
    while stack:
        element, leaving = stack.pop()
        name = local_name(element)
        if leaving:
            if name == "p":
                yield "\n"
        elif element in tables and element is not top:
            yield "\n"
            yield element
        elif name == "t":
            yield "".join(_characters(element))
        elif name not in UNSHOWN:
            stack.append((element, True))
            stack.extend((child, False) for child in reversed(element))


def _characters(text: etree._Element) -> Iterator[str]:
    yield text.text or ""
    deleted = False  # by someone who keeps track of changes
    for child in text:
        name = local_name(child)
        deleted = name == "deleteBegin" or (deleted and name != "deleteEnd")
        if not deleted:
            yield MARKS.get(name, "")
            yield child.tail or ""


def _text(element: etree._Element) -> str:
    return "".join(piece for piece in _pieces(element, set()) if isinstance(piece, str)).strip("\n")


def _rows(table: etree._Element) -> list[etree._Element]:
    return list(table.iterchildren("{*}tr"))


def _cells(table: etree._Element, flow: Flow) -> Cells:
    cells = flow.new_table()
    for number, row in enumerate(_rows(table)):
        for place, cell in enumerate(row.iterchildren("{*}tc")):
            told = {local_name(child): child for child in cell}
            at, spans = told.get("cellAddr"), told.get("cellSpan")
            top = whole_number(None if at is None else attribute(at, "rowAddr"), number, MOST)
            left = whole_number(None if at is None else attribute(at, "colAddr"), place, MOST)
            down = whole_number(None if spans is None else attribute(spans, "rowSpan"), 1, MOST)
            across = whole_number(None if spans is None else attribute(spans, "colSpan"), 1, MOST)
            cells.put(top, left, _text(cell))
            cells.span(top, left, down, across)
    return cells
