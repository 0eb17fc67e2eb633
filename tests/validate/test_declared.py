"""A file speaks for the years and periods that it declares; a row of another is refused at its cell, and replaces
nothing."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from forms import CLASS, Sheet, as_csv, as_xlsx, table
from judging import Judged, candidates_of, judge

from sciculture_etl.contracts import load_contracts
from sciculture_etl.findings import with_texts
from sciculture_etl.tables.stated_terms import stated_terms
from sciculture_etl.tables.stated_years import stated_years, years_in_file_name, years_of_sheet
from sciculture_etl.validate import validate_tables

MANY = [{} for _ in range(12)]
STRAY = {"사업연도": "2019"}
MISMATCH = "E_YEAR_MISMATCH"


def words(judged: Judged) -> str:
    """What to do about the only kind of fault in a file: said alike of each of its cells."""
    (validated,) = judged.outcomes.values()
    (fix,) = with_texts(validated.findings.filter(severity="error"))["fix_ko"].unique()
    return str(fix)


DECLARED = {
    "the title": ("2020년 생활과학교실 실적", "실적", "실적.xlsx"),
    "the name of the sheet": (None, "2020년", "실적.xlsx"),
    "the sheet of a quarter": (None, "2020년 1분기", "실적.xlsx"),
    "the file's name": (None, "실적", "2020 생활과학교실.xlsx"),
    "the mark of the form": ("서식: dsc_class-2020-01234567", "실적", "실적.xlsx"),
    "the title, whatever the name says": ("2020년 실적", "실적", "2019 실적.xlsx"),
}


@pytest.mark.parametrize("place", DECLARED)
def test_a_stray_row_of_another_year_is_refused_at_its_cell(place: str) -> None:
    title, sheet, name = DECLARED[place]
    rows = [*([[title]] if title else []), *table(CLASS, *MANY, STRAY)]
    judged = judge(as_xlsx(Sheet(rows, sheet)), name)
    assert [place for place in judged.errors if place[0] == MISMATCH] == [(MISMATCH, len(rows), f"A{len(rows)}")]
    assert set(judged.column("program_year")) == {2020}
    assert judged.accounts == [{"read": 13, "loaded": 12, "quarantined": 1, "left_out": 0}]


def test_a_stray_row_of_a_text_file_is_refused_too() -> None:
    judged = judge(as_csv(table(CLASS, *MANY, STRAY)), "2020 생활과학교실.csv")
    assert judged.places == [(MISMATCH, 14, "A14")]
    assert judged.finding["value"] == "2019"
    assert "파일 이름에는 2020년 자료로 적혀 있으나 표에는 2019년 1행이 있습니다" in words(judged)


@pytest.mark.parametrize("title", ["2018년 이후 실적", "2020년까지 누적 실적", "실적(2018년~)", "연도별 실적"])
def test_a_title_of_open_years_speaks_for_each_whatever_the_name_says(title: str) -> None:
    rows = [{"사업연도": year} for year in ("2018", "2019", "2020")]
    judged = judge(as_csv([[title], *table(CLASS, *rows)]), "2020 실적.csv")
    assert (judged.places, judged.column("program_year")) == ([], [2018, 2019, 2020])


def test_a_table_of_one_year_that_lists_others_counts_for_its_own() -> None:
    rows = [{"사업연도": year} for year in ("2018", "2018", "2019", "2020")]
    judged = judge(as_csv([["2020년 생활과학교실 실적"], *table(CLASS, *rows)]))
    assert judged.column("program_year") == [2020]
    told = words(judged)
    assert "제목 줄에는 2020년 자료로 적혀 있으나 표에는 2018년 2행, 2019년 1행이 있습니다" in told
    assert "제목 줄에 '2018~2020년'과 같이" in told
    again = judge(as_csv([["2018~2020년 생활과학교실 실적"], *table(CLASS, *rows)]))
    assert (again.places, again.column("program_year")) == ([], [2018, 2018, 2019, 2020])


def test_a_form_of_another_year_is_told_once_how_to_mend_it() -> None:
    rows = [["2019년 생활과학교실 실적"], ["서식: dsc_class-2019-01234567"], *table(CLASS, *MANY)]
    judged = judge(as_csv(rows), "2020 실적.csv")
    assert judged.errors == [(MISMATCH, number, f"A{number}") for number in range(4, 16)]
    told = words(judged)
    assert "제목 줄에는 2019년 자료로 적혀 있으나 (파일 이름: 2020) 표에는 2020년 12행이 있습니다" in told
    assert "2020년 자료가 맞으면 제목 줄의 연도를" in told


@pytest.mark.parametrize("years", [("2020", "2021"), ("2020", "2019", "2021")])
def test_where_nothing_declares_each_year_of_the_column_stands_by_itself(years: tuple[str, ...]) -> None:
    judged = judge(as_csv(table(CLASS, *({"사업연도": year} for year in years))))
    assert (judged.places, judged.column("program_year")) == ([], [int(year) for year in years])


def test_a_row_apart_from_nearly_all_others_is_asked_about_where_nothing_declares() -> None:
    judged = judge(as_csv(table(CLASS, *MANY, STRAY)))
    assert judged.places == [("W_OUT_OF_RANGE", 14, "A14")]
    assert "2020" in judged.finding["expected_ko"]
    assert judge(as_csv(table(CLASS, *MANY[:6], STRAY))).places == []


def test_a_name_of_the_next_year_may_be_that_of_sending_and_is_told() -> None:
    judged = judge(as_csv(table(CLASS, *MANY)), "2021 실적.csv")
    assert judged.places == [("W_YEAR_DISAGREES", 2, "A2")]
    assert judged.finding["expected_ko"] == "파일 이름에는 2021년으로 적혀 있으나 2020년 자료로 접수합니다"
    assert set(judged.column("program_year")) == {2020}
    # As soon as a row is of it, it is the file's own; a blank cell is never filled in from what may mean another thing.
    assert len(judge(as_csv(table(CLASS, *MANY, {"사업연도": "2021"})), "2021 실적.csv").errors) == 12
    blank = judge(as_csv(table(CLASS, *MANY, {"사업연도": ""})), "2021 실적.csv")
    assert blank.errors == [("E_REQUIRED_MISSING", 14, "A14")]


def test_places_that_contradict_each_other_are_told_where_rows_agree_with_the_stronger() -> None:
    judged = judge(as_csv([["2020년 실적"], *table(CLASS)]), "2018 실적.csv")
    assert judged.places == [("W_YEAR_DISAGREES", 3, "A3")]
    assert "파일 이름에는 2018년" in judged.finding["expected_ko"]
    assert judge(as_csv([["2020년 실적"], *table(CLASS)]), "2021 실적.csv").places == []  # sent in the next


EVENT = {"행사구분": "ISSM", "회차": "13", "행사명": "가상 심포지엄", "시작일": "2023-11-02", "종료일": "2023-11-03",
         "장소": "대전", "참가자수": "312"}  # fmt: skip


def held(*days: tuple[int, int]) -> list[dict[str, str]]:
    return [
        {"회차": str(n), "시작일": f"{year}-05-{day:02}", "종료일": f"{year}-05-{day:02}"}
        for n, (year, day) in enumerate(days, start=20)
    ]


def test_a_day_of_another_year_is_refused_at_its_cell_where_the_year_is_taken_from_days() -> None:
    rows = table(EVENT, *held((2023, 1), (2022, 2), (2023, 3)))
    assert judge(as_csv([["2023년 행사 개최 현황"], *rows])).places == [(MISMATCH, 4, "D4")]
    for title in ("역대 행사 개최 현황(2023년까지)", "2022~2023년 행사 개최 현황", "연도별 행사 개최 현황(2023년)"):
        assert judge(as_csv([[title], *rows])).places == [], title


def test_members_as_of_the_last_day_of_the_year_before_are_of_that_year() -> None:
    rows = [["협회명", "약칭", "국가", "정회원", "계", "집계기준"], ["가상협회", "KSEA", "미국", 100, 100, "등록"]]
    judged = judge(as_csv([["2022년 가상 회원 현황 (2021. 12. 31. 기준)"], *rows]))
    assert (judged.places, judged.column("program_year")) == ([], [2021])


TERMS = {
    "a quarter's title": ("2020년 1분기 실적", "실적", "실적.xlsx"),
    "a quarter's sheet": ("2020년 실적", "1분기", "실적.xlsx"),
    "a quarter's name": ("2020년 실적", "실적", "1분기 실적.xlsx"),
}


@pytest.mark.parametrize("place", TERMS)
def test_a_row_of_another_quarter_than_declared_is_refused_at_its_cell(place: str) -> None:
    title, sheet, name = TERMS[place]
    rows = [[title], *table(CLASS, {}, {"기수": "2"}, {})]
    judged = judge(as_xlsx(Sheet(rows, sheet)), name)
    assert judged.places == [(MISMATCH, 4, "B4")]
    assert judged.column("term") == [1, 1]
    assert "에는 1분기 자료로 적혀 있으나 표에는 2분기 1행이 있습니다. 그 행의 기간을" in words(judged)


@pytest.mark.parametrize("title", ["2020년 1~2분기", "2020년 1·2분기", "2020년 1~4분기", "2020년", "2020년 3분기까지"])
def test_a_title_of_several_quarters_speaks_for_all_of_them(title: str) -> None:
    assert judge(as_csv([[f"{title} 실적"], *table(CLASS, {}, {"기수": "2"})])).places == []


def test_a_title_of_two_quarters_does_not_speak_for_a_third() -> None:
    judged = judge(as_csv([["2020년 1~2분기 실적"], *table(CLASS, {}, {"기수": "2"}, {"기수": "3"})]))
    assert judged.places == [(MISMATCH, 5, "B5")]


VOUCHER = {"사업연도": "2022", "월": "3", "시도": "서울", "시군구": "종로구", "자격구분": "차상위", "발급인원": "9",
           "이용인원": "5"}  # fmt: skip


@pytest.mark.parametrize(
    ("title", "name", "row"),
    [
        pytest.param("2022년 3월 실적", "실적.csv", 4, id="the month of the title"),
        pytest.param("2022년 1분기 실적", "실적.csv", 4, id="the months of a quarter"),
        pytest.param("2022년 실적", "3월.csv", 4, id="the month of the name, which a row is of"),
        pytest.param("2022년 실적", "8월.csv", None, id="the month of sending"),
        pytest.param("2022년 상반기·하반기 실적", "실적.csv", None, id="both halves"),
        pytest.param("2022년 7월말 기준 실적", "실적.csv", None, id="as of a month"),
    ],
)
def test_months_are_those_declared(title: str, name: str, row: int | None) -> None:
    judged = judge(as_csv([[title], *table(VOUCHER, {}, {"월": "7", "시군구": "중구"})]), name)
    assert judged.places == ([(MISMATCH, row, f"B{row}")] if row else [])


def test_a_name_with_the_last_month_of_a_year_leaves_its_other_months() -> None:
    months = [{"월": str(month)} for month in range(1, 13)]
    judged = judge(as_csv(table(VOUCHER, *months)), "실적_202212.csv")
    assert (judged.places, judged.column("month")) == ([], list(range(1, 13)))


def test_a_day_of_another_half_than_declared_is_refused_at_its_cell() -> None:
    room = {"기관명": "가상센터", "프로그램명": "가상 교실", "기간": "2022. 9. 1. ~ 9. 30.", "유형": "교육",
            "시도": "서울", "시군구": "종로구", "운영횟수": "3", "이용자수": "40", "참여인원": "40"}  # fmt: skip
    rows = [{"프로그램명": f"가상 {n}", "기간": days} for n, days in enumerate(
        ("2022. 9. 1. ~ 9. 30.", "2022. 6. 1. ~ 7. 30.", "2022. 3. 1. ~ 5. 30.", "2022. 1. 1. ~ 12. 31."))]  # fmt: skip
    judged = judge(as_csv([["2022년 하반기 무한상상실 프로그램 실적"], *table(room, *rows)]))
    assert [place for place in judged.errors if place[0] == MISMATCH] == [(MISMATCH, 5, "C5")]


STATED: dict[str, Any] = {
    "2019~2020": {2019, 2020}, "2018∼2020년": {2018, 2019, 2020}, "2019·2020년": {2019, 2020},
    "2019-2020년": {2019, 2020}, "2019, 2020년도": {2019, 2020}, "’19~’20": {2019, 2020},
    "'18년~'20년": {2018, 2019, 2020},
    "3개년(2018~2020)": {2018, 2019, 2020}, "2018년부터 2020년까지": {2018, 2019, 2020}, "2018년, 2020년": {2018, 2020},
    "2019년 및 2020년": {2019, 2020}, "2019년 실적 및 2020년 계획": {2019, 2020}, "2020년도": {2020},
    "2019년 대비 2020년": {2020}, "2020년 실적 (제출일: 2021. 1. 15.)": {2020}, "2021년 1월 제출 2020년": {2020},
    "2020년 (2021. 1. 1. 기준)": {2020}, "2020년 (2021년 1월말 현재)": {2020}, "2020년말 기준": {2020},
    "2019. 3. 1. ~ 2020. 2. 28.": set(), "최근 3년(2020년 기준)": set(), "연도별 현황": set(),
    "2020-2021-0012호": set(),
    "2020년 12월 31일": set(), "2019년 → 2020년": {2019, 2020}, "2019년 vs 2020년": {2019, 2020},
    "2019년 대비 2020년 비교": {2019, 2020}, "2019년 선정 기관 2020년": {2020}, "2020년 신규": {2020},
    "2012년 개관 가상과학관 2020년": {2020}, "2021년 상반기 제출 2020년": {2020}, "2021년도 업무보고용 2020년": {2020},
    "2019년 이후": set(), "2020년까지 누적": set(), "(2019년~)": set(), "누적(~2020년)": set(),
    "2020년(~2020. 12. 31.)": {2020}, "2020년(~2020년 12월)": {2020}, "2018년 이후 2020년까지": {2018, 2019, 2020},
}  # fmt: skip


@pytest.mark.parametrize("text", STATED)
def test_a_title_states_the_years_that_it_speaks_for(text: str) -> None:
    assert stated_years(f"{text} 실적").all == STATED[text]


def test_names_of_files_and_sheets_state_years() -> None:
    assert years_in_file_name("2019-2020 실적.csv").all == {2019, 2020}
    assert years_in_file_name("2020_실적_20210115.csv").all == {2020}
    assert years_in_file_name("실적(역대) 2020.csv").all == set()
    assert years_of_sheet("2018~2020년 실적").all == {2018, 2019, 2020}
    assert years_of_sheet("2020년 이월분").all == set()
    assert years_in_file_name("2020년 결과보고(2021년 1월).xlsx").one == 2020
    assert years_in_file_name("2021_01_15_실적.xlsx").all == set()
    for sheet in ("실적(2020)", "'20년", "20년", "’20", "현황(20년도)"):
        assert years_of_sheet(sheet).all == {2020}, sheet


def test_a_title_states_the_parts_of_the_year_that_it_speaks_for() -> None:
    assert stated_terms("2020년 상반기 실적", 12) == {1, 2, 3, 4, 5, 6}
    assert stated_terms("2022. 1.~5. 실적", 12) == {1, 2, 3, 4, 5}
    assert stated_terms("2020년 1·3분기 실적", 4) == {1, 3}
    assert stated_terms("2020년 3월말 기준", 12) == set()
    assert stated_terms("2020년 3분기 기준", 4) == set()
    assert stated_terms("2020년 2분기 (1분기 대비)", 4) == {2}
    assert stated_terms("2021년 1분기 제출 2020년 4분기", 4) == {4}
    assert stated_terms("3Q 2020", 4) == {3}


def test_what_is_said_of_a_file_does_not_depend_on_those_beside_it() -> None:
    contract = load_contracts()["dsc_class"]
    files = {
        "a": (as_csv(table(CLASS, *MANY, STRAY)), "2020 실적.csv"),
        "b": (as_csv([["2019년 2분기 실적"], *table(CLASS, STRAY)]), "실적.csv"),
        "c": (as_csv(table(CLASS, without=["사업연도"])), "2020 실적.csv"),
    }
    candidates = {key: candidates_of(data, name, key)[1] for key, (data, name) in files.items()}
    together = validate_tables(contract, [candidate for own in candidates.values() for candidate in own])
    for key, own in candidates.items():
        alone = validate_tables(contract, own)
        assert alone.findings.equals(together.findings.filter(pl.col("submission_id") == key)), key
