"""Tables that say more than one thing a row, and headers that say the same under two parents."""

from datetime import date

import pytest
from forms import Sheet, as_csv, as_xlsx
from judging import judge

TITLE = ["가상 재외과협 회원 현황 (2021. 12. 31. 기준)"]
WIDE = ["약칭", "협회명", "국가", "정회원", "학생회원", "계", "집계기준"]
FIRST = ["KSEA", "가상 재미협회", "미국", "100", "50", "150", "등록"]
SECOND = ["AKCSE", "가상 재캐나다협회", "캐나다", "30", "-", "30", "등록"]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_wide_table_gives_a_row_for_each_of_its_columns_and_counts_its_own_rows(form: str) -> None:
    rows = [TITLE, WIDE, FIRST, SECOND, ["합계", "", "", "130", "50", "180", ""]]
    judged = judge(as_csv(rows) if form == "csv" else as_xlsx(rows))
    assert judged.places == []
    assert judged.accounts == [{"read": 3, "loaded": 2, "quarantined": 0, "left_out": 1}]
    told = judged.accepted.select("association_code", "member_type", "member_count", "source_row").rows()
    assert sorted(told) == [
        ("AKCSE", "regular", 30, 4), ("AKCSE", "student", 0, 4), ("KSEA", "regular", 100, 3),
        ("KSEA", "student", 50, 3),
    ]  # fmt: skip


def test_a_date_may_be_said_above_the_table() -> None:
    judged = judge(as_csv([TITLE, WIDE, FIRST]))
    assert set(judged.column("reference_date")) == {date(2021, 12, 31)}
    assert set(judged.column("program_year")) == {2021}


@pytest.mark.parametrize(
    ("column", "value", "place"),
    [
        (5, "151", ("E_SUM_MISMATCH", 3, "F3")),
        (4, "여럿", ("E_NOT_A_NUMBER", 3, "E3")),
        (4, "", ("E_REQUIRED_MISSING", 3, "E3")),
        (2, "없는나라", ("E_CODE_UNKNOWN", 3, "C3")),
    ],
)
def test_a_row_of_a_wide_table_is_refused_as_one_and_told_once(
    column: int, value: str, place: tuple[str, int, str]
) -> None:
    broken = [*FIRST]
    broken[column] = value
    judged = judge(as_csv([TITLE, WIDE, broken, SECOND]))
    assert judged.places == [place]
    assert judged.accounts == [{"read": 2, "loaded": 1, "quarantined": 1, "left_out": 0}]
    assert set(judged.column("association_code")) == {"AKCSE"}
    assert [v.quarantine.height for v in judged.outcomes.values()] == [1]


EVENT = ["행사구분", "회차", "행사명", "기간", "장소", "국가"]
UKC = ["UKC", "19", "가상 한미대회", "2018-08-01 ~ 2018-08-04", "가상 회의장", "미국"]


def test_planned_and_actual_numbers_stay_apart_whichever_comes_first() -> None:
    planned, actual = ["계획", "", "실적", "", ""], ["실적", "", "", "계획", ""]
    one = [["가상"], [*EVENT, *planned], [""] * 6 + ["참가자수", "논문수", "참가자수", "동반자", "논문수"],
           [*UKC, "1000", "300", "900", "20", "250"]]  # fmt: skip
    other = [["가상"], [*EVENT, *actual], [""] * 6 + ["참가자수", "동반자", "논문수", "참가자수", "논문수"],
             [*UKC, "900", "20", "250", "1000", "300"]]  # fmt: skip
    for rows in (one, other):
        judged = judge(as_csv(rows))
        assert judged.places == []
        names = ("participant_count", "accompanying_count", "paper_count", "planned_participant_count")
        assert [judged.column(name) for name in names] == [[900], [20], [250], [1000]]


def test_a_number_under_two_parents_that_the_form_does_not_know_is_asked_about() -> None:
    rows = [["가상"], [*EVENT, "상반기", "하반기"], [""] * 6 + ["참가자수", "참가자수"], [*UKC, "1", "2"]]
    judged = judge(as_csv(rows))
    assert judged.codes == ["R_HEADER_NOT_FOUND"]
    assert "참가자수" in judged.reading.findings[0].expected_ko


def test_a_second_row_of_nothing_but_headers_is_no_data() -> None:
    rows = [["가상"], [*EVENT, "참가자수"], ["", "", "", "기간", "", "", ""], [*UKC, "900"]]
    judged = judge(as_csv(rows))
    assert judged.places == []
    assert judged.accounts == [{"read": 1, "loaded": 1, "quarantined": 0, "left_out": 0}]


