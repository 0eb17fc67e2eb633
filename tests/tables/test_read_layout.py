"""What stands around the data: totals, footnotes, examples, repeated headers. Each is left out, counted, and used."""

import pytest
from forms import CENTRE, CLASS, SUBMITTER, Sheet, as_csv, as_xlsx, table
from judging import judge

HEADER, ONE, TWO, THREE = table(CLASS, {}, {"운영횟수": "20"}, {"운영횟수": "30", "수혜자수(순인원)": "1"})


def total(label: str, sessions: str, persons: str, column: int = 0) -> list[str]:
    row = [""] * len(HEADER)
    row[column], row[7], row[8] = label, sessions, persons
    return row


LEFT_OUT = {
    "sum at the bottom": [HEADER, ONE, TWO, total("합계", "32", "30")],
    "sum on top": [HEADER, total("총계", "32", "30"), ONE, TWO],
    "sum with spaces": [HEADER, ONE, TWO, total("합  계", "32", "30")],
    "sum in brackets": [HEADER, ONE, TWO, total("[계]", "32", "30")],
    "sum told in another column": [HEADER, ONE, TWO, total("소계", "32", "30", column=2)],
    "sum of a place": [HEADER, ONE, TWO, total("종로구 소계", "32", "30", column=5)],
    "sum with units": [HEADER, ONE, TWO, total("계", "32회", "30명")],
    "footnote": [HEADER, ONE, TWO, ["※ 모두 가상의 수임"]],
    "numbered footnote": [HEADER, ONE, TWO, ["주1) 가상의 수"]],
    "source": [HEADER, ONE, TWO, ["자료: 가상"]],
    "starred footnote": [HEADER, ONE, TWO, ["* 가상의 수"]],
    "example row": [HEADER, ["예시) 2020", *ONE[1:]], ONE, TWO],
    "example of how to fill it in": [HEADER, ["(작성예)", *ONE[1:]], ONE, TWO],
    "example behind a mark": [HEADER, ["※ 작성예시", *ONE[1:]], ONE, TWO],
    "header again": [HEADER, ONE, HEADER, TWO],
    "blank row": [HEADER, ONE, [""] * len(HEADER), TWO],
}


@pytest.mark.parametrize("case", LEFT_OUT)
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_is_no_data_is_left_out_and_counted(case: str, form: str) -> None:
    rows = LEFT_OUT[case]
    judged = judge(as_csv(rows) if form == "csv" else as_xlsx(rows))
    assert judged.places == []
    assert judged.accounts == [{"read": 3, "loaded": 2, "quarantined": 0, "left_out": 1}]
    assert sum(judged.column("session_count")) == 32


def test_blank_rows_at_the_end_are_not_rows() -> None:
    judged = judge(as_csv([HEADER, ONE, [""] * 9, [""] * 9]))
    assert judged.accounts == [{"read": 1, "loaded": 1, "quarantined": 0, "left_out": 0}]


def test_subtotals_of_groups_and_a_grand_total_are_each_held_to_their_rows() -> None:
    rows = [
        HEADER,
        ONE,
        TWO,
        total("소계", "32", "30"),
        THREE,
        total("소계", "30", "1"),
        total("합계", "62", "31"),
    ]
    judged = judge(as_csv(rows))
    assert judged.places == []
    assert judged.accounts == [{"read": 6, "loaded": 3, "quarantined": 0, "left_out": 3}]


def test_subtotals_may_stand_above_their_groups() -> None:
    rows = [HEADER, total("소계", "32", "30"), ONE, TWO, total("소계", "30", "1"), THREE]
    assert judge(as_csv(rows)).places == []


@pytest.mark.parametrize(
    ("rows", "place", "expected"),
    [
        pytest.param([HEADER, ONE, TWO, total("합계", "33", "30")], ("H4", "33"), "32", id="bottom"),
        pytest.param([HEADER, total("합계", "33", "30"), ONE, TWO], ("H2", "33"), "32", id="top"),
        pytest.param([HEADER, ONE, total("소계", "12", "16"), TWO], ("I3", "16"), "15", id="group"),
        pytest.param([HEADER, ONE, TWO, total("합계", "3,200", "30")], ("H4", "3,200"), "32", id="a comma moved"),
    ],
)
def test_a_total_that_is_wrong_is_told_with_both_numbers(
    rows: list[list[str]], place: tuple[str, str], expected: str
) -> None:
    judged = judge(as_csv(rows))
    finding = judged.finding
    assert (finding["code"], finding["cell"], finding["value"]) == ("W_TOTAL_MISMATCH", *place)
    assert finding["expected_en"] == expected
    assert judged.accounts[0]["loaded"] == 2


