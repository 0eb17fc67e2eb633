"""A sheet says the same however its XML is spelled: the fast pass and the parser give the same grid."""

from __future__ import annotations

import io
import random
import re
import zipfile
from datetime import date

import openpyxl
import pytest
import xlsxwriter
from spelled_sheets import Model, Oddly, grid_of, plain_sheet, plainly, shown, workbook_of

from sciculture_etl.formats.grid import Grid
from sciculture_etl.formats.sheet_rows import read_plain_rows


def told(grid: Grid) -> tuple[object, ...]:
    return grid.frame.rows(), grid.frame.columns, grid.merges, grid.hidden_rows, grid.uncalculated


@pytest.mark.parametrize("seed", range(40))
def test_a_sheet_says_the_same_however_it_is_spelled(seed: int) -> None:
    model = Model.invented(random.Random(seed))
    plain = plain_sheet(model)
    read_plain_rows(f'{plainly(model)}<row r="99"></row>'.encode())  # the fast pass knows this spelling
    quick = grid_of(workbook_of(plain))
    assert shown(quick) == model.shown
    # A remark before its cells leaves a whole sheet to the parser.
    assert told(grid_of(workbook_of("<!-- x -->" + plain))) == told(quick)
    for again in range(3):
        assert told(grid_of(workbook_of(Oddly(random.Random(seed * 9 + again)).sheet(model)))) == told(quick)


def by_openpyxl() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["기관명", "가상 <센터> & 1호", 12, 0.1, date(2020, 3, 1), True, "=1+1", " x "])
    sheet.row_dimensions[1].height = 20
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def by_xlsxwriter(**options: bool) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True} | options) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["기관명", "가상 <센터> & 1호", 12, 0.1, True, " x "])
        sheet.write_blank(0, 6, None, book.add_format({"bold": True}))
        sheet.write_formula(0, 7, "=1+1", None, 2)
    return target.getvalue()


@pytest.mark.parametrize(
    "data", [by_openpyxl(), by_xlsxwriter(), by_xlsxwriter(constant_memory=True)], ids=["openpyxl", "shared", "inline"]
)
def test_the_fast_pass_knows_what_libraries_write(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        sheet = opened.read("xl/worksheets/sheet1.xml")
    found = re.search(rb"<sheetData>(.*)</sheetData>", sheet, re.S)
    assert found
    assert read_plain_rows(found[1])[1] == 1
    assert shown(grid_of(data))[0, 1] == "가상 <센터> & 1호"
