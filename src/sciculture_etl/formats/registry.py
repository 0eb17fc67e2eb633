"""The formats that are read. To add one: a module with a function ``Source → Content``, and its entry here."""

from __future__ import annotations

from collections.abc import Callable

from sciculture_etl.formats.content import Content, Source
from sciculture_etl.formats.delimited import read_text_grid
from sciculture_etl.formats.flat_xml import read_flat_xml
from sciculture_etl.formats.grid import Grid, refuse_long_cells
from sciculture_etl.formats.html import read_archived_pages, read_html_grids
from sciculture_etl.formats.hwpx import read_hwpx_grids
from sciculture_etl.formats.opendocument import read_ods_grids
from sciculture_etl.formats.recognise import recognise_format
from sciculture_etl.formats.texts import texts_in_bytes, texts_in_parts
from sciculture_etl.formats.workbook import read_workbook_grids
from sciculture_etl.formats.xlsb import read_xlsb_grids
from sciculture_etl.settings import Limits


def _text(source: Source) -> Content:
    return Content("csv", [read_text_grid(source.utf8, source.limits)])


def _package(name: str, read: Callable[[Source], list[Grid]]) -> Callable[[Source], Content]:
    def content(source: Source) -> Content:
        grids = read(source)
        return Content(name, grids, texts_in_parts(source, [grid.sheet for grid in grids]))

    return content


def _read_xls(source: Source) -> list[Grid]:
    from sciculture_etl.formats.xls import read_xls_grids  # its library takes long to import, and few files are old

    return read_xls_grids(source)


def _page(source: Source) -> Content:
    return Content("html", read_html_grids(source.utf8, source.limits), texts_in_bytes(source.data))


def _xml(source: Source) -> Content:
    return Content(*read_flat_xml(source.utf8, source.limits), texts_in_bytes(source.data))


def _archived_page(source: Source) -> Content:
    return Content("mhtml", read_archived_pages(source.data, source.limits), texts_in_bytes(source.data))


READERS: dict[str, Callable[[Source], Content]] = {
    "csv": _text,
    "html": _page,
    "xml": _xml,
    "mhtml": _archived_page,
    "hwpx": _package("hwpx", read_hwpx_grids),
    "ods": _package("ods", read_ods_grids),
    "xlsx": _package("xlsx", read_workbook_grids),
    "xlsb": _package("xlsb", read_xlsb_grids),
    "xls": _package("xls", _read_xls),
}


def open_file(data: bytes, limits: Limits) -> Content:
    """All that a file holds, by its bytes alone. Raises RefusedError with the finding that says why."""
    source = Source(data, limits)
    content = READERS[recognise_format(source)](source)
    for grid in content.grids:
        refuse_long_cells(grid, limits.cell_bytes)
    return content
