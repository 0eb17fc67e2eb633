"""Workbooks: merged cells, hidden sheets and rows, cells that are numbers and dates, and places to the cell."""

from datetime import date, datetime

import pytest
from forms import CLASS, FACILITY, INSTITUTION, Sheet, as_xls, as_xlsx, table
from judging import judge

HEADER = ["사업연도", "시도", "시군구", "읍면동", "기수", "강좌명", "교육장명", "운영횟수", "수혜자수(순인원)"]


def block(*rows: tuple[str, str, str]) -> list[list[object]]:
    """One class a place, none of them alike."""
    cells: list[list[object]] = [
        [2020, *place, 1, f"가상 로봇 {number}", "가상 센터", 12, 15] for number, place in enumerate(rows)
    ]
    return [HEADER, *cells]


MERGED = block(("전라남도", "여수시", "돌산읍"), ("", "", "소라면"), ("", "", "율촌면"))


def test_merged_cells_stand_for_all_their_rows() -> None:
    judged = judge(as_xlsx(Sheet(MERGED, merges=[(1, 1, 3, 1), (1, 2, 3, 2)])))
    assert judged.places == []
    assert judged.column("sigungu_code") == ["46130"] * 3
    assert len(set(judged.column("eupmyeondong_code"))) == 3


def test_a_blank_outside_a_merged_range_stays_blank() -> None:
    judged = judge(as_xlsx(Sheet(MERGED, merges=[(1, 1, 2, 1), (1, 2, 2, 2)])))
    assert judged.places == [("E_REQUIRED_MISSING", 4, "B4"), ("E_REQUIRED_MISSING", 4, "C4")]
    assert judged.accounts == [{"read": 3, "loaded": 2, "quarantined": 1, "left_out": 0}]


def test_merges_move_with_a_table_that_starts_elsewhere() -> None:
    sheet = Sheet(MERGED, top=4, left=3, merges=[(5, 4, 6, 4), (5, 5, 6, 5)])
    assert judge(as_xlsx(sheet)).places == [("E_REQUIRED_MISSING", 8, "E8"), ("E_REQUIRED_MISSING", 8, "F8")]


def test_merged_parents_of_a_header_reach_over_their_columns_only() -> None:
    rows = [
        ["2020년 가상 실적"],
        ["기수", "강좌명", "교육장명", "지역", "", "", "운영실적", "", "비고"],
        ["", "", "", "시도", "시군구", "읍면동", "운영\n횟수", "수혜자수\n(순인원)", ""],
        [1, "가상 로봇", "가상 센터", "서울특별시", "종로구", "삼청동", 12, "?", "가상"],
    ]
    judged = judge(as_xlsx(Sheet(rows, merges=[(1, 3, 1, 5), (1, 6, 1, 7), (1, 0, 2, 0), (1, 8, 2, 8)])))
    assert judged.places == [("E_NOT_A_NUMBER", 4, "H4")]
    assert judged.finding["header"] == "운영실적|수혜자수 (순인원)"
    assert judged.reading.tables[0].extra_headers == ["비고"]


@pytest.mark.parametrize("name", ["xlsx", "xls"])
def test_numbers_that_excel_keeps_as_numbers_are_numbers(name: str) -> None:
    rows = table(CLASS | {"사업연도": 2020, "기수": 1, "운영횟수": 12, "수혜자수(순인원)": 15.0})
    judged = judge(as_xlsx(rows) if name == "xlsx" else as_xls(rows))
    assert judged.places == []
    assert (judged.column("term"), judged.column("session_count"), judged.column("beneficiary_count")) == (
        [1],
        [12],
        [15],
    )


def test_old_workbooks_keep_their_places_too() -> None:
    judged = judge(as_xls(table(CLASS, {}, {"운영횟수": "여섯"}), top=3, left=2))
    assert judged.reading.format == "xls"
    assert judged.places == [("E_NOT_A_NUMBER", 6, "J6")]


def test_days_that_excel_keeps_as_serial_numbers_are_days() -> None:
    judged = judge(as_xlsx(table(INSTITUTION | {"등록일": 43891, "종료일": "2020.12.31"})))
    assert judged.places == []
    assert judged.column("valid_from") == [date(2020, 3, 1)]


def test_days_that_excel_formats_as_days_are_days() -> None:
    import io

    import xlsxwriter

    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        header, row = table(INSTITUTION)
        sheet.write_row(0, 0, [*header, "등록일"])
        sheet.write_row(1, 0, row)
        sheet.write_datetime(1, len(row), datetime(2020, 3, 1), book.add_format({"num_format": "yyyy. m. d."}))
    judged = judge(target.getvalue())
    assert judged.places == []
    assert judged.column("valid_from") == [date(2020, 3, 1)]


def test_a_hidden_sheet_that_holds_a_form_is_told_of_and_not_counted() -> None:
    judged = judge(as_xlsx(Sheet(table(CLASS), "실적"), Sheet(table(CLASS, {}, {}), "구버전", hidden=True)))
    assert [(f.code, f.sheet) for f in judged.reading.findings] == [("W_HIDDEN_SHEET", "구버전")]
    assert judged.accounts == [{"read": 1, "loaded": 1, "quarantined": 0, "left_out": 0}]


def test_a_hidden_row_counts_and_is_told_of() -> None:
    judged = judge(as_xlsx(Sheet(table(CLASS, {}, {}, {}), hidden_rows=[2])))
    assert judged.places == [("W_HIDDEN_ROW", 3, None)]
    assert judged.accounts[0]["loaded"] == 3


def test_a_formula_counts_by_its_value_and_one_that_failed_is_an_error() -> None:
    import io

    import xlsxwriter

    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for r, row in enumerate(table(CLASS, {}, {})):
            sheet.write_row(r, 0, row)
        sheet.write_formula("H2", "=5+7", None, 12)
        sheet.write_formula("H3", "=1/0", None, "#DIV/0!")
    judged = judge(target.getvalue())
    assert judged.column("session_count") == [12]
    assert [(code, cell) for code, _, cell in judged.places] in (
        [("E_NOT_A_NUMBER", "H3")],
        [("E_REQUIRED_MISSING", "H3")],
    )


def test_empty_sheets_beside_a_form_are_nothing() -> None:
    judged = judge(as_xlsx(Sheet([], "Sheet1"), Sheet(table(FACILITY), "교육장"), Sheet([], "Sheet3")))
    assert judged.places == []
    assert judged.accounts[0]["loaded"] == 1
