"""The sheet 작성요령: what each column means and how to fill it in, and what happens then."""

from __future__ import annotations

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from sciculture_etl.contracts import Contract, TemplateMark
from sciculture_etl.template.columns import Column
from sciculture_etl.template.form import GRID, title_of
from sciculture_etl.template.words import words

WIDTHS = (22, 5, 6, 44, 58)
LETTERS_A_LINE = {3: 22, 4: 29}  # of Korean, in the two wide columns
LINE = 16  # height of a line, in points


def due_words(contract: Contract, year: int) -> str:
    """When the form is due: what is yearly and due in the first half is of the year before."""
    due = contract.due
    due_year = year + 1 if (due.month or 12) <= 6 else year
    told = words("guide")["due"][due.cadence].format(day=due.day, month=due.month, due_year=due_year)
    return str(told)


def write_guide(
    book: Workbook, sheet: Worksheet, contract: Contract, columns: list[Column], year: int, term: int | None
) -> None:
    guide = words("guide")
    title = book.add_format({"bold": True, "font_size": 16})
    lead = book.add_format({"bold": True, "font_size": 11, "font_color": "#1F4E79", "valign": "vcenter"})
    text = book.add_format({"valign": "top", "text_wrap": True})
    head = book.add_format({"bold": True, "bg_color": "#1F4E79", "font_color": "#FFFFFF", "align": "center", **GRID})
    cell = book.add_format({"valign": "top", "text_wrap": True, **GRID})
    for index, width in enumerate(WIDTHS):
        sheet.set_column(index, index, width)
    sheet.write(0, 0, f"{title_of(contract, year, term)} {words('labels')['guide']}", title)
    sheet.set_row(0, 28)
    row = 1
    for name, told in ((guide["due_lead"], due_words(contract, year)), (guide["form_lead"], _mark(contract, year))):
        sheet.write(row, 0, f"{name}: {told}")
        row += 1

    def tell(heading: str, lines: list[str], row: int) -> int:
        sheet.write(row, 0, heading, lead)
        sheet.set_row(row, 24)
        for number, line in enumerate(lines, start=1):
            sheet.merge_range(row + number, 0, row + number, len(WIDTHS) - 1, f"{number}. {line}", text)
            sheet.set_row(row + number, LINE * (1 + len(line) // (sum(WIDTHS) // 2)))
        return row + len(lines) + 1

    sheet_name = form_sheet_name(contract)
    row = tell(guide["steps_lead"], [line.format(sheet=sheet_name) for line in guide["steps"]], row)
    row = tell(guide["rules_lead"], guide["rules"], row)
    sheet.write(row, 0, guide["columns_lead"], lead)
    sheet.set_row(row, 24)
    sheet.write_row(row + 1, 0, guide["columns"], head)
    row += 2
    for column in columns:
        asked = column.asked
        needed = guide["required" if asked.required else "optional"]
        told = [asked.name, needed, asked.unit or "", column.description, column.rule]
        sheet.write_row(row, 0, told, cell)
        sheet.set_row(row, LINE * max(1 + len(told[at]) // letters for at, letters in LETTERS_A_LINE.items()))
        row += 1
    tell(guide["answer_lead"], guide["answer"], row)
    sheet.hide_gridlines(2)
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _mark(contract: Contract, year: int) -> str:
    return str(TemplateMark.of(contract, year)).partition(":")[2].strip()


NOT_IN_SHEET_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
LONGEST_SHEET_NAME = 31


def form_sheet_name(contract: Contract) -> str:
    """The Korean title, as far as a sheet may be called so."""
    return contract.title.ko.translate(NOT_IN_SHEET_NAMES)[:LONGEST_SHEET_NAME].strip()
