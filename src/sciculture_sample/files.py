"""Writing laid-out sheets as CSV, XLSX or XLS bytes that depend on nothing but their content."""

import csv
import datetime as dt
import io
from collections.abc import Sequence

import xlsxwriter
import xlwt

from sciculture_sample.styles import Style
from sciculture_sample.tables import Cell, Formula, Merge, Sheet

NOTICE = "가상 자료(시험용): 실제 실적이 아님"
CREATED = dt.datetime(2020, 1, 2, 9, 0, 0)
BYTE_ORDER_MARKS = {"utf-16": ("utf-16-le", b"\xff\xfe")}


def write_file(sheets: Sequence[Sheet], style: Style, title: str) -> bytes:
    """The bytes of a file; a CSV file holds one sheet."""
    if style.form == "csv":
        return write_csv(sheets[0], style)
    return (write_xlsx if style.form == "xlsx" else write_xls)(sheets, title)


def write_csv(sheet: Sheet, style: Style) -> bytes:
    """A CSV file in the style's encoding; UTF-16 goes with tabs, as Excel's 'Unicode text' does."""
    text = io.StringIO(newline="")
    delimiter = "\t" if style.encoding == "utf-16" else ","
    writer = csv.writer(text, delimiter=delimiter, lineterminator=style.line_end)
    width = max(len(row) for row in sheet.rows)
    if style.padded:
        writer.writerows(row if len(row) == width else [*row, *[None] * (width - len(row))] for row in sheet.rows)
    else:
        writer.writerows(sheet.rows)
    encoding, mark = BYTE_ORDER_MARKS.get(style.encoding, (style.encoding, b""))
    return mark + text.getvalue().encode(encoding)


def write_xlsx(sheets: Sequence[Sheet], title: str) -> bytes:
    """A workbook whose only dates are fixed, so that the same sheets give the same bytes."""
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, {"in_memory": True})
    workbook.set_properties({"title": title, "subject": NOTICE, "comments": NOTICE, "created": CREATED})
    bold = workbook.add_format({"bold": True})
    day = workbook.add_format({"num_format": "yyyy-mm-dd"})
    for sheet in sheets:
        page = workbook.add_worksheet(sheet.name)
        if sheet.hidden:
            page.hide()
        page.set_column(0, 15, 14)
        number, string = page.write_number, page.write_string
        for row_index, row in enumerate(sheet.rows):
            for index, cell in enumerate(row):
                if cell is None or cell == "":
                    continue
                if isinstance(cell, str):
                    string(row_index, index, cell)
                elif isinstance(cell, Formula):
                    page.write_formula(row_index, index, cell.text, bold, cell.value)
                elif isinstance(cell, dt.date):
                    page.write_datetime(row_index, index, cell, day)
                else:
                    number(row_index, index, cell)
        for merge in sheet.merges:
            page.merge_range(*merge, _top_left(sheet, merge))
    workbook.close()
    return buffer.getvalue()


def write_xls(sheets: Sequence[Sheet], title: str) -> bytes:
    """A workbook in the format of Excel 97-2003; formulas are written as their values."""
    workbook = xlwt.Workbook(encoding="utf-8")
    workbook.owner = "invented sample data"  # ASCII only
    day = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for sheet in sheets:
        page = workbook.add_sheet(sheet.name)
        page.visibility = 1 if sheet.hidden else 0
        tops = {merge[:2]: merge for merge in sheet.merges}
        for row_index, row in enumerate(sheet.rows):
            for index, cell in enumerate(row):
                merge = tops.get((row_index, index))
                value = cell.value if isinstance(cell, Formula) else cell
                if merge:
                    page.write_merge(merge[0], merge[2], merge[1], merge[3], value)
                elif isinstance(value, dt.date):
                    page.write(row_index, index, value, day)
                elif value is not None and value != "":
                    page.write(row_index, index, value)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def _top_left(sheet: Sheet, merge: Merge) -> Cell:
    return sheet.rows[merge[0]][merge[1]]
