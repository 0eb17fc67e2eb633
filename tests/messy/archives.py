"""Rows → the files that hold them: delimited texts and workbooks as institutions send them."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msoffcrypto.format.ooxml
import xlsxwriter

Rows = Sequence[Sequence[Any]]


def text(rows: Rows, encoding: str = "utf-8", mark: str = ",") -> bytes:
    made = io.StringIO()
    csv.writer(made, delimiter=mark, lineterminator="\r\n").writerows(rows)
    return made.getvalue().encode(encoding)


def book(
    *sheets: tuple[str, Rows],
    merges: Iterable[str] = (),
    hidden: Iterable[str] = (),
    hidden_rows: Iterable[int] = (),
    formulas: dict[str, tuple[str, Any]] | None = None,
) -> bytes:
    """A workbook. merges: ranges of the first sheet. hidden: sheets. hidden_rows: of the first sheet, from 1.
    formulas: cell of the first sheet → formula and its cached value ('' for none)."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False}) as workbook:
        workbook.set_properties({"created": datetime(2021, 1, 15), "comments": "가상 자료"})
        for number, (name, rows) in enumerate(sheets):
            sheet = workbook.add_worksheet(name)
            for r, row in enumerate(rows):
                for c, cell in enumerate(row):
                    if cell not in ("", None):
                        sheet.write(r, c, cell)
            if name in hidden:
                sheet.hide()
            if number == 0:
                for cells in merges:
                    sheet.merge_range(cells, rows[_row(cells) - 1][ord(cells[0]) - 65])
                for hidden_row in hidden_rows:
                    sheet.set_row(hidden_row - 1, None, None, {"hidden": True})
                for cell, (formula, value) in (formulas or {}).items():
                    sheet.write_formula(cell, formula, None, value)
    return made.getvalue()


def _row(cells: str) -> int:
    return int("".join(c for c in cells.split(":")[0] if c.isdigit()))


def encrypted(data: bytes) -> bytes:
    made = io.BytesIO()
    msoffcrypto.format.ooxml.OOXMLFile(io.BytesIO(data)).encrypt("invented", made)
    return made.getvalue()


def loose(value: Any) -> Any:
    return unicodedata.normalize("NFD", value) if isinstance(value, str) else value


def blank(count: int) -> list[str]:
    return [""] * count


def beside(*tables: Rows) -> list[list[Any]]:
    """Tables side by side with a blank column between them."""
    height = max(len(table) for table in tables)
    widths = [max(len(row) for row in table) for table in tables]
    laid = []
    for r in range(height):
        cells: list[Any] = []
        for table, width in zip(tables, widths, strict=True):
            row = list(table[r]) if r < len(table) else []
            cells += [*row, *blank(width - len(row) + 1)]
        laid.append(cells[:-1])
    return laid
