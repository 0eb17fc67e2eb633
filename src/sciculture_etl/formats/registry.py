"""The formats that are read. To add one: a module with a function ``Source → list[Grid]``, its entry here, a row of
docs/formats.md.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import polars as pl

from sciculture_etl.formats.content import Content, Source, Texts
from sciculture_etl.formats.delimited import read_text_grid
from sciculture_etl.formats.flat_xml import read_fods_grids, read_xml_workbook_grids
from sciculture_etl.formats.grid import Grid, refuse_long_cells
from sciculture_etl.formats.html import read_archived_pages, read_html_grids
from sciculture_etl.formats.hwpx import read_hwpx_grids
from sciculture_etl.formats.opendocument import read_ods_grids
from sciculture_etl.formats.recognise import (
    is_archived_page,
    is_old_workbook,
    is_package,
    is_page,
    is_xml,
    refuse_foreign,
)
from sciculture_etl.formats.saving import (
    Reader,
    saved_at,
    saved_in_flat_opendocument,
    saved_in_flat_workbook,
    saved_in_hwpx,
    saved_in_old_workbook,
    saved_in_opendocument,
    saved_in_workbook,
)
from sciculture_etl.formats.texts import texts_in_bytes, texts_in_parts
from sciculture_etl.formats.workbook import read_workbook_grids
from sciculture_etl.formats.xlsb import read_xlsb_grids
from sciculture_etl.settings import Limits

GRID_LIMITS = ("cells", "columns", "cell_bytes")  # of every format
TABLE_LIMITS = (*GRID_LIMITS, "sheets")
MARKUP_LIMITS = (*TABLE_LIMITS, "markup_bytes")
PACKAGE_LIMITS = (*TABLE_LIMITS, "unpacked_bytes")
UNDER_MERGE = ("병합된 셀 아래", "under a merged cell")


@dataclass(frozen=True)
class Format:
    """A format that is read.

    Attributes:
        recognise: whether a file is of it, where it is of none before it. Raises RefusedError for a file that only
            looks so.
        limits: the fields of ``settings.Limits`` that hold for it, beside ``file_bytes``, which holds for all.
        read: its sheets or tables. Raises RefusedError.
        texts: every text and attribute beside the cells of those.
        saved: when it says that it was last saved; None for a format that holds no such time.
    """

    name: str
    recognise: Callable[[Source], bool]
    limits: tuple[str, ...]
    read: Callable[[Source], list[Grid]]
    texts: Callable[[Source, list[Grid]], Iterable[Texts]]
    saved: Reader | None = None


def _in_parts(source: Source, grids: list[Grid]) -> Iterable[Texts]:
    return texts_in_parts(source, [grid.sheet for grid in grids])


def _in_bytes(source: Source, grids: list[Grid]) -> Iterable[Texts]:
    return texts_in_bytes(source.data)


def _none(source: Source, grids: list[Grid]) -> Iterable[Texts]:
    return ()  # all that it holds stands in its cells


def _read_xls(source: Source) -> list[Grid]:
    from sciculture_etl.formats.xls import read_xls_grids  # its library takes long to import, and few files are old

    return read_xls_grids(source)


def _read_text(source: Source) -> list[Grid]:
    return [read_text_grid(source.utf8, source.limits)]


# In the order in which they are recognised.
FORMATS = (
    Format("xlsx", is_package("xlsx"), PACKAGE_LIMITS, read_workbook_grids, _in_parts, saved_in_workbook),
    Format("xlsb", is_package("xlsb"), PACKAGE_LIMITS, read_xlsb_grids, _in_parts, saved_in_workbook),
    Format("hwpx", is_package("hwpx"), (*PACKAGE_LIMITS, "markup_bytes"), read_hwpx_grids, _in_parts, saved_in_hwpx),
    Format("ods", is_package("ods"), PACKAGE_LIMITS, read_ods_grids, _in_parts, saved_in_opendocument),
    Format("xls", is_old_workbook, PACKAGE_LIMITS, _read_xls, _in_parts, saved_in_old_workbook),
    Format("mhtml", is_archived_page, MARKUP_LIMITS, read_archived_pages, _in_bytes),
    Format("xml", is_xml("Workbook"), MARKUP_LIMITS, read_xml_workbook_grids, _in_bytes, saved_in_flat_workbook),
    Format("fods", is_xml("document"), MARKUP_LIMITS, read_fods_grids, _in_bytes, saved_in_flat_opendocument),
    Format("html", is_page, MARKUP_LIMITS, read_html_grids, _in_bytes),
    Format("csv", lambda source: True, GRID_LIMITS, _read_text, _none),
)


def open_file(data: bytes, limits: Limits) -> Content:
    """All that a file holds, by its bytes alone. Raises RefusedError with the finding that says why."""
    source = Source(data, limits)
    refuse_foreign(source)
    form = next(form for form in FORMATS if form.recognise(source))
    grids = form.read(source)
    for grid in grids:
        refuse_long_cells(grid, limits.cell_bytes)
    texts = itertools.chain(_under_merges(grids), form.texts(source, grids))
    return Content(form.name, grids, texts, saved_at(source, form.saved) if form.saved else None)


def _under_merges(grids: list[Grid]) -> Iterator[Texts]:
    for grid in grids:
        if grid.covered:
            yield Texts(pl.Series(grid.covered, dtype=pl.String), UNDER_MERGE, grid.sheet)
