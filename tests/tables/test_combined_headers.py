"""Two fields in one column, dates above a table, and header rows that concern no field of the form."""

from datetime import date

import pytest
from forms import CLASS, Sheet, as_csv, as_xlsx, table
from judging import judge

MEMBERS = {
    "기준일": "2022-12-31", "협회명": "가상과학기술자협회", "약칭": "GSEA", "국가": "미국", "회원구분": "정회원",
    "회원수": "4100", "집계기준": "활동",
}  # fmt: skip


def members(header: str, cell: str, **columns: str) -> list[list[str]]:
    return table(MEMBERS | {header: cell} | columns, without=["협회명", "약칭"])


@pytest.mark.parametrize(
    ("header", "cell", "name", "code"),
    [
        ("협회명(약칭)", "가상과학기술자협회(GSEA)", "가상과학기술자협회", "GSEA"),
        ("협회명 (약칭)", "가상과학기술자협회 (GSEA)", "가상과학기술자협회", "GSEA"),
        ("협회명\n(영문약칭)", "가상과학기술자협회\n(GSEA)", "가상과학기술자협회", "GSEA"),
        ("단체명（약어）", "가상(구 시험)과학기술자협회（GSEA）", "가상(구 시험)과학기술자협회", "GSEA"),
    ],
)
@pytest.mark.parametrize("write", [as_csv, as_xlsx])
def test_a_header_that_names_two_fields_gives_both(write, header: str, cell: str, name: str, code: str) -> None:
    judged = judge(write(members(header, cell)))
    assert judged.places == []
    assert (judged.column("association_name"), judged.column("association_code")) == ([name], [code])


def test_a_cell_that_lacks_its_second_part_is_asked_for_it() -> None:
    judged = judge(as_csv(members("협회명(약칭)", "가상과학기술자협회")))
    assert [(code, row) for code, row, _ in judged.errors] == [("E_REQUIRED_MISSING", 2)]


def test_fields_that_have_columns_of_their_own_are_read_from_them() -> None:
    judged = judge(as_csv(table(MEMBERS | {"협회명(약칭)": "다른 이름(OTHER)"})))
    assert judged.column("association_code") == ["GSEA"]
    judged = judge(as_csv(members("협회명(약칭)", "GSEA", **{"협회명(국문)": "가상과학기술자협회"})))
    assert (judged.column("association_name"), judged.column("association_code")) == (["가상과학기술자협회"], ["GSEA"])


@pytest.mark.parametrize(
    "line",
    [
        "2022.12.31. 기준", "(2022. 12. 31. 기준, 단위: 명)", "'22.12.31. 기준", "22.12.31 기준",
        "2022.12.31.(토) 기준",        "기준시점: 2022. 12. 31.", "(기준일자 : 2022.12.31)",
        "※ 2022년 12월 31일자 기준", "2022년말 현재",
        "기준 연월일 2022-12-31",
    ],
)  # fmt: skip
def test_a_basis_date_above_the_table_is_that_of_its_rows(line: str) -> None:
    rows = table(MEMBERS, without=["기준일"])
    for data in (as_csv([["가상 현황"], [line], *rows]), as_xlsx([["가상 현황"], ["", "", "", line], *rows])):
        judged = judge(data)
        assert judged.places == []
        assert judged.column("reference_date") == [date(2022, 12, 31)]


@pytest.mark.parametrize("second", [["1학기", "2학기"], ["가", "나 2"], ["2020년", "2021년"]])
def test_a_second_header_row_over_columns_that_no_field_reads_is_no_data(second: list[str]) -> None:
    header, *rows = table(CLASS | {"학년별": "1", "": "2"}, {}, {"운영횟수": "13"})
    blank = [""] * len(CLASS)
    for data in (
        as_csv([header, [*blank, *second], *rows]),
        as_xlsx(Sheet([header, [*blank, *second], *rows], merges=[(0, len(CLASS), 0, len(CLASS) + 1)])),
    ):
        judged = judge(data)
        assert judged.places == []
        assert judged.accounts == [{"read": 3, "loaded": 2, "quarantined": 0, "left_out": 1}]
