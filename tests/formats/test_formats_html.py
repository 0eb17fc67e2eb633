"""Web pages that are called Excel files: tables are read, and rows are counted as the page's own table rows."""

from collections.abc import Callable
from html import escape
from typing import Any

import pytest
from forms import CENTRE, CLASS, table
from judging import judge

from sciculture_etl.formats import open_file
from sciculture_etl.formats.salvage import parts_of_mail
from sciculture_etl.settings import Limits


def page(body: str, encoding: str = "utf-8", head: str = "") -> bytes:
    return f"<html><head>{head}</head><body>{body}</body></html>".encode(encoding)


def html_table(rows: list[list[Any]], attributes: dict[tuple[int, int], str] | None = None, hidden: int = -1) -> str:
    """attributes: (row, column) → what stands in that cell's tag; a cell of None is left out."""
    lines = []
    for r, row in enumerate(rows):
        cells = "".join(
            f"<td {(attributes or {}).get((r, c), '')}>{escape(str(cell))}</td>"
            for c, cell in enumerate(row)
            if cell is not None
        )
        style = ' style="display: none"' if r == hidden else ""
        lines.append(f"<tr{style}>{cells}</tr>")
    return f"<table border=1>{''.join(lines)}</table>"


ROWS = table(CLASS, {"교육장명": "가상 꿈숖 도서관"}, {"운영횟수": "여섯"})


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(page(html_table(ROWS)), id="UTF-8"),
        pytest.param(b"\xef\xbb\xbf" + page(html_table(ROWS)), id="byte order mark"),
        pytest.param(page(html_table(ROWS), "cp949", '<meta charset="euc-kr">'), id="CP949 that says so"),
        pytest.param(page(html_table(ROWS), "cp949"), id="CP949 that doesn't say so"),
        pytest.param(page(html_table(ROWS), "cp949", '<meta charset="utf-8">'), id="CP949 that says something else"),
        pytest.param(page(html_table(ROWS), "utf-16"), id="UTF-16"),
        pytest.param(page(html_table(ROWS), "utf-16-le"), id="UTF-16 without its mark"),
        pytest.param(b"\r\n  <!-- made by a site -->\r\n" + page(html_table(ROWS)), id="comment first"),
        pytest.param(b'<?xml version="1.0" encoding="utf-8"?>' + page(html_table(ROWS)), id="XML declaration first"),
        pytest.param(b"<!DOCTYPE html>" + page(html_table(ROWS)), id="doctype"),
        pytest.param(html_table(ROWS).encode(), id="a table and nothing else"),
        pytest.param(page(html_table(ROWS)).replace(b"</td>", b"").replace(b"</tr>", b""), id="tags never closed"),
        pytest.param(page(html_table(ROWS)).upper().replace(b"BORDER", b"border"), id="capitals"),
    ],
)
def test_a_page_is_read_whatever_its_encoding_and_its_beginning(data: bytes) -> None:
    judged = judge(data, "실적.xls")
    assert judged.reading.format == "html"
    assert judged.column("facility_name") == ["가상 꿈숖 도서관"]
    assert judged.places == [("E_NOT_A_NUMBER", 3, "H3")]
    assert judged.finding["value"] == "여섯"
    assert judged.reading.tables[0].sheet is None


def test_headings_above_the_table_tell_the_year_and_move_no_row() -> None:
    rows = table(CLASS, {}, {"운영횟수": "여섯"}, without=["사업연도"])
    body = f"<h1>2019년 생활과학교실 실적</h1><p>(단위: 회, 명)<br>기관명: 가상시험센터</p>{html_table(rows)}"
    judged = judge(page(body))
    assert judged.column("program_year") == [2019]
    assert judged.reading.submitter == "가상시험센터"
    assert judged.places == [("E_NOT_A_NUMBER", 3, "G3")]


def test_the_head_of_the_table_may_be_its_title_and_counts_as_a_row() -> None:
    rows = [["2019년 생활과학교실 실적"], *table(CLASS, {}, {"운영횟수": "여섯"}, without=["사업연도"])]
    judged = judge(page(html_table(rows, {(0, 0): "colspan=8"})))
    assert judged.column("program_year") == [2019]
    assert judged.places == [("E_NOT_A_NUMBER", 4, "G4")]


