"""Days, periods, years and terms as people write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sciculture_etl.tables.stated_terms import stated_term
from sciculture_etl.validate.dates import parse_date, parse_ordinal, parse_period, parse_term, parse_year

DAY = date(2020, 3, 2)
ONE_DAY = """2020-03-02 | 2020.3.2 | 2020.3.2. | 2020. 3. 2. | 2020. 3. 2.(월) | 2020.03.02(월요일) | 20.03.02
    | '20.3.2 | ’20. 3. 2. | 2020/3/2 | 20200302 | 2020년 3월 2일 | 2020년3월2일 | 43892 | 43892.0
    | 2020-03-02 00:00:00 | ２０２０．３．２ | 2020.3.2.(월) 14:00 | 2020.3.2.(월), 14시 30분
    | 2020. 3. 2.(월) 오후 2시~4시 | 2020-03-02 12:00:08.640 | 2020. 3. 2. 12:00:08.640 | 2020-03-02T12:00
    | 2020-03-02T00:00:00+09:00 | 2020-03-02T14:59:59.999Z | 2020-03-01T15:00:00.000Z | 2020-03-02 00:00:00 KST
    | 2020-03-02 3:20 PM | 2020-03-02 03:20:00 a.m. | 2020. 3. 2. 기준
    | 2020-03-01T20:00:00-0500 | 2020-03-02 10:00-12:00 | 43892.5001"""
NO_DAY = "2020-13-01 | 2020.2.30 | 2020-00-10 | 3월 | 3.2 | 어제 | 2020 | 100 | 99999 | 2020..3.2 | 20201301 | -"


TERMS = [
    (2, "상반기", 1), (2, "하반기", 2), (2, "제2반기", None), (2, "1", 1), (4, "1기", 1), (4, "2/4분기", 2),
    (4, "Ⅳ", 4), (12, "5월", 5), (12, "5", 5), (12, "2020-05", 5), (12, "2020. 5.", 5), (12, "2020년 5월", 5),
    (12, "오월", None), (2, "2020년 상반기", 1), (2, "'20 하반기", 2),
    (4, "2020-1기", 1), (4, "1사분기", 1), (4, "2020", None),
]  # fmt: skip
SAID = [
    (2, "2020년 상반기 무한상상실 운영 실적", 1),
    (2, "무한상상실_2020_하반기_최종.xlsx", 2),
    (2, "상반기·하반기", 0),
    (2, "2020년 상·하반기", 0),
    (12, "2017년 1~6월", -1),
    (12, "2020년 1~12월", 0),
    (12, "2022. 4. 실적", 4),
    (12, "2022년 5월 이용분(6월 정산)", 5),
    (12, "바우처_202205.csv", 5),
    (4, "1·2분기", -1),
    (4, "2020년 1/4분기 실적", 1),
    (4, "실적_Q3.csv", 3),
    (4, "2020년 실적", None),
    (12, "2020년 5월 바우처", 5),
    (12, "voucher_2020-05.csv", 5),
    (12, "2020년 7월 제출, 6월 실적", 6),
    (12, "(작성일: 2020. 7. 5.)", None),
    (12, "2021년 바우처 연간 실적 / 2022. 1. 제출", None),
    (12, "2022.1.~6. 실적", -1),
    (12, "2021년 4월말 현재", -1),
    (12, "2020년 상반기", -1),
    (12, "2020년 7월 15일 기준", None),
]


@pytest.mark.parametrize(("per_year", "text", "term"), TERMS)
def test_a_term_is_read_by_how_many_a_year_has(per_year: int, text: str, term: int | None) -> None:
    assert parse_term(text, per_year) == term


@pytest.mark.parametrize(("per_year", "text", "term"), SAID)
def test_a_title_or_file_name_may_say_the_term(per_year: int, text: str, term: int | None) -> None:
    assert stated_term(text, per_year) == term


@pytest.mark.parametrize("text", ["13", "제13회", "13회", "13차", "13th", "제 13 회차", "１３"])
def test_an_edition_is_a_number(text: str) -> None:
    assert parse_ordinal(text) == 13


def test_an_end_in_a_cell_of_its_own_takes_its_year_from_the_start() -> None:
    assert parse_period("2020.3.2", 2020, "3.27").end == date(2020, 3, 27)
    assert parse_period("2020.3.2", 2020, "2020.3.1").end_code == "E_DATE_ORDER"
    assert parse_period("2020.3.2", 2020, "곧").end_code == "E_DATE_INVALID"


def spelled(listed: str) -> list[str]:
    return [text.strip() for text in listed.split("|")]


@pytest.mark.parametrize("text", spelled(ONE_DAY))
def test_a_day_is_read_as_meant(text: str) -> None:
    parsed = parse_date(text, 2020)
    assert (parsed.start, parsed.end, parsed.code, parsed.warning) == (DAY, DAY, None, None)


@pytest.mark.parametrize("text", spelled(NO_DAY))
def test_what_is_no_day_is_an_error(text: str) -> None:
    parsed = parse_date(text, 2020)
    assert (parsed.start, parsed.code) == (None, "E_DATE_INVALID")


@pytest.mark.parametrize("text", ["2020. 3. 2.(화)", "2020-03-02 (일요일)"])
def test_a_wrong_weekday_is_told_and_the_day_counts(text: str) -> None:
    parsed = parse_date(text, 2020)
    assert (parsed.start, parsed.code, parsed.warning) == (DAY, None, "W_WEEKDAY_MISMATCH")


SPANS = [
    ("2020년 2월", date(2020, 2, 1), date(2020, 2, 29)),
    ("2021.2", date(2021, 2, 1), date(2021, 2, 28)),
    ("2020-12", date(2020, 12, 1), date(2020, 12, 31)),
    ("상시", date(2020, 1, 1), date(2020, 12, 31)),
    ("연중", date(2020, 1, 1), date(2020, 12, 31)),
    ("3.2~3.27", date(2020, 3, 2), date(2020, 3, 27)),
    ("2020.3.2~27", date(2020, 3, 2), date(2020, 3, 27)),
    ("2020. 3. 2. ∼ 2020. 3. 27.", date(2020, 3, 2), date(2020, 3, 27)),
    ("2020-03-02 ～ 2020-03-27", date(2020, 3, 2), date(2020, 3, 27)),
    ("2020-03-02 - 2020-03-27", date(2020, 3, 2), date(2020, 3, 27)),
    ("2020.3.2부터 3.27까지", date(2020, 3, 2), date(2020, 3, 27)),
    ("3월 2일 ~ 3월 27일", date(2020, 3, 2), date(2020, 3, 27)),
    ("2023. 11. 2.(목) ~ 11. 3.(금)", date(2023, 11, 2), date(2023, 11, 3)),
    ("2020년 3월 2일", DAY, DAY),
    ("2020.3.2-3.27", date(2020, 3, 2), date(2020, 3, 27)),
    ("3/2-3/27", date(2020, 3, 2), date(2020, 3, 27)),
    ("2020. 3. 2. - 27.", date(2020, 3, 2), date(2020, 3, 27)),
    ("2020-03-02", DAY, DAY),
    ("3.2", DAY, DAY),
    ("3월 ~ 5월", date(2020, 3, 1), date(2020, 5, 31)),
    ("3~5월", date(2020, 3, 1), date(2020, 5, 31)),
    ("'20.3월 ~ 5월", date(2020, 3, 1), date(2020, 5, 31)),
    ("'20. 3.", date(2020, 3, 1), date(2020, 3, 31)),
    ("20200302-20200327", date(2020, 3, 2), date(2020, 3, 27)),
    ("2020-03-02-2020-03-27", date(2020, 3, 2), date(2020, 3, 27)),
    ("2020. 3. 2.(월) 14:00 ~ 3. 4.(수) 12:00", DAY, date(2020, 3, 4)),
    ("3.2~3.27, 26일간", DAY, date(2020, 3, 27)),
    ("연중(상시)", date(2020, 1, 1), date(2020, 12, 31)),
]


@pytest.mark.parametrize(("text", "start", "end"), SPANS)
def test_a_period_takes_what_its_end_leaves_out_from_its_start(text: str, start: date, end: date) -> None:
    parsed = parse_period(text, 2020)
    assert (parsed.start, parsed.end, parsed.code, parsed.start_weekday, parsed.end_weekday, parsed.crosses) == (
        start, end, None, False, False, False,
    )  # fmt: skip


def test_a_period_may_run_into_the_next_year_and_says_so() -> None:
    parsed = parse_period("12.28~1.8", 2020)
    assert (parsed.start, parsed.end) == (date(2020, 12, 28), date(2021, 1, 8))
    assert (parsed.code, parsed.crosses) == (None, True)


@pytest.mark.parametrize("text", ["3.27~3.2", "2020.3.27 ~ 2020.3.2", "2020.3.27~2"])
def test_a_period_that_ends_before_it_begins_is_an_error(text: str) -> None:
    assert parse_period(text, 2020).code == "E_DATE_ORDER"


@pytest.mark.parametrize("text", ["3.2~", "~3.2", "3.2~3.27~4.1", "봄~여름", "3.2~13.40"])
def test_what_is_no_period_is_an_error(text: str) -> None:
    assert parse_period(text, 2020).code == "E_DATE_INVALID"


@given(st.dates(date(2000, 1, 1), date(2063, 12, 31)))
def test_every_day_is_read_back_in_every_spelling(day: date) -> None:
    weekday = "월화수목금토일"[day.weekday()]
    serial = str((day - date(1899, 12, 30)).days)
    spellings = [day.isoformat(), f"{day.year}. {day.month}. {day.day}.({weekday})", f"{day:%y.%m.%d}", f"{day:%Y%m%d}"]
    for text in [*spellings, f"{day.year}년 {day.month}월 {day.day}일", serial]:
        parsed = parse_date(text, None)
        assert (parsed.start, parsed.warning) == (day, None), text


YEARS = [
    *(
        (text, 2020)
        for text in spelled("2020 | 2020년 | 2020년도 | 2020학년도 | '20 | ’20 | 20년 | 20 | 2020.0 | ２０２０")
    ),
    *((text, None) for text in spelled("올해 | 2020.5 | 202 | 20200 | 2020-2021 | 제20회 | -")),
]


@pytest.mark.parametrize(("text", "year"), YEARS)
def test_a_year_is_read_as_meant_or_not_at_all(text: str, year: int | None) -> None:
    assert parse_year(text) == year


TERMS = [
    *(
        (text, 2)
        for text in spelled("2 | 2기 | 제2기 | 2기수 | 2분기 | 2/4분기 | 2/4 | 2학기 | 2.0 | Ⅱ | II | ２기 | 제 2 기")
    ),
    *((text, None) for text in spelled("여름 | 이기 | 2.5 | 2-4 | - | 상반기")),
]


@pytest.mark.parametrize(("text", "term"), TERMS)
def test_a_term_is_read_as_meant_or_not_at_all(text: str, term: int | None) -> None:
    assert parse_term(text) == term


@pytest.mark.parametrize("text", ["08. 07(　) ~ 08. 19(　)", "8.7~8.19 (4회)", "8.7 ~ 8.19(2주간)"])
def test_what_stands_in_brackets_after_a_period_may_say_nothing_of_its_days(text: str) -> None:
    parsed = parse_period(text, 2020)
    assert (parsed.start, parsed.end, parsed.code) == (date(2020, 8, 7), date(2020, 8, 19), None)


def test_each_end_of_a_period_has_a_weekday_of_its_own() -> None:
    parsed = parse_period("12.30(목)~1.2(토)", 2020)
    assert (parsed.start_weekday, parsed.end_weekday, parsed.crosses) == (True, False, True)
