"""What programs leave in cells when they export is read as it is meant, or told."""

import pytest
from forms import CLASS, FACILITY, as_csv, as_xlsx, table
from judging import judge


@pytest.mark.parametrize("write", [as_csv, as_xlsx])
@pytest.mark.parametrize(
    ("cell", "code"),
    [("=\"0012\"", "0012"), ("'0012", "0012"), ("1001.0", "1001"), ("0012", "0012"), ("1.10", "1.10"),
     ("'20 가상", "'20 가상"), ("=\"가상 \"\"별\"\"\"", '가상 "별"')],
)  # fmt: skip
def test_a_code_is_what_it_was_before_the_export(write, cell: str, code: str) -> None:
    if write is as_xlsx and cell.startswith("="):
        pytest.skip("a formula")
    judged = judge(write(table(FACILITY | {"시설코드": cell})))
    assert judged.column("facility_code") == [code]


@pytest.mark.parametrize("cell", ["NULL", "null", "(null)", "nan", "NaN", "None", "N/A", "<NA>", "\\N", "#N/A", '=""'])
def test_a_word_for_nothing_is_a_blank(cell: str) -> None:
    judged = judge(as_csv(table(CLASS | {"반": "1", "연인원": "150"}, {"반": cell}, {"강좌명": cell})))
    assert judged.column("class_no") in (["1"], [None])
    assert judged.places == [("E_REQUIRED_MISSING", 3, "C3")]


@pytest.mark.parametrize("cell", ["NULL", "nan", "None", "N/A"])
def test_an_optional_number_that_a_program_calls_nothing_is_none(cell: str) -> None:
    judged = judge(as_csv(table(CLASS | {"수혜자(연인원)": cell})))
    assert judged.places == []
    assert judged.column("attendance_count") == [None]


def test_a_row_of_nothing_but_words_for_nothing_is_blank() -> None:
    header, row = table(CLASS)
    judged = judge(as_csv([header, ["NULL"] * len(header), row]))
    assert judged.accounts == [{"read": 2, "loaded": 1, "quarantined": 0, "left_out": 1}]


@pytest.mark.parametrize(
    ("header", "cell", "column", "value"),
    [
        *(("운영횟수", cell, "session_count", 12) for cell in ("12.0", "'12", '="12"')),
        *(("사업연도", cell, "program_year", 2020) for cell in ("2020.0", "'2020", '="2020"')),
        *(("기수", cell, "term", 1) for cell in ("1.0", "'1", '="1"')),
    ],
)  # fmt: skip
def test_numbers_are_those_meant(header: str, cell: str, column: str, value: int) -> None:
    judged = judge(as_csv(table(CLASS | {header: cell})))
    assert judged.places == []
    assert judged.column(column) == [value]


def test_words_that_hold_such_a_word_are_left_alone() -> None:
    names = ["Null 세포의 비밀", "NULL과 0", "nan", "나노 none"]
    judged = judge(as_csv(table(CLASS, *({"강좌명": name} for name in names))))
    assert judged.column("class_name") == [names[0], names[1], names[3]]