def test_cells_over_rows_and_columns_are_merged_cells() -> None:
    rows: list[list[Any]] = [
        ["사업연도", "기수", "강좌명", "교육장명", "지역", None, None, "운영실적", None],
        [None, None, None, None, "시도", "시군구", "읍면동", "운영횟수", "수혜자수(순인원)"],
        [2020, 1, "가상 로봇", "가상 센터", "서울특별시", "종로구", "삼청동", 12, 15],
        [2020, 1, "가상 드론", "가상 센터", None, None, "삼청동", 12, "?"],
    ]
    spans = {(0, c): "rowspan=2" for c in range(4)} | {(0, 4): "colspan='3'", (0, 7): 'colspan="2"'}
    spans |= {(2, 4): "rowspan=2", (2, 5): "rowspan=0"}
    judged = judge(page(html_table(rows, spans)))
    assert judged.places == [("E_NOT_A_NUMBER", 4, "I4")]
    assert judged.finding["header"] == "운영실적|수혜자수(순인원)"
    assert judged.column("sigungu_code") == ["11110"]


def test_breaks_blanks_and_hidden_words_within_cells() -> None:
    body = html_table(table(CLASS, {"강좌명": "NAME", "교육장명": "ROOM", "운영횟수": "COUNT"}))
    body = body.replace("NAME", "가상<br/>로봇\n   교실<script>x</script><!-- y -->")
    body = body.replace("ROOM", '<span style="display:none">0012</span><b>가상</b>&nbsp;<i>센터</i>&nbsp;')
    judged = judge(page(body.replace("COUNT", "&nbsp;&#160; \u200b")))
    assert judged.places == [("E_REQUIRED_MISSING", 2, "H2")]
    raw = judged.reading.tables[0].frame.row(0, named=True)
    assert (raw["class_name"], raw["facility_name"]) == ("가상\n로봇 교실", "가상\xa0센터")


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(
            lambda p: p.replace("<tr>", "<form><tr>").replace("</tr>", "</tr></form>"), id="forms around rows"
        ),
        pytest.param(lambda p: p.replace("<tr>", "<tr><form>").replace("</tr>", "</form></tr>"), id="forms in rows"),
        pytest.param(lambda p: p.replace("<tr>", "<thead><tr>", 1).replace("</tr>", "</tr></thead>", 1), id="a head"),
        pytest.param(lambda p: p.replace("<tr>", "", 1), id="a header outside any row"),
        pytest.param(lambda p: p.replace("<td ", "<td colspan='1px' rowspan=' 1 '"), id="counts as browsers read them"),
        pytest.param(lambda p: p.replace("<tr>", "<tr><td style='DISPLAY:none'>열쇠</td>"), id="a hidden column"),
        pytest.param(lambda p: p.replace("<tr>", "<tr><td hidden colspan=3>1</td>", 2), id="hidden cells in some rows"),
        pytest.param(lambda p: p.replace("가상", "가\x00상") + "\x00" * 9, id="zeros amid the text"),
    ],
)
def test_rows_and_cells_stand_where_a_browser_shows_them(changed: Callable[[str], str]) -> None:
    body = changed(f"{' ' * 5_000}{html_table(ROWS)}")
    judged = judge(page(body))
    assert judged.places == [("E_NOT_A_NUMBER", 3, "H3")]
    assert judged.column("facility_name") == ["가상 꿈숖 도서관"]


def test_a_table_that_the_page_hides_is_a_hidden_sheet() -> None:
    shown, hidden = html_table(ROWS), html_table(table(CLASS, {}))
    for tab in (f"<div style='display:none'><p>2018년</p>{hidden}</div>", hidden.replace("<table", "<table hidden")):
        judged = judge(page(f"{tab}<h1>2020년</h1>{shown}"))
        assert judged.places == [("W_HIDDEN_SHEET", None, None), ("E_NOT_A_NUMBER", 3, "H3")]


def test_a_cell_that_nobody_sees_keeps_its_place_and_no_text() -> None:
    rows = table(CLASS, {"교육장명": "가상 센터"})
    column = rows[0].index("교육장명")
    judged = judge(page(html_table(rows, {(1, column): "style='visibility: hidden'"})))
    assert judged.places == [("E_REQUIRED_MISSING", 2, "D2")]


def test_of_a_long_page_only_what_is_near_a_table_is_its_title() -> None:
    lines = "".join(f"<p>줄 {number}</p>" for number in range(1_000))
    tables = html_table(table(CLASS, without=["사업연도"])) * 3
    content = open_file(page(f"<h1>2019년 실적</h1>{lines}<h2>강좌</h2>{tables}"), Limits())
    assert [len(grid.above) for grid in content.grids] == [200, 200, 200]
    assert content.grids[0].above[0] == ["2019년 실적"]
    assert content.grids[0].above[-1] == ["강좌"]


def test_a_row_that_the_page_hides_counts_and_is_told_of() -> None:
    judged = judge(page(html_table(table(CLASS, {}, {}, {}), hidden=2)))
    assert judged.places == [("W_HIDDEN_ROW", 3, None)]
    assert judged.accounts[0]["loaded"] == 3


