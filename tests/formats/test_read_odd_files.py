"""Files that once stopped a run or let a wrong number through."""

from __future__ import annotations

import io

import polars as pl
import pytest
import xlsxwriter
from forms import CENTRE, CLASS, as_csv, table

from sciculture_etl.contracts import load_contracts
from sciculture_etl.intake import read_submission
from sciculture_etl.validate import TableCandidate, Validated, validate_tables

CONTRACTS = load_contracts()


def judged(data: bytes) -> Validated:
    read = read_submission(data, CONTRACTS).tables[0]
    return validate_tables(read.contract, [TableCandidate("s", 1, "가상시험센터", "", read)])


def test_line_ends_of_old_macintosh_files_are_read() -> None:
    data = as_csv(table(CLASS, {}, {})).replace(b"\r\n", b"\r")
    assert judged(data).accepted.height == 2


@pytest.mark.parametrize("word", ["합계", "총 계", "계", "소계:"])
def test_a_total_in_the_only_label_is_no_institution(word: str) -> None:
    outcome = judged(as_csv(table(CENTRE, {}, {"기관명": word})))
    assert outcome.accepted.height == 1
    assert outcome.accounts["subtotal"].to_list() == [1]


def test_groups_are_told_apart_by_letters_too() -> None:
    rows = [{"강좌명": "가상 로봇 교실", "반": letter} for letter in "ABC"]
    outcome = judged(as_csv(table(CLASS, *rows)))
    assert outcome.accepted["class_no"].to_list() == ["A", "B", "C"]


def _workbook(cells: dict[tuple[int, int], object], merge: tuple[int, int, int, int] | None = None) -> bytes:
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True})
    sheet = book.add_worksheet("실적")
    for (row, column), value in cells.items():
        sheet.write(row, column, value)
    if merge:
        sheet.merge_range(*merge, cells[merge[0], merge[1]])
    book.close()
    return made.getvalue()


def test_one_number_over_several_rows_is_not_counted_for_each() -> None:
    rows = table(CLASS, {"강좌명": "가상 하나"}, {"강좌명": "가상 둘"})
    cells = {(r, c): value for r, row in enumerate(rows) for c, value in enumerate(row)}
    column = rows[0].index("운영횟수")
    del cells[2, column]
    outcome = judged(_workbook(cells, (1, column, 2, column)))
    assert outcome.accepted["session_count"].to_list() == [12]
    missing = outcome.findings.filter(pl.col("code") == "E_REQUIRED_MISSING")
    assert missing["row"].to_list() == [3]


def test_two_cells_far_apart_are_refused_before_the_sheet_is_laid_out() -> None:
    reading = read_submission(_workbook({(0, 16_383): "x", (199_999, 0): "x"}), CONTRACTS)
    assert [finding.code for finding in reading.findings] == ["R_TOO_LARGE"]


def test_a_header_that_stands_twice_or_over_two_columns_is_asked_about() -> None:
    twice = [[*row, "99" if number else "운영횟수"] for number, row in enumerate(table(CLASS))]
    rows = table(CLASS)
    cells = {(r, c): value for r, row in enumerate(rows) for c, value in enumerate(row)}
    column = rows[0].index("수혜자수(순인원)")
    over_two = _workbook(cells, (0, column, 0, column + 1))
    for data, header in [(as_csv(twice), "운영횟수"), (over_two, "수혜자수(순인원)")]:
        reading = read_submission(data, CONTRACTS)
        assert [finding.code for finding in reading.findings] == ["R_HEADER_NOT_FOUND"]
        assert header in reading.findings[0].expected_ko
