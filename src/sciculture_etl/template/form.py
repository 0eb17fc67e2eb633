"""The sheet that is filled in: title, header, example row, and the rules below them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from sciculture_etl.contracts import Contract, TemplateId
from sciculture_etl.contracts.form import TOTAL
from sciculture_etl.template.columns import Column
from sciculture_etl.template.rules import broken_rule
from sciculture_etl.template.texts import term_text, words

TITLE, HINT, SENT, UNIT, TEMPLATE_ID, HEADER, EXAMPLE = range(7)  # rows from 0
RULED_ROWS = 5_000  # rows that the rules watch over, the example's among them
LINED_ROWS = 30  # rows that are drawn before anything stands in them
HEADER_HEIGHT = 36
SUBMITTER_COLUMNS, SENT_COLUMNS = (1, 3), (5, 6)  # what is typed beside its label
MARGINS = (0.4, 0.4, 0.5, 0.6)  # inches
GRID = {"border": 1, "border_color": "#BFBFBF"}
BLANK_FILL, DOUBT_FILL = "#FCE4EC", "#FFF3B0"
INPUT = {"bg_color": "#FFFDE7", "bottom": 1, "bottom_color": "#BFBFBF", "align": "left"}


def title_of(contract: Contract, year: int, term: int | None) -> str:
    """``2026년 상반기 무한상상실 프로그램 운영 실적``."""
    title = words("labels")["title"].format(
        year=year, term=f"{term_text(contract, term)} " if term else "", title=contract.title.ko
    )
    return str(title)


def write_form(
    book: Workbook,
    sheet: Worksheet,
    contract: Contract,
    columns: list[Column],
    year: int,
    term: int | None,
    submitter: str | None,
) -> None:
    """The whole sheet. Rows may be added below without end; the first ``RULED_ROWS`` of them are watched over."""
    _write_head(book, sheet, contract, columns, year, term, submitter)
    required = {"bg_color": "#1F4E79", "font_color": "#FFFFFF"}
    optional = {"bg_color": "#DDEBF7", "font_color": "#1F3864"}
    header = {"bold": True, "align": "center", "valign": "vcenter", "text_wrap": True, **GRID}
    sheet.set_row(HEADER, HEADER_HEIGHT)
    for index, column in enumerate(columns):
        cell = {"num_format": column.number_format, "valign": "vcenter", "text_wrap": column.number_format == "@"}
        sheet.set_column(index, index, column.width, book.add_format(cell))
        head = book.add_format(header | (required if column.asked.required else optional))
        sheet.write(HEADER, index, column.asked.header, head)
        grey = {"font_color": "#7F7F7F", "italic": True, "bg_color": "#F2F2F2"}
        _write_example(sheet, index, column, book.add_format(cell | GRID | grey))
        lined = book.add_format(cell | GRID)
        for row in range(EXAMPLE + 1, EXAMPLE + 1 + LINED_ROWS):
            sheet.write_blank(row, index, None, lined)
        sheet.data_validation(EXAMPLE, index, EXAMPLE + RULED_ROWS - 1, index, column.validation)
    texts = [column.letter for column in columns if column.number_format == "@"]
    if texts:
        ranges = " ".join(f"{letter}{EXAMPLE + 1}:{letter}{EXAMPLE + RULED_ROWS}" for letter in texts)
        sheet.ignore_errors({"number_stored_as_text": ranges})
    _highlight_doubts(book, sheet, contract, columns)
    sheet.freeze_panes(HEADER + 1, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(*MARGINS)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEADER)
    sheet.set_footer(words("labels")["page"])


def _write_head(
    book: Workbook,
    sheet: Worksheet,
    contract: Contract,
    columns: list[Column],
    year: int,
    term: int | None,
    submitter: str | None,
) -> None:
    labels = words("labels")
    plain = {"num_format": "General"}
    sheet.write(TITLE, 0, title_of(contract, year, term), book.add_format(plain | {"bold": True, "font_size": 16}))
    sheet.set_row(TITLE, 28)
    sheet.write(
        HINT, 0, labels["hint"].format(guide=labels["guide"]), book.add_format(plain | {"font_color": "#1F4E79"})
    )
    label = book.add_format(plain | {"bold": True, "align": "right"})
    sheet.write(SENT, 0, labels["submitter"], label)
    typed = {"num_format": "@"} | INPUT
    sheet.merge_range(SENT, SUBMITTER_COLUMNS[0], SENT, SUBMITTER_COLUMNS[1], submitter, book.add_format(typed))
    sheet.write(SENT, SENT_COLUMNS[0] - 1, labels["sent_on"], label)
    dated = book.add_format(INPUT | {"num_format": "yyyy-mm-dd"})
    sheet.merge_range(SENT, SENT_COLUMNS[0], SENT, SENT_COLUMNS[1], None, dated)
    sheet.set_row(SENT, 20)
    units = dict.fromkeys(column.asked.unit for column in columns if column.asked.unit)
    if units:
        sheet.write(UNIT, 0, labels["unit"].format(units=", ".join(units)), book.add_format(plain))
    small = {"font_size": 8, "font_color": "#A6A6A6"}
    sheet.write(TEMPLATE_ID, 0, str(TemplateId.of(contract, year)), book.add_format(plain | small))


def _write_example(sheet: Worksheet, index: int, column: Column, look: Format) -> None:
    value = column.example
    if index == 0:
        sheet.write_string(EXAMPLE, 0, f"{words('labels')['example']}{value}", look)
    elif isinstance(value, date):
        sheet.write_datetime(EXAMPLE, index, value, look)
    elif isinstance(value, str):
        sheet.write_string(EXAMPLE, index, value, look)
    else:
        sheet.write(EXAMPLE, index, value, look)


def _highlight_doubts(book: Workbook, sheet: Worksheet, contract: Contract, columns: list[Column]) -> None:
    """Colours: pink where a row that was begun lacks what it must hold.

    Yellow where its numbers contradict each other; lines around every row that was begun.
    """
    row = EXAMPLE + 1
    begun = f"COUNTA($A{row}:${columns[-1].letter}{row})>0"
    pink, yellow = book.add_format({"bg_color": BLANK_FILL}), book.add_format({"bg_color": DOUBT_FILL})
    for index, column in enumerate(columns):
        if column.asked.required:
            _when(sheet, index, index, f"=AND(LEN(TRIM(${column.letter}{row}))=0,{begun})", pink)
    _highlight_parts(sheet, columns, begun, pink, yellow)
    counted = {
        column.asked.field.name: f"${column.letter}{row}"
        for column in columns
        if (column.asked.field.is_measure or column.asked.field.type in ("ordinal", "date")) and not column.asked.code
    }
    at = {column.asked.field.name: index for index, column in enumerate(columns)}
    for rule in contract.row_rules:
        if rule.field in at and (formula := broken_rule(rule, counted)):
            _when(sheet, at[rule.field], at[rule.field], formula, yellow)
    if contract.period:
        start, end = (at[fld.name] for fld in contract.period)
        cells = [f"${columns[index].letter}{row}" for index in (start, end)]
        _when(sheet, end, end, f"=AND(COUNT({','.join(cells)})=2,{cells[1]}<{cells[0]})", yellow)
    _when(sheet, 0, len(columns) - 1, f"={begun}", book.add_format(GRID))


def _highlight_parts(sheet: Worksheet, columns: Sequence[Column], begun: str, pink: Format, yellow: Format) -> None:
    """Of a wide table: a row tells all its parts, and a total that is their sum, or the total alone."""
    row = EXAMPLE + 1
    parts = [index for index, column in enumerate(columns) if column.asked.code not in (None, TOTAL)]
    if not parts:
        return
    cells = [f"${columns[index].letter}{row}" for index in parts]
    joined = ",".join(cells)
    totals = [index for index, column in enumerate(columns) if column.asked.code == TOTAL]
    total = f"${columns[totals[0]].letter}{row}" if totals else None
    alone = f"{begun},LEN(TRIM({total}))=0" if total else begun
    for index, cell in zip(parts, cells, strict=True):
        _when(sheet, index, index, f"=AND(LEN(TRIM({cell}))=0,OR(COUNTA({joined})>0,AND({alone})))", pink)
    if total:
        wrong = f"=AND(COUNT({joined})={len(cells)},ISNUMBER({total}),SUM({joined})<>{total})"
        _when(sheet, totals[0], totals[0], wrong, yellow)


def _when(sheet: Worksheet, first: int, last: int, formula: str, look: Format) -> None:
    options: dict[str, Any] = {"type": "formula", "criteria": formula, "format": look}
    sheet.conditional_format(EXAMPLE, first, EXAMPLE + RULED_ROWS - 1, last, options)
