"""HWPX (KS X 6101, OWPML): the tables of a Hangul document, one grid each, rows counted as the table's rows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from sciculture_etl.findings import unsupported
from sciculture_etl.formats.cells import Cells
from sciculture_etl.formats.content import Source
from sciculture_etl.formats.grid import Grid, RefusedError, refuse_vast
from sciculture_etl.formats.markup import Flow, FreePlaces, data_tables, whole_number
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
    cells, limits = flow.new_table(), flow.limits
    found = [(row, cell, *_told(cell)) for row, line in enumerate(_rows(table)) for cell in line.iterchildren("{*}tc")]
    addresses = [address for _, _, address, _, _ in found]
    # Where the document contradicts itself, its cells lie in their order, as those of a page do.
    is_told = None not in addresses and len(set(addresses)) == len(addresses)
    places = FreePlaces()
    last, column = -1, 0
    for row, cell, address, down, across in found:
        column = places.next(row, column if row == last else 0)
        top, left = address if is_told and address else (row, column)
        refuse_vast(top + 1, left + 1, limits.cells - cells.spent, limits.columns)
        cells.put(top, left, _text(cell))
        cells.span(top, left, down, across)
        if not is_told:
            places.take(row, column, down, min(across, limits.columns))
        last, column = row, column + across
    return cells


def _told(cell: etree._Element) -> tuple[tuple[int, int] | None, int, int]:
    """Row and column that a cell names, and how many of both it spans."""
    own = {local_name(child): child for child in cell}
    at, spans = own.get("cellAddr"), own.get("cellSpan")
    row, column = (_number(at, name, -1) for name in ("rowAddr", "colAddr"))
    down, across = (max(_number(spans, name, 1), 1) for name in ("rowSpan", "colSpan"))
    return (row, column) if row >= 0 and column >= 0 else None, down, across


def _number(element: etree._Element | None, name: str, otherwise: int) -> int:
    return otherwise if element is None else whole_number(attribute(element, name), otherwise, MOST)
