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
    "title of several that are listed": (None, "2019·2020년 실적", "실적.csv", "E_REQUIRED_MISSING"),
    "name of several years": (None, None, "2019-2020 실적.csv", "E_REQUIRED_MISSING"),
    "column against name": ("2020", None, "2019 실적.csv", "E_YEAR_MISMATCH"),
    "column against a name of long after": ("2020", None, "2022 실적.csv", "E_YEAR_MISMATCH"),
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
