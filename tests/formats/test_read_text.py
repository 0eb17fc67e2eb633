"""Delimited text as people save it: every encoding, every way of being uneven, and each cell at its place."""

import pytest
from forms import CLASS, as_csv, table
from judging import judge

from sciculture_etl.formats.delimited import FEW_BYTES, read_text_grid
from sciculture_etl.settings import DEFAULT_LIMITS

NAME = "가상 꿈숖 작은도서관"  # 숖 stands in CP949 and not in EUC-KR
ROWS = table(CLASS, {"교육장명": NAME}, {"교육장명": NAME, "운영횟수": "여섯"})


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(as_csv(ROWS), id="UTF-8"),
        pytest.param(as_csv(ROWS, "utf-8-sig"), id="UTF-8 with a byte order mark"),
        pytest.param(as_csv(ROWS, "cp949"), id="CP949"),
        pytest.param(as_csv(ROWS, "utf-16", "\t"), id="UTF-16 with tabs"),
        pytest.param(b"\xfe\xff" + as_csv(ROWS, "utf-16-be", "\t"), id="UTF-16 big endian with tabs"),
        pytest.param(as_csv(ROWS, delimiter=";"), id="semicolons"),
        pytest.param(as_csv(ROWS, delimiter="|"), id="bars"),
        pytest.param(as_csv(ROWS).replace(b"\r\n", b"\n"), id="line feeds only"),
        pytest.param(as_csv(ROWS).removesuffix(b"\r\n"), id="no line end at the end"),
    ],
)
def test_the_same_rows_come_out_of_every_encoding_and_separator(data: bytes) -> None:
    judged = judge(data)
    assert judged.column("facility_name") == [NAME]
    assert judged.places == [("E_NOT_A_NUMBER", 3, "H3")]
    assert judged.finding["value"] == "여섯"
    assert judged.finding["header"] == "운영횟수"


def test_rows_above_the_header_move_every_place_down() -> None:
    above = [["가상 자료"], [], ["2020년 생활과학교실 운영 실적", "", ""], ["(단위: 회, 명)"]]
    judged = judge(as_csv([*above, *table(CLASS, {}, {"운영횟수": "여섯"}, without=["사업연도"])]))
    assert judged.places == [("E_NOT_A_NUMBER", 7, "G7")]
    assert judged.column("program_year") == [2020]


def test_rows_shorter_than_the_header_lack_their_last_cells() -> None:
    header, first, second = table(CLASS, {}, {})
    judged = judge(as_csv([header, first, second[:7]]))
    assert judged.places == [("E_REQUIRED_MISSING", 3, "H3"), ("E_REQUIRED_MISSING", 3, "I3")]
    assert judged.accounts == [{"read": 2, "loaded": 1, "quarantined": 1, "left_out": 0}]


@pytest.mark.parametrize("extra", [["1", "096"], ["1"]])
def test_cells_beyond_the_header_are_told_of_and_never_shift_what_is_loaded(extra: list[str]) -> None:
    header, *rows = table(CLASS, *[{}] * 40)
    rows[20] = [*rows[20], *extra]
    judged = judge(as_csv([header, *rows]))
    assert judged.places == [("E_EXTRA_CELLS", 22, None)]
    assert judged.accounts == [{"read": 40, "loaded": 39, "quarantined": 1, "left_out": 0}]


def test_cells_beyond_the_header_are_found_far_below_the_head_too() -> None:
    header, *rows = table(CLASS, *[{}] * 400)
    rows[300] = [*rows[300], "1", "096"]
    assert judge(as_csv([header, *rows])).places == [("E_EXTRA_CELLS", 302, None)]


def test_a_thousands_comma_outside_quotes_is_no_smaller_number() -> None:
    data = as_csv(table(CLASS, {}, {"수혜자수(순인원)": "999"})).replace(b",999\r\n", b",1,096\r\n")
    judged = judge(data)
    assert judged.places == [("E_EXTRA_CELLS", 3, None)]
    assert judged.column("beneficiary_count") == [15]


def test_blank_cells_after_the_last_column_are_nothing() -> None:
    judged = judge(as_csv([[*row, "", "", ""] for row in table(CLASS, {}, {})]))
    assert judged.places == []
    assert judged.accounts[0]["loaded"] == 2


def test_quoted_cells_may_hold_commas_quotes_and_line_breaks() -> None:
    name = '가상 "별", 그리고\n달'
    judged = judge(as_csv(table(CLASS, {"강좌명": name}, {"운영횟수": "x"})))
    assert judged.column("class_name") == ['가상 "별", 그리고 달']
    # A record is a row, as it is in the spreadsheet that wrote it.
    assert judged.places == [("E_SUPPRESSED", 3, "H3")]