@pytest.mark.parametrize("attribute", ['x:num="0.892"', 'sdval="0.892"', "x:num='.892'"])
def test_the_number_that_a_cell_holds_counts_where_it_shows_it_rounded(attribute: str) -> None:
    rows = table(CLASS, {"만족도": "89%"})
    judged = judge(page(html_table(rows, {(1, len(rows[0]) - 1): attribute})))
    assert judged.column("satisfaction_score") == [89.2]


def test_several_tables_are_parts_and_a_small_one_above_is_title() -> None:
    small = html_table([["기관명", "가상시험센터"], ["사업연도", "2019년"]])
    classes = html_table(table(CLASS, without=["사업연도"]))
    centre = html_table(table(CENTRE, without=["사업연도", "기관명"]))
    judged = judge(page(f"<p>안내</p>{small}{classes}<p>2. 기관</p>{centre}"))
    assert [table.sheet for table in judged.reading.tables] == ["표 2"]
    assert judged.column("program_year") == [2019]


def test_a_table_that_only_lays_out_the_page_is_no_sheet() -> None:
    menu = "<tr><td>메뉴</td><td>2019년 실적</td></tr>"
    rows = table(CLASS, {}, {"운영횟수": "여섯"}, without=["사업연도"])
    judged = judge(page(f"<table>{menu}<tr><td></td><td>{html_table(rows)}</td></tr></table>"))
    assert judged.places == [("E_NOT_A_NUMBER", 3, "G3")]
    assert judged.column("program_year") == [2019]


def test_a_title_in_angle_brackets_is_text() -> None:
    from forms import as_csv

    judged = judge(as_csv([["<2019년 생활과학교실 실적>"], *table(CLASS, without=["사업연도"])]))
    assert judged.reading.format == "csv"
    assert judged.column("program_year") == [2019]


def test_a_page_without_a_table_or_that_asks_to_log_in_is_refused_by_name() -> None:
    for body, words in [
        ("<h1>500 Internal Server Error</h1>", "표가 없는 웹 페이지"),
        ("<form><table><tr><td>PW<input type=password></td></tr></table></form>", "로그인 화면"),
    ]:
        (finding,) = judge(page(body)).reading.findings
        assert finding.code == "R_UNSUPPORTED_FORMAT"
        assert words in (finding.value or "")
        assert "다시 내려받아" in finding.expected_ko


@pytest.mark.parametrize(
    "head",
    [
        "Content-Type: multipart/related; boundary=b\n\n--b\n" * 40,
        f'Content-Type: multipart/related; a="{"a;" * 5_000}"; boundary=b\n\n--b\n',
    ],
)
def test_a_web_archive_whose_parts_or_headers_go_on_for_ever_is_refused_by_name(head: str) -> None:
    data = f"MIME-Version: 1.0\n{head}Content-Type: text/html\n\n{html_table(ROWS)}"
    (finding,) = judge(data.encode()).reading.findings
    assert (finding.code, "손상된 엑셀" in (finding.value or "")) == ("R_UNSUPPORTED_FORMAT", True)


def test_a_web_archive_is_read_like_its_pages() -> None:
    from email.mime.multipart import MIMEMultipart
    from email.mime.text import MIMEText

    archive = MIMEMultipart("related")
    archive.attach(MIMEText("<html><frameset></frameset></html>", "html", "utf-8"))
    archive.attach(MIMEText(page(html_table(ROWS)).decode(), "html", "utf-8"))
    judged = judge(archive.as_bytes())
    assert judged.reading.format == "mhtml"
    assert judged.places == [("E_NOT_A_NUMBER", 3, "H3")]


def test_a_table_of_search_conditions_parts_no_table_from_its_heading() -> None:
    rows = table(CLASS, without=["사업연도"])
    asked = html_table([["기관", "가상센터"]])
    assert judge(page(f"<h1>2019년 강좌 실적</h1>{asked}{html_table(rows)}")).column("program_year") == [2019]
    # Where the next table has a heading of its own, that of the little one says nothing of it.
    both = f"<h1>2018년 조회</h1>{asked}<h2>2019년 강좌 실적</h2>{html_table(rows)}"
    assert judge(page(both)).column("program_year") == [2019]


@pytest.mark.parametrize("sign", ["&amp;", "a;"])
def test_what_a_broken_archive_holds_is_not_looked_for_by_its_headers(sign: str) -> None:
    """Its texts are looked at as they stand: parting at each sign of a long header would take minutes."""
    head = f'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="{sign * 200_000}"\n\n'
    assert list(parts_of_mail(head.encode())) == []
    assert judge((head + "가상 010-0000-0000").encode()).personal
