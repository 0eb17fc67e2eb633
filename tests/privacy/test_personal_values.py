"""Personal data in a cell refuses the whole file and is stored nowhere but in the archive. All values are invented."""

import pytest
from forms import CLASS, as_csv, as_xlsx, table
from judging import judge

# Invented: day 00, number blocks that are not given out, a domain that can't exist.
VALUES = {
    "resident number": "가상인 900100-1999999",
    "resident number without dash": "9001001999999",
    "foreigner's number": "(900100-5999999)",
    "mobile": "문의 010-0000-0000",
    "mobile with dots": "010.0000.0000",
    "mobile without marks": "01000000000",
    "old mobile": "011-000-0000",
    "mobile with spaces": "010 0000 0000",
    "full-width mobile": "０１０－００００－００００",
    "e-mail": "invented.person@example.invalid",
}
COLUMNS = ["강좌명", "교육장명", "읍면동", "유형", "교육대상", "교육장코드", "기관명"]


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("case", VALUES)
def test_a_personal_value_in_a_text_marks_the_file(case: str, column: str) -> None:
    judged = judge(as_csv(table(CLASS, {}, {column: VALUES[case]}, {})))
    assert judged.personal


@pytest.mark.parametrize(
    "column", ["운영횟수", "수혜자수(순인원)", "수혜자(연인원)", "만족도", "기수", "사업연도", "반"]
)
@pytest.mark.parametrize("case", VALUES)
def test_a_personal_value_in_a_column_of_numbers_marks_the_file_too(case: str, column: str) -> None:
    assert judge(as_csv(table(CLASS, {}, {column: VALUES[case]}))).personal


@pytest.mark.parametrize("case", VALUES)
def test_a_personal_value_beyond_the_header_marks_the_file_too(case: str) -> None:
    header, one, two = table(CLASS, {}, {})
    assert judge(as_csv([header, one, [*two, VALUES[case]]])).personal


def test_a_personal_value_in_a_total_row_marks_the_file_too() -> None:
    header, one = table(CLASS)
    total = ["합계", "", "", "", "", "", "", VALUES["mobile"], "15"]
    judged = judge(as_csv([header, one, total]))
    assert judged.personal or VALUES["mobile"] not in str(judged.outcomes)


@pytest.mark.parametrize(
    "text",
    [
        "02-559-3800",
        "031-000-0000",
        "INST-0001",
        "2020-03-02",
        "1,234,567",
        "가상 010 교실",
        "F-0000000000001",
        "제2020-100호",
    ],
)
def test_what_only_looks_like_it_is_no_personal_value(text: str) -> None:
    judged = judge(as_xlsx(table(CLASS, {"강좌명": text})))
    assert not judged.personal
    assert judged.accounts[0]["loaded"] == 1