def test_a_list_in_one_cell_keeps_its_order() -> None:
    judged = judge(
        as_csv([["가상"], [*EVENT, "후원"], [*UKC, "가상 과학관, 가상 시/가상 재단·가상 협회\n가상 대학 등"]])
    )
    assert judged.column("sponsor") == [["가상 과학관", "가상 시", "가상 재단", "가상 협회", "가상 대학"]]


LONG = ["약칭", "협회명", "국가", "회원구분", "회원수", "집계기준"]


def long(kind: str, count: str) -> list[str]:
    return ["KSEA", "가상 재미협회", "미국", kind, count, "등록"]


def test_a_total_beside_its_parts_must_be_their_sum() -> None:
    judged = judge(as_csv([TITLE, LONG, long("정회원", "100"), long("학생회원", "50"), long("계", "150")]))
    assert judged.places == []
    lacking = judge(as_csv([TITLE, LONG, long("정회원", "100"), long("계", "150")]))
    assert lacking.places == [("E_SUM_MISMATCH", 4, "E4")]
    assert lacking.finding["expected_ko"] == "100"
    alone = judge(as_csv([TITLE, LONG, long("계", "150")]))
    assert alone.places == []


CLASSES = ["기수", "강좌명", "교육장명", "시도", "시군구", "읍면동"]
HELD = ["1", "가상 교실", "가상 센터", "서울", "종로구", "삼청동"]
PLAN_AND_ACTUAL = {
    "under each measure": (["운영횟수", "", "수혜자수", ""], ["계획", "실적", "계획", "실적"], [10, 9, 20, 18]),
    "over the measures": (["계획", "", "실적", ""], ["횟수", "순인원", "횟수", "순인원"], [10, 20, 9, 18]),
}


@pytest.mark.parametrize("way", PLAN_AND_ACTUAL)
def test_of_several_measures_planned_and_actual_the_actual_are_read(way: str) -> None:
    parents, children, numbers = PLAN_AND_ACTUAL[way]
    rows = [["가상 2020년"], [*CLASSES, *parents], [*[""] * 6, *children], [*HELD, *map(str, numbers)]]
    judged = judge(as_csv(rows))
    assert judged.places == []
    assert [judged.column(name) for name in ("session_count", "beneficiary_count")] == [[9], [18]]


def test_what_was_done_twice_under_one_measure_is_asked_about() -> None:
    rows = [
        ["가상 2020년"],
        [*CLASSES, "운영횟수", "", "수혜자수"],
        [*[""] * 6, "실적", "결과", ""],
        [*HELD, "1", "2", "3"],
    ]
    assert judge(as_csv(rows)).codes == ["R_HEADER_NOT_FOUND"]


SPLIT = {
    "by sex": (["운영횟수", "수혜자수", "", ""], ["", "남", "여", "계"], [12, 8, 12, 20]),
    "its sum first": (["운영횟수", "수혜자수", "", ""], ["", "합계", "남", "여"], [12, 20, 8, 12]),
    "by who pays": (["운영횟수", "수혜자수", "", ""], ["", "국비", "자부담", "계"], [12, 8, 12, 20]),
    "by month": (["운영횟수", "", "", "수혜자수"], ["3월", "4월", "계", ""], [5, 7, 12, 20]),
}


@pytest.mark.parametrize("way", SPLIT)
def test_of_a_measure_in_parts_the_sum_is_read(way: str) -> None:
    parents, children, numbers = SPLIT[way]
    rows = [["가상 2020년"], [*CLASSES, *parents], [*[""] * 6, *children], [*HELD, *map(str, numbers)]]
    first = next(n for n, child in enumerate(children) if child) + 6
    for data in (as_csv(rows), as_xlsx(Sheet(rows, merges=[(1, first, 1, first + 2)]))):
        judged = judge(data)
        assert judged.places == []
        assert [judged.column(name) for name in ("session_count", "beneficiary_count")] == [[12], [20]]
        assert judged.accounts == [{"read": 1, "loaded": 1, "quarantined": 0, "left_out": 0}]


@pytest.mark.parametrize("parts", [["남", "여"], ["가상 기관", "딴 기관"]])
def test_of_a_measure_in_parts_without_a_sum_none_is_taken_for_the_whole(parts: list[str]) -> None:
    rows = [["가상 2020년"], [*CLASSES, "운영횟수", "수혜자수", ""], [*[""] * 7, *parts], [*HELD, "12", "8", "12"]]
    judged = judge(as_csv(rows))
    assert judged.codes == ["R_HEADER_NOT_FOUND"]
    assert "수혜자수" in judged.reading.findings[0].expected_ko
