"""Persons counted once (순인원) and every time they came (연인원) are never taken for each other."""

import pytest
from forms import as_csv, as_xlsx
from judging import judge

FIELDS = ["기관명", "프로그램명", "사업구분", "대상", "시도", "시군구", "운영횟수"]
ROW = ["가상재단", "가상 체험", "나눔·포용", "초등학생", "부산", "중구", 3]
TITLE = ["가상 2021년 상반기 나눔·포용 프로그램 실적"]
BLANK = [""] * len(FIELDS)


def both(header: list[list[str]], *numbers: int) -> list[list[object]]:
    return [TITLE, *header, [*ROW, *numbers]]


@pytest.mark.parametrize("make", [as_csv, as_xlsx])
@pytest.mark.parametrize(("words", "numbers"), [(("순인원", "연인원"), (40, 400)), (("연인원", "순인원"), (400, 40))])
def test_of_two_columns_under_one_header_the_persons_counted_once_are_taken(make, words, numbers) -> None:  # type: ignore[no-untyped-def]
    judged = judge(make(both([[*FIELDS, "참여인원", ""], [*BLANK, *words]], *numbers)))
    assert (judged.places, judged.column("participant_count")) == ([], [40])


@pytest.mark.parametrize("header", ["참여인원(순인원)", "참여인원\n(실인원, 명)"])
def test_a_header_may_say_that_persons_count_once(header: str) -> None:
    judged = judge(as_csv(both([[*FIELDS, header, "참여인원(연인원)"]], 40, 400)))
    assert (judged.places, judged.column("participant_count")) == ([], [40])


@pytest.mark.parametrize("children", [["연인원"], ["남", "여"]])
def test_what_stands_under_a_header_is_never_taken_for_the_whole_of_it(children: list[str]) -> None:
    parents = [*FIELDS, "참여인원", *[""] * (len(children) - 1)]
    judged = judge(as_csv(both([parents, [*BLANK, *children]], *range(20, 20 + len(children)))))
    assert judged.codes == ["R_HEADER_NOT_FOUND"]


def test_a_first_row_that_tells_words_for_a_number_is_a_row() -> None:
    rows = [TITLE, [*FIELDS, "참여인원"], [*ROW, "미정", "비 옴"], [*ROW[:1], "다른 체험", *ROW[2:], 40]]
    judged = judge(as_xlsx(rows))
    assert judged.places == [("E_APPROXIMATE", 3, "H3")]


@pytest.mark.parametrize("unit", ["(단위: 천명)", "(단위 : 회, 천 명, 천원)"])
def test_persons_told_in_thousands_are_no_count_of_persons(unit: str) -> None:
    rows = [TITLE, [unit], [*FIELDS, "참여인원"], [*ROW, "3"], [*ROW[:1], "다른 체험", *ROW[2:], "0"]]
    judged = judge(as_csv(rows))
    assert judged.places == [("E_NOT_A_NUMBER", 4, "H4"), ("E_NOT_A_NUMBER", 5, "H5")]
    rows[2][-1] = "참여인원(명)"
    assert judge(as_csv(rows)).column("participant_count") == [3, 0]
