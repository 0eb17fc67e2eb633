"""Delimited text from every program: each encoding and separator, and nothing lost or guessed where it is damaged."""

import pytest
from forms import CLASS, as_csv, table
from judging import judge

from sciculture_etl.contracts import load_contracts
from sciculture_etl.intake import read_submission
from sciculture_etl.settings import Limits

ROWS = table(CLASS, {"교육장명": "가상 꿈숖 도서관"}, {"운영횟수": "여섯"})
TEXT = as_csv(ROWS).decode()


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(TEXT.encode("utf-16-le"), id="UTF-16 without its mark"),
        pytest.param(TEXT.encode("utf-16-be"), id="UTF-16 without its mark, big end first"),
        pytest.param(as_csv(ROWS, delimiter="^"), id="carets"),
        pytest.param(as_csv(ROWS, "cp949", "\t"), id="CP949 with tabs"),
        pytest.param(as_csv(ROWS, "cp949") + bytes(512), id="zeros at the end"),
        pytest.param(as_csv(ROWS) + b"\x1a", id="end mark of old programs"),
        pytest.param(b"sep=;\r\n" + as_csv(ROWS, delimiter=";"), id="Excel's sep line, which Excel doesn't show"),
        pytest.param(b"\xef\xbb\xbf" + b'"sep=|"\n' + as_csv(ROWS, delimiter="|"), id="sep line in quotes"),
        pytest.param(TEXT.replace(",", ",\u200b").encode(), id="unseen characters before every cell"),
    ],
)
def test_every_way_of_saving_text_gives_the_same_rows(data: bytes) -> None:
    judged = judge(data)
    assert judged.column("facility_name") == ["가상 꿈숖 도서관"]
    assert judged.places == [("E_NOT_A_NUMBER", 3, "H3")]


def said(data: bytes) -> str:
    (finding,) = judge(data).reading.findings
    assert finding.code == "R_UNSUPPORTED_FORMAT"
    return finding.value or ""


def test_a_damaged_character_is_named_with_its_line() -> None:
    data = as_csv(ROWS)
    assert "3번째 줄" in said(data[:-40] + b"\xff" + data[-40:])
    damaged = as_csv(ROWS, "cp949")
    assert "2번째 줄" in said(damaged.replace("꿈숖".encode("cp949"), b"\x80\xff", 1))


@pytest.mark.parametrize("encoding", ["utf-8", "cp949"])
def test_a_file_that_was_cut_within_its_last_character_says_so(encoding: str) -> None:
    data = as_csv([*ROWS, ["가상의 끝 글"]], encoding).removesuffix(b"\r\n")
    assert "끝부분이 누락된" in said(data[:-1])


def test_a_line_break_within_quotes_makes_no_row() -> None:
    header, *_ = ROWS
    rows = table(CLASS, {"강좌명": "가상\n로봇\r\n교실"}, {"강좌명": "가상 드론", "운영횟수": "여섯"})
    assert judge(as_csv(rows)).places == [("E_NOT_A_NUMBER", 3, "H3")]
    assert rows[0] == header


def test_blank_records_count_as_rows() -> None:
    header, first, second = ROWS
    assert judge(as_csv([[], header, [], first, [], [], second])).places == [("E_NOT_A_NUMBER", 7, "H7")]


def test_a_workbook_called_csv_and_text_called_a_workbook_are_read_as_what_they_are() -> None:
    from forms import as_xlsx

    assert judge(as_xlsx(ROWS), "실적.csv").reading.format == "xlsx"
    assert judge(as_csv(ROWS), "실적.xlsx").reading.format == "csv"


def test_two_hundred_columns_of_other_things_are_no_hindrance() -> None:
    header, *rows = ROWS
    wide = [[*(f"기타{n}" for n in range(200)), *header], *([*["x"] * 200, *row] for row in rows)]
    judged = judge(as_csv(wide))
    assert judged.places == [("E_NOT_A_NUMBER", 3, "GZ3")]
    assert len(judged.reading.tables[0].extra_headers) == 200


def test_more_columns_than_a_sheet_can_have_are_refused() -> None:
    header, *rows = ROWS
    reading = read_submission(as_csv([[*header, *["x"] * 20_000], *rows]), load_contracts())
    assert [finding.code for finding in reading.findings] == ["R_TOO_LARGE"]


def test_short_rows_below_a_wide_head_are_not_laid_out_beyond_the_limit() -> None:
    data = as_csv([[*ROWS[0], *["x"] * 990], *ROWS[1:]]) + b"1\r\n" * 1000
    assert judge(data).reading.tables
    reading = read_submission(data, load_contracts(), Limits(cells=500_000))
    assert [finding.code for finding in reading.findings] == ["R_TOO_LARGE"]
