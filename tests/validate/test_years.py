"""Which program year a row belongs to: its column, else the title, else the file's name; they may not disagree."""

import pytest
from forms import CLASS, as_csv, as_xlsx, table
from judging import judge

NO_COLUMN = table(CLASS, without=["사업연도"])
SAID = {
    # column, title, file name → year, or the code of the finding
    "column alone": ("2020", None, "실적.csv", 2020),
    "title alone": (None, "2020년 생활과학교실 실적", "실적.csv", 2020),
    "name alone": (None, None, "2020 실적.csv", 2020),
    "column and title": ("2020", "2020년도 실적", "실적.csv", 2020),
    "column and another name": ("2020", None, "2021 실적.csv", 2020),
    "title and name": (None, "2020년 실적", "2020년 실적.csv", 2020),
    "column as people write it": ("'20년", "2020 실적", "실적.csv", 2020),
    "title with a short year": (None, "’20년 실적", "실적.csv", 2020),
    "title that says 사업연도": (None, "사업연도: 2020", "실적.csv", 2020),
    "name with a short year": (None, None, "20년 실적.csv", 2020),
    "name with a day of sending": (None, None, "실적_2020.01.15.csv", "E_REQUIRED_MISSING"),
    "name with a compact day": (None, None, "실적_20210115.csv", "E_REQUIRED_MISSING"),
    "title with a day of sending": (None, "2020년 실적 (제출일: 2021. 1. 15.)", "실적.csv", 2020),
    "title with the days of one year": (None, "실적(2020. 1. 1. ~ 12. 31.)", "실적.csv", 2020),
    "title with the days of sending": (None, "제출: 2021. 1. 4. ~ 1. 15.", "실적.csv", "E_REQUIRED_MISSING"),
    "title of several years": (None, "2020~2021년 실적", "실적.csv", "E_REQUIRED_MISSING"),
    "title of several years and one": (None, "2020~2021년 사업 2020년도 실적", "실적.csv", 2020),
    "nowhere": (None, None, "실적.csv", "E_REQUIRED_MISSING"),
    "column against title": ("2020", "2019년 실적", "실적.csv", "E_YEAR_MISMATCH"),
    "title against name": (None, "2019년 실적", "2020 실적.csv", "E_YEAR_MISMATCH"),
    "no year in the column": ("올해", "2020년 실적", "실적.csv", "E_NOT_A_NUMBER"),
    "before all programmes": ("1999", None, "실적.csv", "E_OUT_OF_RANGE"),
    "far ahead": ("2090", None, "실적.csv", "E_OUT_OF_RANGE"),
}


@pytest.mark.parametrize("case", SAID)
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_year_is_the_one_said_or_none(case: str, form: str) -> None:
    column, title, name, expected = SAID[case]
    rows = [*([[title]] if title else []), *(table(CLASS | {"사업연도": column}) if column else NO_COLUMN)]
    judged = judge(as_csv(rows) if form == "csv" else as_xlsx(rows), name)
    if isinstance(expected, int):
        assert judged.places == []
        assert judged.column("program_year") == [expected]
    else:
        assert judged.codes == [expected]
        assert judged.accepted.height == 0


def test_only_the_rows_that_disagree_with_the_title_are_held_back() -> None:
    rows = [["2020년 실적"], *table(CLASS, {}, {"사업연도": "2019"}, {})]
    judged = judge(as_csv(rows))
    assert judged.places == [("E_YEAR_MISMATCH", 4, "A4")]
    assert judged.finding["value"] == "2019"
    assert "2020" in judged.finding["expected_ko"]
    assert judged.column("program_year") == [2020, 2020]


def test_one_file_may_hold_several_years() -> None:
    judged = judge(as_csv(table(CLASS, {}, {"사업연도": "2021"})))
    assert judged.column("program_year") == [2020, 2021]


MANY_ROWS = [{} for _ in range(12)]


@pytest.mark.parametrize(
    ("name", "rows", "told"),
    [
        pytest.param("2020 실적.csv", MANY_ROWS, 1, id="the name says it"),
        pytest.param("실적.csv", MANY_ROWS, 1, id="nearly all rows say it"),
        pytest.param("2021 실적.csv", MANY_ROWS, 0, id="the name is of the year of sending"),
        pytest.param("2020 실적.csv", MANY_ROWS[:2], 0, id="half of the rows"),
        pytest.param("실적.csv", MANY_ROWS[:6], 0, id="a few rows"),
    ],
)
def test_a_row_of_another_year_than_its_file_is_told(name: str, rows: list[dict[str, str]], told: int) -> None:
    judged = judge(as_csv(table(CLASS, *rows, {"사업연도": "2019"})), name)
    assert judged.codes == ["W_OUT_OF_RANGE"] * told
    assert judged.accepted.height == len(rows) + 1
    if told:
        assert judged.places == [("W_OUT_OF_RANGE", 14, "A14")]
        assert "2020" in judged.finding["expected_ko"]


def test_a_day_of_another_year_than_its_file_is_told_where_the_year_is_taken_from_days() -> None:
    meeting = {"행사구분": "ISSM", "회차": "13",
               "행사명": "가상 심포지엄", "시작일": "2023-11-02", "종료일": "2023-11-03",
               "장소": "대전", "참가자수": "312"}  # fmt: skip
    held = [{"회차": str(n), "시작일": f"2023-05-0{n}", "종료일": f"2023-05-0{n}"} for n in range(1, 10)]
    last_year = {"회차": "12", "시작일": "2022-11-03", "종료일": "2022-11-03"}
    judged = judge(as_csv([["2023년 행사 개최 현황"], *table(meeting, *held, last_year)]))
    assert judged.places == [("W_OUT_OF_RANGE", 12, "D12")]
    history = [{"회차": str(n), "시작일": f"20{n}-05-01", "종료일": f"20{n}-05-02"} for n in range(13, 23)]
    assert judge(as_csv([["2022년 행사 개최 현황"], *table(meeting, *history)])).places == []