def test_a_total_over_a_cell_that_could_not_be_read_is_not_called_wrong() -> None:
    broken = [*TWO[:7], "여섯", TWO[8]]
    judged = judge(as_csv([HEADER, ONE, broken, total("합계", "32", "30")]))
    assert judged.places == [("E_NOT_A_NUMBER", 3, "H3")]


def test_a_class_that_is_named_like_a_total_is_a_class() -> None:
    named = [*ONE[:2], "가상 통계의 합계", *ONE[3:]]
    judged = judge(as_csv([HEADER, named]))
    assert judged.accounts == [{"read": 1, "loaded": 1, "quarantined": 0, "left_out": 0}]


def test_a_class_that_is_named_like_a_footnote_is_a_class() -> None:
    judged = judge(as_csv(table(CLASS, {"강좌명": "※ 가상 별"}, without=["사업연도"])), "2020년.csv")
    assert judged.column("class_name") == ["※ 가상 별"]


MONEY = {
    "unit of the title": (["2020년 가상 (단위: 천원)"], "국비", "61,175", 61_175_000),
    "unit of the header": (["2020년 가상"], "국비(천원)", "61,175", 61_175_000),
    "unit of the header beats the title's": (["2020년 가상 (단위: 백만원)"], "국비(천원)", "61,175", 61_175_000),
    "unit among others": (["2020년 가상 (단위: 명, 백만원)"], "국비", "61", 61_000_000),
    "unit of the cell beats both": (["2020년 가상 (단위: 천원)"], "국비(천원)", "2억원", 200_000_000),
    "no unit": (["2020년 가상"], "국비", "61,175,000원", 61_175_000),
    "won": (["2020년 가상 (단위: 원)"], "국비", "61,175,000", 61_175_000),
}


@pytest.mark.parametrize("case", MONEY)
def test_money_is_scaled_once_by_the_nearest_unit(case: str) -> None:
    title, header, cell, won = MONEY[case]
    judged = judge(as_csv([title, ["기관명", "강사수", header], [SUBMITTER, "5", cell]]))
    assert judged.places == []
    assert judged.column("national_fund_krw") == [won]


def test_a_table_may_start_anywhere_and_its_cells_keep_their_places() -> None:
    rows = table(CLASS, {}, {"운영횟수": "여섯"})
    judged = judge(as_xlsx(Sheet(rows, top=6, left=2)))
    assert judged.places == [("E_NOT_A_NUMBER", 9, "J9")]


def test_several_forms_in_one_workbook_are_each_read() -> None:
    book = as_xlsx(
        Sheet([["작성 요령"], ["가상의 안내문"]], "작성요령"),
        Sheet(table(CENTRE, {"강사수": "6"}), "강사현황"),
        Sheet(table(CLASS, {}, {"운영횟수": "여섯"}), "운영실적"),
    )
    judged = judge(book)
    assert sorted(judged.outcomes) == ["dsc_class", "dsc_institution_year"]
    found = [(f["sheet"], f["code"], f["cell"]) for v in judged.outcomes.values() for f in v.findings.to_dicts()]
    assert sorted(found) == [("강사현황", "E_SUM_MISMATCH", "E2"), ("운영실적", "E_NOT_A_NUMBER", "H3")]
    assert judged.reading.unread_sheets == ["작성요령"]


def test_two_sheets_of_one_form_are_both_read() -> None:
    book = as_xlsx(Sheet(table(CLASS), "1기"), Sheet(table(CLASS | {"기수": "2"}), "2기"))
    judged = judge(book)
    assert judged.column("term") == [1, 2]
    assert judged.column("part") == [1, 2]


def test_a_name_that_begins_like_an_example_is_a_name() -> None:
    rest = ["가상 전시", "2020-03-02", "2020-03-04", "10", "전남", "여수시"]
    header = ["과학관명", "전시명", "시작일", "종료일", "관람객수", "시도", "시군구"]
    judged = judge(as_csv([["2020년 실적"], header, ["예시바른과학관", *rest], ["예시", *rest]]))
    assert judged.accounts == [{"read": 2, "loaded": 1, "quarantined": 0, "left_out": 1}]


@pytest.mark.parametrize("label", ["합  계", "[총계]", "Total"])
def test_a_total_of_one_measure_alone_is_held_to_its_rows(label: str) -> None:
    header = ["과학관명", "설립구분", "전시명", "기간", "관람객수", "운영일수", "시도", "시군구"]
    row = ["가상과학관", "공립", "가상 전시", "3.2~3.27", "10", "5", "전남", "여수시"]
    judged = judge(as_csv([["2020년 실적"], header, row, [label, "", "", "", "11", "", "", ""]]))
    assert judged.places == [("W_TOTAL_MISMATCH", 4, "E4")]
