"""Several tables on a sheet: each is read as one of its own, and nothing else is taken for a table or for its rows."""

from typing import Any

import pytest
from forms import Sheet, as_csv, as_xlsx
from judging import Judged, judge

TITLE = ["가상 2020년 실적"]
CLASS = ["기수", "강좌명", "교육장명", "시도", "시군구", "읍면동", "운영횟수", "수혜자수", "연인원"]
CENTRE = ["기관명", "주강사", "보조강사", "강사수"]
STAFF = ["가상센터", "3", "2", "5"]
PLACE = ["가상 주민센터", "서울", "종로구", "삼청동"]


def held(number: int, term: str = "1") -> list[str]:
    return [term, f"가상 교실 {number}", *PLACE, "10", "20", "150"]


def read(judged: Judged) -> list[tuple[str, int, int, int]]:
    """Dataset, rows loaded, quarantined and left out of each table."""
    rows = [
        (account["part"], name, account["loaded"], account["quarantined"], account["left_out"])
        for name, validated in judged.outcomes.items()
        for account in validated.accounts.to_dicts()
    ]
    return [row[1:] for row in sorted(rows)]


TWO = [TITLE, CLASS, held(1), held(2)]
TABLES: dict[str, tuple[list[list[str]], list[tuple[str, int, int, int]]]] = {
    "another title": ([*TWO, [], ["가상 2020년 2분기"], CLASS, held(1, "2")],
        [("dsc_class", 2, 0, 0), ("dsc_class", 1, 0, 0)]),
    "another form": ([*TWO, [], ["강사"], CENTRE, STAFF], [("dsc_class", 2, 0, 0), ("dsc_institution_year", 1, 0, 0)]),
    "another form at once": ([*TWO, CENTRE, STAFF], [("dsc_class", 2, 0, 0), ("dsc_institution_year", 1, 0, 0)]),
    "a small form above": ([TITLE, CENTRE, STAFF, [], *TWO],
        [("dsc_institution_year", 1, 0, 0), ("dsc_class", 2, 0, 0)]),
    "the header again": ([*TWO, CLASS, held(3)], [("dsc_class", 3, 0, 1)]),
    "title and header again": ([*TWO, ["- 1 -"], *TWO[:2], held(3)], [("dsc_class", 3, 0, 3)]),
    "sums by kind": ([*TWO, [], ["집계"], ["구분", "강좌수", "횟수"], ["계", "2", "20"]], [("dsc_class", 2, 0, 4)]),
    "an unknown table": ([*TWO, [], ["비목", "예산", "집행"], ["인건비", "5", "4"]], [("dsc_class", 2, 0, 3)]),
    "a box for approval": ([*TWO, [], ["", "", "담당", "팀장", "센터장"], ["", "", "가상", "", ""]],
        [("dsc_class", 2, 0, 3)]),
    "numbers below the header": ([*TWO[:2], [f"({n})" for n in range(1, 10)], *TWO[2:]], [("dsc_class", 2, 0, 1)]),
    "a word on how to fill it in": ([*TWO[:2], ["필수"] * 9, *TWO[2:]], [("dsc_class", 2, 0, 1)]),
    "units below the header": ([*TWO[:2], [""] * 6 + ["(회)", "(명)", "(명)"], *TWO[2:]], [("dsc_class", 2, 0, 0)]),
    "the name of a group": ([*TWO[:3], ["나눔과학교실"], held(3)], [("dsc_class", 2, 0, 1)]),
    # What looks like an end and is none.
    "a gap": ([*TWO, [], held(3)], [("dsc_class", 3, 0, 1)]),
    "a faulty row after a gap": ([*TWO, [], ["일", "교실", *PLACE, "열", "", ""], held(3)], [("dsc_class", 3, 1, 1)]),
    "a row begun after a gap": ([*TWO, [], ["", "가상", "가상센터"], held(3)], [("dsc_class", 3, 1, 1)]),
}  # fmt: skip


@pytest.mark.parametrize("case", TABLES)
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_each_table_below_another_has_its_own_rows(case: str, form: str) -> None:
    rows, expected = TABLES[case]
    assert read(judge(as_csv(rows) if form == "csv" else as_xlsx(rows))) == expected


def beside(*tables: list[list[str]]) -> list[list[str]]:
    laid: list[list[Any]] = [[] for _ in range(max(len(table) for table in tables))]
    for table in tables:
        width = max(len(row) for row in table)
        for row, cells in zip(laid, table + [[]] * (len(laid) - len(table)), strict=True):
            row += [*([""] if table is not tables[0] else []), *cells, *[""] * (width - len(cells))]
    return laid


