"""Web pages, which sites hand out as "Excel" files: every table a grid, its rows counted as its ``tr``."""

from __future__ import annotations

import email
import re
from collections.abc import Iterator

from lxml import etree

from sciculture_etl.findings import unsupported
from sciculture_etl.formats.cells import Cells
from sciculture_etl.formats.content import Source
from sciculture_etl.formats.encoding import as_utf8
from sciculture_etl.formats.grid import Grid, RefusedError, broken, refuse_vast
from sciculture_etl.formats.markup import Flow, FreePlaces, data_tables, refuse_large_markup
from sciculture_etl.formats.shown import percent_text

UNSHOWN = frozenset({"head", "script", "style", "template", "noscript", "colgroup", "select", "title"})
BLOCKS = frozenset(
    {
        "address", "article", "blockquote", "caption", "center", "dd", "div", "dl", "dt", "fieldset", "footer", "form",
        "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table",
        "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
    }
)  # fmt: skip
# What stands in a table beside its rows; anything else, such as a form, may lie around them.
BESIDE_ROWS = frozenset({"caption", "colgroup", "table", *UNSHOWN})
NOT_DISPLAYED = re.compile(r"display\s*:\s*none", re.IGNORECASE)
INVISIBLE = re.compile(r"visibility\s*:\s*(?:hidden|collapse)", re.IGNORECASE)
WHITE = re.compile(r"[ \t\r\n\f]+")
SHOWN_NUMBER = re.compile(r"[-+(]?[₩$]?\s*+(?:[\d,]*+\.\d++|[\d,]*\d)\s*+\)?(%?)")
LEADING_NUMBER = re.compile(r"\s*\+?(\d{1,9})")
MULTIPART = re.compile(rb"content-type:\s*multipart/", re.IGNORECASE)
BLANK_LINE = re.compile(rb"\r?\n\r?\n")
MAX_MULTIPARTS, MAX_HEADERS = 16, 8192  # of a web archive; bytes of the headers of one of them
TRUE_VALUES = ("x:num", "sdval")  # where Excel and LibreOffice keep the number that a cell shows rounded
MOST_ACROSS, MOST_DOWN = 1_000, 65_534  # as browsers do


def read_html_grids(source: Source) -> list[Grid]:
    """Raises RefusedError for a page without a table and for one that asks to log in."""
    flow = Flow(source.limits)
    _read_page(source.utf8, flow)
    return _grids(flow)


def is_parted_well(data: bytes) -> bool:
    """Whether a web archive is parted in linear time: parts within parts are looked for at each line, and what a long
    header says at each of its semicolons.
    """
    return all(
        number <= MAX_MULTIPARTS and BLANK_LINE.search(data, found.start(), found.start() + MAX_HEADERS)
        for number, found in enumerate(MULTIPART.finditer(data), start=1)
    )


def read_archived_pages(source: Source) -> list[Grid]:
    """All pages of a web archive (MHTML, which Excel also saves): one grid a table. Raises RefusedError like a page."""
    data, limits = source.data, source.limits
    refuse_large_markup(data, limits)
    if not is_parted_well(data):
        raise broken()
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
        root = etree.fromstring(data.replace(b"\x00", b""), parser)
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
        hidden = any(_is_hidden(element) for element in (piece, *piece.iterancestors()))
        for caption in piece.iterchildren("caption") if not hidden else ():
            line += ["\n", _text(caption)]
        flow.write("".join(line))
        line = []
        flow.set_table(_cells(piece, flow), hidden)
    flow.write("".join(line))


def _is_displayed(element: etree._Element) -> bool:
    return element.get("hidden") is None and not NOT_DISPLAYED.search(element.get("style") or "")


def _is_hidden(element: etree._Element) -> bool:
    if element.tag in UNSHOWN or not _is_displayed(element):
        return True
    return bool(INVISIBLE.search(element.get("style") or ""))


def _pieces(top: etree._Element, tables: set[etree._Element]) -> Iterator[str | etree._Element]:
    """What is seen within an element, in reading order: text, line ends, and the tables asked for as elements, which
    may be hidden.
    """
    stack = [(top, False, True)]
    while stack:
        element, leaving, seen = stack.pop()
        if not isinstance(element.tag, str):
            continue
        if not leaving:
            if element in tables and element is not top:
                yield element
            else:
                within = seen and (element is top or not _is_hidden(element))
                if within and (element.tag == "br" or element.tag in BLOCKS):
                    yield "\n"
                if within:
                    yield WHITE.sub(" ", element.text or "")
                stack.append((element, True, seen))
                if within or tables:
                    stack.extend((child, False, within) for child in reversed(element))
                continue
        elif seen and element.tag in BLOCKS:
            yield "\n"
        if seen and element is not top and element.tail:
            yield WHITE.sub(" ", element.tail)


def _text(element: etree._Element) -> str:
    if not len(element):
        return WHITE.sub(" ", element.text or "")
    lines = "".join(piece for piece in _pieces(element, set()) if isinstance(piece, str)).split("\n")
    return "\n".join(line.strip() for line in lines if line.strip())


def _rows(table: etree._Element) -> list[list[etree._Element]]:
    """The cells of each row, those without a row as one, whatever lies around them."""
    rows: list[list[etree._Element]] = []
    loose = False
    stack = list(reversed(table))
    while stack:
        element = stack.pop()
        if element.tag == "tr":
            rows.append(_cells_within(element))
        elif element.tag in ("td", "th"):
            if not loose:
                rows.append([])
            rows[-1].append(element)
        elif element.tag not in BESIDE_ROWS:
            stack.extend(reversed(element))
        loose = element.tag in ("td", "th")
    return rows


def _cells_within(row: etree._Element) -> list[etree._Element]:
    cells = []
    stack = list(reversed(row))
    while stack:
        element = stack.pop()
        if element.tag in ("td", "th"):
            cells.append(element)
        elif element.tag not in BESIDE_ROWS:
            stack.extend(reversed(element))
    return cells


def _cells(table: etree._Element, flow: Flow) -> Cells:
    cells, rows, limits = flow.new_table(), _rows(table), flow.limits
    places = FreePlaces()
    for number, row in enumerate(rows):
        if row and any(_is_hidden(element) for element in _around(row[0], table)):
            cells.hide(number)
        column = 0
        for cell in row:
            if not _is_displayed(cell):
                continue  # the cells behind it move into its place
            column = places.next(number, column)
            across = max(_count(cell, "colspan", MOST_ACROSS), 1)
            down = min(_count(cell, "rowspan", MOST_DOWN) or len(rows), len(rows) - number)
            refuse_vast(number + 1, column + 1, limits.cells - cells.spent, limits.columns)
            cells.put(number, column, "" if _is_hidden(cell) else _true_text(cell, _text(cell)))
            cells.span(number, column, down, across)
            places.take(number, column, down, across)
            column += across
    return cells


def _around(cell: etree._Element, table: etree._Element) -> Iterator[etree._Element]:
    """What lies between a cell and its table, the row first."""
    for element in cell.iterancestors():
        if element is table:
            return
        yield element


def _count(cell: etree._Element, name: str, most: int) -> int:
    """As browsers read it: ``2px`` is 2."""
    found = LEADING_NUMBER.match(cell.get(name) or "1")
    return min(int(found[1]), most) if found else 1


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
