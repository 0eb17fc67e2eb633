"""Cells that are made once give the same bytes as cells that the library makes one by one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from xlsxwriter import Workbook

from sciculture_etl.publish.workbooks import rows as rows_module
from sciculture_etl.publish.workbooks.rows import RowWriter

FIRST = 2
ROWS: list[list[Any]] = [
    ["가상센터", 12, 0.5, True, date(2024, 2, 29)],
    ["=1+1", 1, 1.0, False, None],
    ["<r>x</r> ", None, -0.0, True, date(2024, 2, 29)],
    [None, None, None, None, None],
    ["  a & b < c ", 10**14, 0.0, None, date(1950, 1, 1)],
    ["_x0041_\x0b\ufffe", -1, 1 / 3, False, None],
    ["가상센터", 12, 0.5, True, Decimal("1.0")],
    ["http://example.org", 1, 1e300, True, Decimal("1.00")],
    ["두 번째", 12_345, 2.0, "글", 7],
    ["code", 10**16, 123_456_789.125, " 글", -7],
    ["renamed", -(10**15), 1e-7, "글\n둘", 7.5],
    ["글 & 글", 0, -2.0, "", 8],
    ["글자", 3, 2.5, "x" * 2000, "8"],
]

HEIGHTS = [{0: 32, 3: 32, 4: 48, len(ROWS) - 1: 32}.get(number) for number in range(len(ROWS))]
SYMBOLS = [[None, "-", None, None, None]] * len(ROWS)
RENAMED = {"renamed": "다른 말"}


def sheet_bytes(path: Path, fill: Callable[[Any, list[Any]], None]) -> bytes:
    with Workbook(str(path), {"constant_memory": True, "in_memory": False}) as book:
        wrapped, whole = book.add_format({"text_wrap": True}), book.add_format({"num_format": "#,##0"})
        sheet = book.add_worksheet("가")
        sheet.set_default_row(16)
        for place in range(5):
            sheet.write_string(0, place, f"열{place}", wrapped)

        def write(row: int, place: int, value: Any, symbol: str | None) -> None:
            if value is None:
                if symbol:
                    sheet.write_string(row, place, symbol, whole)
            elif isinstance(value, int | float) and not isinstance(value, bool):
                sheet.write_number(row, place, value, whole)
            elif isinstance(value, date):
                sheet.write_datetime(row, place, value, whole)
            else:
                sheet.write_string(row, place, RENAMED.get(str(value), str(value)), wrapped)

        fill(sheet, [write] * 5)
        sheet.write_string(FIRST + len(ROWS), 0, "끝", wrapped)
    with ZipFile(path) as archive:
        return archive.read("xl/worksheets/sheet1.xml")


def one_by_one(sheet: Any, writers: list[Any]) -> None:
    for number, row in enumerate(ROWS):
        if HEIGHTS[number] is not None:
            sheet.set_row(FIRST + number, HEIGHTS[number])
        for place, value in enumerate(row):
            writers[place](FIRST + number, place, value, SYMBOLS[number][place])


def kept(sheet: Any, writers: list[Any]) -> None:
    rows = RowWriter(sheet, FIRST, writers, [RENAMED] * len(writers))
    for some in (slice(0, 5), slice(5, 6), slice(6, None)):
        columns, symbols = (list(zip(*cells[some], strict=True)) for cells in (ROWS, SYMBOLS))
        rows.write(columns, symbols, HEIGHTS[some])


@pytest.mark.parametrize("most", [1, 1000])
def test_kept_cells_give_the_bytes_of_the_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr(rows_module, "MAX_KEPT", most)

    assert sheet_bytes(tmp_path / "kept.xlsx", kept) == sheet_bytes(tmp_path / "plain.xlsx", one_by_one)