@pytest.mark.parametrize("row_count", [3, 400])
def test_a_quote_that_never_closes_loses_no_row_before_it_and_raises_nothing(row_count: int) -> None:
    header, *rows = table(CLASS, *[{}] * row_count)
    lines = as_csv([header, *rows]).decode().splitlines()
    lines[-1] = lines[-1].replace("가상 로봇 교실", '"가상 로봇 교실', 1)
    judged = judge("\r\n".join(lines).encode())
    assert judged.accounts[0]["loaded"] == row_count - 1
    assert judged.accounts[0]["read"] == row_count
    assert judged.errors == [("E_STRAY_QUOTE", row_count + 1, None)]


@pytest.mark.parametrize(
    "spelled",
    [
        "운영\n횟수",
        " 운 영 횟 수 ",
        "운영횟수(회)",
        "운영횟수 [단위: 회]",
        "운영횟수*",
        "운영횟수①",
        "운영횟수¹⁾",
        "운영횟수 1)",
    ],
)
def test_line_breaks_spaces_units_and_footnote_marks_in_headers_change_nothing(spelled: str) -> None:
    header, row = table(CLASS, {"운영횟수": "?"})
    judged = judge(as_csv([[spelled if name == "운영횟수" else name for name in header], row]))
    assert judged.places == [("E_NOT_A_NUMBER", 2, "H2")]
    assert judged.finding["header"] == " ".join(spelled.split())


def test_aliases_are_as_good_as_the_header_itself() -> None:
    header, row = table(CLASS)
    told = {"사업연도": "연도", "기수": "분기", "강좌명": "프로그램명", "교육장명": "장소", "운영횟수": "차시"}
    told |= {"수혜자수(순인원)": "실인원", "시도": "광역시도", "시군구": "시군구명", "읍면동": "행정동"}
    judged = judge(as_csv([[told[name] for name in header], row]))
    assert judged.places == []
    assert judged.column("session_count") == [12]


def test_columns_in_any_order_with_others_between_are_found_and_the_others_listed() -> None:
    header, row = table(CLASS, {"비고": "가상", "연번": "1"})
    judged = judge(as_csv([header[::-1], row[::-1]]))
    assert judged.places == []
    assert judged.column("session_count") == [12]
    assert judged.reading.tables[0].extra_headers == ["연번", "비고"]


def test_a_parent_that_stands_in_its_first_column_only_reaches_to_the_next_parent() -> None:
    data = as_csv(
        [
            ["2020년 가상 실적"],
            ["기수", "강좌명", "교육장명", "지역", "", "", "운영실적", "", ""],
            ["", "", "", "시도", "시군구", "읍면동", "횟수", "순인원", "연인원"],
            ["1", "가상 로봇", "가상 센터", "서울특별시", "종로구", "삼청동", "12", "15", "명단"],
            ["1", "가상 드론", "가상 센터", "서울특별시", "종로구", "삼청동", "", "15", ""],
        ]
    )
    judged = judge(data)
    assert judged.places == [("E_NOT_A_NUMBER", 4, "I4"), ("E_REQUIRED_MISSING", 5, "G5")]
    assert judged.column("sigungu_code") == ["11110"]
    assert judged.reading.tables[0].headers["attendance_count"] == "운영실적|연인원"


def test_text_read_twice_is_the_same() -> None:
    data = as_csv(ROWS, "cp949")
    first, second = judge(data), judge(data)
    assert first.accepted.equals(second.accepted)
    assert first.places == second.places


@pytest.mark.parametrize(
    "row",
    [
        pytest.param("가상,1,,나", id="a blank cell"),
        pytest.param(" 가상 ,\t1 ,\u3000,\u00a0나", id="white space round cells"),
        pytest.param("가\u200b상,\ufeff,1,나", id="what nobody sees"),
        pytest.param('"가상, 하나",1,"",나', id="quotes"),
        pytest.param('"가상 ""하나""",1,2,나', id="doubled quotes"),
        pytest.param("가상,1", id="cells that are missing"),
        pytest.param("가상,1,2,나,,", id="separators too many"),
        pytest.param("", id="a blank line"),
        pytest.param("가상·하나,1,2,나", id="a letter that begins like a blank"),
    ],
)
def test_a_row_is_read_alike_in_a_short_text_and_in_a_long_one(row: str) -> None:
    lines = ["기관,수,값,비고", *["가상센터,1,2,3"] * 3, row, "가상센터,4,5,6"]
    short = read_text_grid("\n".join(lines).encode(), DEFAULT_LIMITS)
    many = "\n".join([*lines, *["가상센터,7,8,9"] * (FEW_BYTES // 16)]).encode()
    long = read_text_grid(many, DEFAULT_LIMITS)
    assert len(many) > FEW_BYTES
    assert long.frame.rows()[: len(lines)] == short.frame.rows()
    assert long.frame.height == len(lines) + FEW_BYTES // 16
