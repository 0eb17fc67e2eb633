"""Web pages, which sites hand out as "Excel" files: every table a grid, its rows counted as its ``tr``."""

from __future__ import annotations

import email
import re
from collections.abc import Iterator

from lxml import etree

from sciculture_etl.findings import unsupported
from sciculture_etl.formats.cells import Cells
from sciculture_etl.formats.encoding import as_utf8
from sciculture_etl.formats.grid import Grid, RefusedError, too_large
from sciculture_etl.formats.markup import Flow, data_tables, refuse_large_markup, whole_number
from sciculture_etl.formats.shown import percent_text
from sciculture_etl.settings import Limits

UNSHOWN = frozenset({"head", "script", "style", "template", "noscript", "colgroup", "select", "title"})
BLOCKS = frozenset(
    [
        "address",
        "article",
        "blockquote",
        "caption",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)", re.IGNORECASE)
WHITE = re.compile(r"[ \t\r\n\f]+")
SHOWN_NUMBER = re.compile(r"[-+(]?[₩$]?\s*+(?:[\d,]*+\.\d++|[\d,]*\d)\s*+\)?(%?)")
TRUE_VALUES = ("x:num", "sdval")  # where Excel and LibreOffice keep the number that a cell shows rounded
MOST_ACROSS, MOST_DOWN = 1_000, 65_534  # as browsers do


def read_html_grids(data: bytes, limits: Limits) -> list[Grid]:
    """data: UTF-8. Raises RefusedError for a page without a table and for one that asks to log in."""
    flow = Flow(limits)
    _read_page(data, flow)
    return _grids(flow)


def read_archived_pages(data: bytes, limits: Limits) -> list[Grid]:
    """All pages of a web archive (MHTML, which Excel also saves): one grid a table. Raises RefusedError like a page."""
    refuse_large_markup(data, limits)
    flow = Flow(limits)
    for part in email.message_from_bytes(data).walk():
        page = part.get_payload(decode=True) if part.get_content_type() == "text/html" else None
        if isinstance(page, bytes) and page.strip():
            _read_page(as_utf8(page), flow)
    return _grids(flow)


def _grids(flow: Flow) -> list[Grid]:
    if not flow.tables:
        raise RefusedError(unsupported("web_page"))
    return flow.grids()


def _read_page(data: bytes, flow: Flow) -> None:
    refuse_large_markup(data, flow.limits)
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if any("depth" in entry.message.lower() for entry in parser.error_log):
        raise RefusedError(unsupported("deep_page"))
    if root is None:
        raise RefusedError(unsupported("web_page"))
    if any((box.get("type") or "").lower() == "password" for box in root.iter("input")):
        raise RefusedError(unsupported("login_page"))
    tables = data_tables(root, "table", lambda table: len(_rows(table)), flow.limits)
    line: list[str] = []
    for piece in _pieces(root, tables):
        if isinstance(piece, str):
            line.append(piece)
            continue
        for caption in piece.iterchildren("caption"):
            line += ["\n", _text(caption)]
        flow.write("".join(line))
        line = []
        flow.set_table(_cells(piece, flow))
    flow.write("".join(line))


def _is_hidden(element: etree._Element) -> bool:
    return element.get("hidden") is not None or bool(HIDDEN.search(element.get("style") or ""))


def _pieces(top: etree._Element, tables: set[etree._Element]) -> Iterator[str | etree._Element]:
    """What stands within an element, in reading order: text, line ends, and the tables asked for as elements."""
    stack = [(top, False)]
    while stack:
        element, leaving = stack.pop()
        if not isinstance(element.tag, str):
            continue
        if not leaving:
            if element in tables and element is not top:
                yield element
            elif element.tag not in UNSHOWN and (element is top or not _is_hidden(element)):
                if element.tag == "br" or element.tag in BLOCKS:
                    yield "\n"
                yield WHITE.sub(" ", element.text or "")
                stack.append((element, True))
                stack.extend((child, False) for child in reversed(element))
                continue
        elif element.tag in BLOCKS:
            yield "\n"
        if element is not top and element.tail:
            yield WHITE.sub(" ", element.tail)


def _text(element: etree._Element) -> str:
    if not len(element):
        return WHITE.sub(" ", element.text or "")
    lines = "".join(piece for piece in _pieces(element, set()) if isinstance(piece, str)).split("\n")
    return "\n".join(line.strip() for line in lines if line.strip())


def _rows(table: etree._Element) -> list[etree._Element]:
    rows = []
    for child in table:
        if child.tag == "tr":
            rows.append(child)
        elif child.tag in ("thead", "tbody", "tfoot"):
            rows += child.iterchildren("tr")
    return rows


def _cells(table: etree._Element, flow: Flow) -> Cells:
    cells, rows = flow.new_table(), _rows(table)
    taken: list[int] = []  # per column, the first row that no cell from above reaches into
    for number, row in enumerate(rows):
        if _is_hidden(row):
            cells.hidden_rows.add(number)
        column = 0
        for cell in row.iterchildren("td", "th"):
            while column < len(taken) and taken[column] > number:
                column += 1
            if column > flow.limits.columns:
                raise too_large(f"{column:,}열(columns)", f"{flow.limits.columns:,}")
            across = max(whole_number(cell.get("colspan"), 1, MOST_ACROSS), 1)
            down = whole_number(cell.get("rowspan"), 1, MOST_DOWN)
            down = min(down or len(rows), len(rows) - number)
            cells.put(number, column, _true_text(cell, _text(cell)))
            cells.span(number, column, down, across)
            if down > 1:
                taken += [0] * (column + across - len(taken))
                taken[column : column + across] = [number + down] * across
            column += across
    return cells


def _true_text(cell: etree._Element, shown: str) -> str:
    """The number that a cell holds where it shows it rounded: 89% is 89.2%."""
    held = next((cell.get(name) for name in TRUE_VALUES if cell.get(name)), None)
    number = SHOWN_NUMBER.fullmatch(shown.strip())
    if not held or not number:
        return shown
    try:
        return percent_text(float(held)) if number[1] else f"{float(held):.15g}"
    except ValueError:
        return shown
