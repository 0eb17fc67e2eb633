"""A copy of what an institution sent, without anything in it that acts: values, looks, and our marks."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, field

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.formatting.formatting import ConditionalFormattingList
from openpyxl.packaging.core import DocumentProperties
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles import PatternFill
from openpyxl.workbook.protection import DocumentSecurity
from openpyxl.worksheet.header_footer import HeaderFooter
from openpyxl.worksheet.protection import SheetProtection
from openpyxl.worksheet.scenario import ScenarioList
from openpyxl.worksheet.worksheet import Worksheet

from sciculture_etl.feedback.cells import FILLS, keep_as_text
from sciculture_etl.formats.grid import parse_range
from sciculture_etl.intake.reading import ANSWER_MARK
from sciculture_etl.settings import MAX_COPIED_CELLS

MERGE_REF = re.compile(rb'<mergeCell [^<>]*?\bref="([^"<>]+)"')
BYTES_A_CELL = 40  # of a sheet's XML, about
PLAIN_RANGE = re.compile(r"('[^'\[\]|]+'|[\w.]+)!\$?[A-Z]{1,3}\$?\d+(:\$?[A-Z]{1,3}\$?\d+)?")
# Formulas of drop-downs and input rules that reach nothing outside the workbook.
REACHES_OUT = re.compile(r"[\[\]|]|WEBSERVICE|HYPERLINK|RTD|CALL|EXEC|://|\\\\", re.IGNORECASE)


@dataclass
class Copy:
    """A copy of the submitted file in the reply.

    Attributes:
        sheets: sheet of the file → its title in the book.
        rows: of an excerpt, the row in the book of each row of the file, by sheet; its columns stand one to the right.
        above: how many rows the copy of a sheet has before its first: what a document says above its table.
    """

    book: Workbook
    sheets: dict[str | None, str] = field(default_factory=dict)
    rows: dict[str | None, dict[int, int]] | None = None
    above: dict[str | None, int] = field(default_factory=dict)

    @property
    def is_excerpt(self) -> bool:
        return self.rows is not None


class _AsWritten(ExcelReader):
    """Numbers stay the numbers they are, whatever they look like; who wrote the file isn't read."""

    def read_worksheets(self) -> None:
        for formats in ("_date_formats", "_timedelta_formats"):
            setattr(self.wb, formats, set())
        super().read_worksheets()

    def read_properties(self) -> None: ...

    def read_custom(self) -> None: ...


def _is_small_workbook(data: bytes) -> bool:
    """Whether a file is an .xlsx or .xlsm of at most about ``MAX_COPIED_CELLS``, merged ones included."""
    if not data.startswith(b"PK\x03\x04"):
        return False
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = [part for part in package.infolist() if part.filename.startswith("xl/")]
        if not any(part.filename == "xl/workbook.xml" for part in parts):
            return False
        if sum(part.file_size for part in parts if part.filename.endswith(".xml")) > MAX_COPIED_CELLS * BYTES_A_CELL:
            return False
        sheets = [package.read(part) for part in parts if part.filename.startswith("xl/worksheets/")]
    merges = [merge for xml in sheets for ref in MERGE_REF.findall(xml) if (merge := parse_range(ref.decode()))]
    return sum((m.bottom - m.top + 1) * (m.right - m.left + 1) for m in merges) <= MAX_COPIED_CELLS


def copy_workbook(data: bytes) -> Copy | None:
    """An .xlsx or .xlsm with its looks; None for what is none, or is large.

    Raises what openpyxl raises for a package that it can't read.
    """
    if not _is_small_workbook(data):
        return None
    reader = _AsWritten(io.BytesIO(data), keep_vba=False, data_only=True, keep_links=False)
    reader.read()
    book: Workbook = reader.wb
    for chart in book.chartsheets:
        book.remove(chart)
    answered = [sheet for sheet in book.worksheets if sheet["A1"].value == ANSWER_MARK]
    for sheet in answered:
        book.remove(sheet)
    book.properties = DocumentProperties(creator="")
    book.security = DocumentSecurity()
    book.code_name = None
    vars(book)["_pivots"] = []
    for name in [name for name, own in book.defined_names.items() if not PLAIN_RANGE.fullmatch(own.value or "")]:
        del book.defined_names[name]
    for sheet in book.worksheets:
        _strip(sheet, bool(answered))
    return Copy(book, {sheet.title: sheet.title for sheet in book.worksheets})


def _strip(sheet: Worksheet, answered: bool) -> None:
    """Takes away what acts, what names people, and the marks of an earlier answer."""
    for cell in sheet._cells.values():
        if not isinstance(cell, Cell):
            continue
        cell.hyperlink = None
        if cell.comment is not None:
            cell.comment = None
        keep_as_text(cell)
        if answered and cell.fill.fgColor.rgb in FILLS.values():
            cell.fill = PatternFill()
    vars(sheet).update(_images=[], _charts=[], _pivots=[])
    sheet.tables.clear()
    sheet.conditional_formatting = ConditionalFormattingList()
    sheet.scenarios = ScenarioList()
    sheet.HeaderFooter = HeaderFooter()
    sheet.protection = SheetProtection()
    sheet.sheet_properties.codeName = None
    sheet.sheet_view.tabSelected = False
    for name in [name for name, own in sheet.defined_names.items() if not PLAIN_RANGE.fullmatch(own.value or "")]:
        del sheet.defined_names[name]
    rules = sheet.data_validations
    rules.dataValidation = [
        rule
        for rule in rules.dataValidation
        if not any(REACHES_OUT.search(text) for text in (rule.formula1, rule.formula2) if text)
    ]
