"""What parts the cells of a text is told from all of it, however its first lines look."""

import pytest
from forms import CLASS, as_csv, table
from judging import judge

ROWS = table(CLASS, {"교육장명": "가상, 도서관"}, {"운영횟수": "여섯"})
TEXT = as_csv(ROWS).decode()
QUOTED = "\r\n".join(", ".join(f'"{cell}"' for cell in row) for row in ROWS)
PREAMBLE = "".join(f"가상 안내 {n}: 세미콜론; 그리고 | 막대\r\n" for n in range(12))


@pytest.mark.parametrize(
    ("text", "row"),
    [
        pytest.param(QUOTED, 3, id="a blank after each comma, before quotes"),
        pytest.param(QUOTED.replace('", "', '",   "'), 3, id="several blanks after each comma"),
        pytest.param(QUOTED.replace('"', "'").replace(", '", ",'"), 3, id="apostrophes for quotes"),
        pytest.param(QUOTED.replace('", "', '"||"'), 3, id="bars written twice"),
        pytest.param(QUOTED.replace('", "', ";").replace('"', ""), 3, id="semicolons beside commas"),
        pytest.param(
            "\r\n".join(";".join(f'"{cell}"' for cell in row) for row in ROWS), 3, id="semicolons and all quoted"
        ),
        pytest.param(PREAMBLE + TEXT, 15, id="lines of other widths above the header"),
        pytest.param("제목: 가상,, 자료,,,\r\n\r\n" + TEXT, 5, id="a line with some commas above the header"),
        pytest.param(TEXT.replace("\r\n", ",,,\r\n"), 3, id="separators behind the last cell"),
    ],
)
def test_every_dialect_gives_the_same_rows(text: str, row: int) -> None:
    judged = judge(text.encode())
    assert judged.column("facility_name") == ["가상, 도서관"]
    assert judged.places == [("E_NOT_A_NUMBER", row, f"H{row}")]


def test_decimal_commas_outnumber_no_semicolons() -> None:
    notes = {f"비고{n}": "1,5, 2,5, 3,5" for n in range(6)}
    rows = table(CLASS | notes, *[{}] * 30, {"운영횟수": "여섯"})
    text = "\r\n".join(";".join(str(cell) for cell in row) for row in rows)
    assert judge(text.encode()).places == [("E_NOT_A_NUMBER", 32, "H32")]


def test_a_file_that_was_garbled_before_it_came_is_refused_for_its_headers() -> None:
    garbled = as_csv(table(CLASS, {}, {})).decode("latin-1").encode()
    (finding,) = judge(garbled).reading.findings
    assert finding.code == "R_HEADER_NOT_FOUND"
