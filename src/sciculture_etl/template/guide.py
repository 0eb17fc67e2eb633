"""The sheet 작성요령: what each column means and how to fill it in, and what happens then."""

from __future__ import annotations

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from sciculture_etl.contracts import Contract, TemplateId
from sciculture_etl.header_text import text_width
from sciculture_etl.template.columns import Column
from sciculture_etl.template.form import GRID, MARGINS, title_of
from sciculture_etl.template.texts import words

WIDTHS = (22, 5, 6, 44, 58)
LINE = 16  # height of a line, in points
LEAD_LINE, TITLE_LINE = 24, 28
NOT_IN_SHEET_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
MAX_SHEET_NAME = 31


def form_sheet_name(contract: Contract) -> str:
    """The Korean title, as far as a sheet may be called so."""
    return contract.title.ko.translate(NOT_IN_SHEET_NAMES)[:MAX_SHEET_NAME].strip()


def due_text(contract: Contract, year: int) -> str:
    """When the form is due."""
    due, due_year = contract.due, year + 1
    text = words("guide")["due"][due.cadence].format(day=due.day, month=due.month, due_year=due_year)
    return str(text)


def write_guide(
    book: Workbook, sheet: Worksheet, contract: Contract, columns: list[Column], year: int, term: int | None
) -> None:
    """The whole sheet, from top to bottom."""
    guide = words("guide")
    for index, width in enumerate(WIDTHS):
        sheet.set_column(index, index, width)
    title = f"{title_of(contract, year, term)} {words('labels')['guide']}"
    sheet.write(0, 0, title, book.add_format({"bold": True, "font_size": 16}))
    sheet.set_row(0, TITLE_LINE)
    template_id = str(TemplateId.of(contract, year))
    sheet.write(1, 0, f"{guide['due_lead']}: {due_text(contract, year)}")
    sheet.write(2, 0, template_id)
    pages = _Page(book, sheet, row=3)
    pages.write_lines(guide["steps_lead"], [line.format(sheet=form_sheet_name(contract)) for line in guide["steps"]])
    pages.write_lines(guide["rules_lead"], guide["rules"])
    pages.write_columns(columns)
    pages.write_lines(guide["answer_lead"], guide["answer"])
    sheet.hide_gridlines(2)
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.set_margins(*MARGINS)
    sheet.fit_to_pages(1, 0)


class _Page:
    """Writes one thing below the other.

    Attributes:
        row: the next that is free.
    """

    def __init__(self, book: Workbook, sheet: Worksheet, row: int) -> None:
        self.sheet, self.row = sheet, row
        self.lead = book.add_format({"bold": True, "font_size": 11, "font_color": "#1F4E79", "valign": "vcenter"})
        self.plain = book.add_format({"valign": "top", "text_wrap": True})
        self.cell = book.add_format({"valign": "top", "text_wrap": True, **GRID})
        head = {"bold": True, "bg_color": "#1F4E79", "font_color": "#FFFFFF", "align": "center", **GRID}
        self.head = book.add_format(head)

    def begin(self, heading: str) -> None:
        self.sheet.write(self.row, 0, heading, self.lead)
        self.sheet.set_row(self.row, LEAD_LINE)
        self.row += 1

    def write_lines(self, heading: str, lines: list[str]) -> None:
        self.begin(heading)
        for number, line in enumerate(lines, start=1):
            self.sheet.merge_range(self.row, 0, self.row, len(WIDTHS) - 1, f"{number}. {line}", self.plain)
            self.sheet.set_row(self.row, _height(line, sum(WIDTHS)))
            self.row += 1

    def write_columns(self, columns: list[Column]) -> None:
        guide = words("guide")
        self.begin(guide["columns_lead"])
        self.sheet.write_row(self.row, 0, guide["columns"], self.head)
        for column in columns:
            asked = column.asked
            needed = guide["required" if asked.required else "optional"]
            values = [asked.name, needed, asked.unit or "", column.description, column.rule]
            self.row += 1
            self.sheet.write_row(self.row, 0, values, self.cell)
            self.sheet.set_row(self.row, max(_height(*of) for of in zip(values, WIDTHS, strict=True)))
        self.row += 1


def _height(text: str, width: int) -> int:
    return LINE * (1 + text_width(text) // (width + width // 7))
