"""Invented submissions for the tests: rows of the forms as dicts of header → cell, and the files they come in.

Every institution, facility and number here is made up; only the names of places are real.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import xlsxwriter

SUBMITTER = "가상시험센터"
Cells = Sequence[Any]

CLASS = {
    "사업연도": "2020",
    "기수": "1",
    "강좌명": "가상 로봇 교실",
    "교육장명": "가상 종로 주민센터",
    "시도": "서울특별시",
    "시군구": "종로구",
    "읍면동": "삼청동",
    "운영횟수": "12",
    "수혜자수(순인원)": "15",
}
FACILITY = {
    "사업연도": "2020",
    "시설명": "가상 종로 주민센터",
    "시설구분": "주민센터",
    "시도": "서울특별시",
    "시군구": "종로구",
    "읍면동": "삼청동",
}
CENTRE = {"사업연도": "2020", "기관명": SUBMITTER, "주강사": "3", "보조강사": "2", "강사수": "5"}
INSTITUTION = {
    "사업연도": "2020",
    "기관코드": "INST-0001",
    "기관명": SUBMITTER,
    "기관유형": "재단",
    "시도": "서울특별시",
    "시군구": "종로구",
}


def many_classes(rows: int, place: str = "삼청동") -> bytes:
    """An honest file of so many classes: large, and slow where each has a place of its own (``삼청동 {}번지``)."""
    header = "사업연도,기수,강좌명,교육장명,시도,시군구,읍면동,운영횟수,수혜자수(순인원)\n"
    lines = (f"2020,1,가상 강좌 {n},가상 교육장 {n},서울,종로구,{place.format(n)},12,15\n" for n in range(rows))
    return (header + "".join(lines)).encode()


def table(form: Mapping[str, Any], *changes: Mapping[str, Any], without: Iterable[str] = ()) -> list[list[Any]]:
    """Header and one row a change: the form with those cells changed (new headers stand at the end). Rows that would
    be the same get a class or facility name of their own."""
    headers = [
        name for name in dict.fromkeys([*form, *(key for c in changes for key in c)]) if name not in set(without)
    ]
    own = next((name for name in ("강좌명", "시설명", "기관코드") if name in form), None)
    rows = []
    for number, change in enumerate(changes or [{}]):
        row = dict(form)
        if own and number:
            row[own] = f"INST-{number + 1:04}" if own == "기관코드" else f"{form[own]} {number + 1}"
        rows.append([(row | change).get(name, "") for name in headers])
    return [headers, *rows]


def as_csv(rows: Iterable[Cells], encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode(encoding)


@dataclass
class Sheet:
    """rows start at the cell (top, left), counted from 0. merges: (top, left, bottom, right) on the sheet, from 0."""

    rows: Sequence[Cells]
    name: str = "실적"
    top: int = 0
    left: int = 0
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden: bool = False
    hidden_rows: list[int] = field(default_factory=list)


def as_xlsx(*sheets: Sheet | Sequence[Cells]) -> bytes:
    """A workbook; texts of digits are written as texts, numbers as numbers."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        for given in sheets:
            sheet = given if isinstance(given, Sheet) else Sheet(given)
            written = book.add_worksheet(sheet.name)
            for r, row in enumerate(sheet.rows, start=sheet.top):
                for c, cell in enumerate(row, start=sheet.left):
                    if cell not in ("", None):
                        written.write(r, c, cell)
            for top, left, bottom, right in sheet.merges:
                written.merge_range(top, left, bottom, right, sheet.rows[top - sheet.top][left - sheet.left])
            for r in sheet.hidden_rows:
                written.set_row(r, None, None, {"hidden": True})
            if sheet.hidden:
                written.hide()
    return target.getvalue()


def as_xls(rows: Sequence[Cells], top: int = 0, left: int = 0) -> bytes:
    import xlwt

    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("실적")
    for r, row in enumerate(rows, start=top):
        for c, cell in enumerate(row, start=left):
            if cell not in ("", None):
                sheet.write(r, c, cell)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()
