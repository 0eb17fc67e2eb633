"""Quotes without a partner in delimited text: every row is read, and the quote is told with the rows it would take."""

import pytest
from forms import CLASS, as_csv, table
from judging import Judged, judge

WIDTH = len(CLASS)


def judge_lines(rows: int, changes: dict[int, tuple[str, str]], encoding: str = "utf-8") -> Judged:
    """A file of ``rows`` rows in whose lines, counted from 1 with the header, one text is replaced."""
    lines = as_csv(table(CLASS, *[{}] * rows)).decode().splitlines()
    for number, (old, new) in changes.items():
        assert old in lines[number - 1]
        lines[number - 1] = lines[number - 1].replace(old, new, 1)
    return judge("\r\n".join(lines).encode(encoding))


OPEN, SHUT = ("가상 로봇", '"가상 로봇'), (",가상 종로", '",가상 종로')
COMMA = ("가상 로봇 교실", '"가상 로봇, 드론 교실"')
BREAK = ("가상 로봇 교실", '"가상 로봇\n교실"')


@pytest.mark.parametrize(
    ("changes", "stray"),
    [
        pytest.param({4: OPEN, 40: SHUT}, {4: "4~40행", 40: "4~40행"}, id="opened and closed far below"),
        pytest.param({4: OPEN, 5: SHUT}, {4: "4~5행", 5: "4~5행"}, id="opened and closed in the next row"),
        pytest.param({2: OPEN, 51: SHUT}, {2: "2~51행", 51: "2~51행"}, id="the first row and the last"),
        pytest.param({4: OPEN}, {4: "4~51행"}, id="never closed"),
        pytest.param({51: OPEN}, {51: ""}, id="opened in the last row"),
        pytest.param({4: OPEN, 9: COMMA, 40: SHUT}, {4: "4~40행", 40: "4~40행"}, id="quoted cells in between"),
        pytest.param({4: OPEN, 9: OPEN, 40: SHUT}, {4: "4~9행", 9: "9~40행", 40: "9~40행"}, id="two opened"),
        pytest.param({4: OPEN, 10: SHUT, 20: OPEN, 30: SHUT}, {4: "4~10행", 10: "4~10행", 20: "20~30행", 30: "20~30행"},
                     id="two pairs"),
        pytest.param({4: ("가상 로봇 교실 3,가상 종로 주민센터", '"가상 로봇 교실 3,"가상 종로 주민센터"')}, {4: ""},
                     id="closed by that of another cell"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8", "cp949"])
def test_a_stray_quote_is_told_with_its_rows_and_takes_none(
    changes: dict[int, tuple[str, str]], stray: dict[int, str], encoding: str
) -> None:
    judged = judge_lines(50, changes, encoding)
    assert judged.errors == [("E_STRAY_QUOTE", row, None) for row in stray]
    told = [text for v in judged.outcomes.values() for text in v.findings["expected_ko"]]
    assert [rows in text for rows, text in zip(stray.values(), told, strict=True)] == [True] * len(stray)
    assert judged.accounts == [{"read": 50, "loaded": 50 - len(stray), "quarantined": len(stray), "left_out": 0}]
    rows = judged.column("source_row")
    assert rows == [row for row in range(2, 52) if row not in stray]


def test_rows_that_two_quotes_too_few_hold_together_are_rows_where_every_cell_is_quoted() -> None:
    lines = [",".join(f'"{cell}"' for cell in row) for row in table(CLASS, *[{}] * 50)]
    lines[5], lines[6] = lines[5][:-1], lines[6][1:]
    judged = judge("\n".join(lines).encode())
    assert judged.accounts[0]["read"] == 50
    assert {6, 7} <= {row for code, row, _ in judged.errors if code == "E_STRAY_QUOTE"}


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({4: BREAK, 20: BREAK}, id="line breaks"),
        pytest.param(
            {4: ("가상 로봇 교실", '"가상 로봇, 드론,\n조립, 코딩,\n비행, 촬영"')}, id="line breaks and commas"
        ),
        pytest.param({4: ("가상 로봇", '가상 15" 로봇'), 30: ("가상 로봇", '가상 17" 로봇')}, id="inches"),
        pytest.param({4: ("가상 로봇 교실", '"가상 ""별"" 로봇\n교실"')}, id="quotes of its own"),
    ],
)
def test_what_quotes_are_for_is_nothing_to_tell(changes: dict[int, tuple[str, str]]) -> None:
    judged = judge_lines(50, changes)
    assert judged.errors == []
    assert judged.column("source_row") == list(range(2, 52))


def test_a_header_with_a_stray_quote_is_still_the_header() -> None:
    judged = judge_lines(5, {1: ("강좌명", '""강좌명"')})
    assert judged.accounts[0]["loaded"] == 5


def test_a_text_of_nothing_but_stray_quotes_is_read_in_time_linear_in_it() -> None:
    judged = judge_lines(20_000, dict.fromkeys(range(2, 20_001), OPEN))
    assert judged.accounts[0]["read"] == 20_000


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param("\x85", id="next line"),
        pytest.param("\u2028", id="line separator"),
        pytest.param("\x0b", id="vertical tab"),
        pytest.param("\x0c", id="form feed"),
        pytest.param("\x1e", id="record separator"),
    ],
)
def test_only_line_ends_end_a_row(odd: str) -> None:
    rows = table(CLASS, {"강좌명": f"가상{odd}로봇"}, {"운영횟수": "여섯"})
    header = [name.replace("자수", f"자{odd}수") if odd.isspace() else name for name in rows[0]]
    assert judge(as_csv([header, *rows[1:]])).places == [("E_NOT_A_NUMBER", 3, "H3")]


def test_a_text_of_four_bytes_a_letter_is_read_with_its_rows() -> None:
    data = as_csv(table(CLASS, {}, {"운영횟수": "여섯"})).decode().encode("utf-32")
    assert judge(data).places == [("E_NOT_A_NUMBER", 3, "H3")]


def test_a_zero_in_a_text_is_nothing() -> None:
    data = as_csv(table(CLASS, {"강좌명": "가상 로봇 교실"}, {"운영횟수": "여섯"}))
    for encoding in ("utf-8", "cp949"):
        with_zero = data.decode().replace("로봇", "로\x00봇").encode(encoding)
        judged = judge(with_zero)
        assert judged.places == [("E_NOT_A_NUMBER", 3, "H3")]
        assert judged.column("class_name") == ["가상 로봇 교실"]