SIDES = {
    "the same form": ([TWO, [["가상 2020년 2분기"], CLASS, held(5, "2")]],
        [("dsc_class", 2, 0, 0), ("dsc_class", 1, 0, 0)]),
    "another form, longer": (
        [TWO, [["강사"], CENTRE, STAFF, ["가상이", *STAFF[1:]], ["가상삼", *STAFF[1:]]]],
        [("dsc_class", 2, 0, 0), ("dsc_institution_year", 3, 0, 0)],
    ),
    "sums by kind, longer": ([TWO, [["집계"], ["구분", "횟수", "수혜자"], *[["1분기", "1", "2"]] * 5]],
        [("dsc_class", 2, 0, 0)]),
    "scratch at the left": ([[[], ["운영횟수", "메모"], *[["3", "가상"]] * 6], TWO], [("dsc_class", 2, 0, 0)]),
}  # fmt: skip


@pytest.mark.parametrize("case", SIDES)
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_tables_side_by_side_are_read_each_for_itself(case: str, form: str) -> None:
    tables, expected = SIDES[case]
    rows = beside(*tables)
    judged = judge(as_csv(rows) if form == "csv" else as_xlsx(rows))
    assert judged.errors == []
    assert read(judged) == expected


def test_a_title_says_the_term_where_the_form_has_no_column_for_it() -> None:
    rows = [TITLE, ["□ 1분기"], CLASS[1:], held(1)[1:], [], ["□ 2분기"], CLASS[1:], held(1)[1:]]
    judged = judge(as_csv(rows))
    assert judged.errors == []
    assert judged.column("term") == [1, 2]
    assert set(judged.column("program_year")) == {2020}


def test_a_blank_term_is_missing_whatever_the_title_says() -> None:
    judged = judge(as_csv([["가상 2020년 1분기"], CLASS, held(1, "")]))
    assert judged.errors == [("E_REQUIRED_MISSING", 3, "A3")]


def test_a_second_table_that_lacks_a_column_is_told_of() -> None:
    lacking = [*CLASS[:6], *CLASS[7:]]
    judged = judge(as_csv([*TWO, [], ["가상 2020년 2분기"], lacking, [*held(1, "2")[:6], "20", "150"]]))
    assert judged.places == [("R_HEADER_NOT_FOUND", 7, None)]
    assert read(judged) == [("dsc_class", 2, 0, 0)]


def test_money_in_the_unit_of_a_row_below_the_header_is_scaled() -> None:
    rows = [
        TITLE,
        ["과제번호", "수행기관", "기관유형", "과제명", "지원금"],
        ["", "", "", "", "(천원)"],
        ["P", "가상", "학회", "가", "3"],
    ]
    assert judge(as_csv(rows)).column("grant_amount_krw") == [3000]


def test_a_parent_is_spread_by_its_own_merge_though_other_cells_are_merged_too() -> None:
    parents = ["기수", "강좌명", "교육장명", "지역", "", "", "실적", "", ""]
    children = ["", "", "", "시도", "시군구", "읍면동", "운영횟수", "순인원", "연인원"]
    rows = [TITLE, parents, children, held(1), ["", *held(2)[1:]]]
    judged = judge(as_xlsx(Sheet(rows, merges=[(0, 0, 0, 8), (3, 0, 4, 0)])))
    assert judged.errors == []
    assert judged.column("term") == [1, 1]


def test_titles_side_by_side_are_each_their_tables() -> None:
    common = ["가상 2020년 생활과학교실 운영 실적", *[""] * 16]
    rows = [common, *beside([["1분기"], CLASS[1:], held(1)[1:]], [["2분기"], CLASS[1:], held(2)[1:]])]
    judged = judge(as_xlsx(Sheet(rows, merges=[(0, 0, 0, 16)])))
    assert judged.errors == []
    assert judged.column("term") == [1, 2]
    assert set(judged.column("program_year")) == {2020}


def test_tables_side_by_side_may_start_in_different_rows() -> None:
    judged = judge(as_xlsx(beside([*TWO, held(3), held(4)], [[], [], [], ["강사"], CENTRE, STAFF])))
    assert judged.errors == []
    assert read(judged) == [("dsc_class", 4, 0, 0), ("dsc_institution_year", 1, 0, 0)]
    assert [table.extra_headers for table in judged.reading.tables] == [[], []]


def test_a_header_may_stand_below_a_long_guide() -> None:
    judged = judge(as_csv([TITLE, *[[f"가상의 안내 {n}"] for n in range(30)], CLASS, held(1)]))
    assert judged.errors == []
    assert judged.accounts[0]["loaded"] == 1
