"""HWPX: the tables of Hangul documents are read like sheets, each cell at its row and column in the table."""

import re

import pytest
from containers import as_hwpx, hwpx_table, paragraph, said
from forms import CENTRE, CLASS, table
from judging import judge

CLASSES = [list(map(str, row)) for row in table(CLASS, {}, {"운영횟수": "여섯"})]


@pytest.mark.parametrize("version", ["2011", "2016", "2024"])
def test_a_table_is_read_with_its_rows_as_rows(version: str) -> None:
    judged = judge(as_hwpx(said("가상 문서입니다.") + paragraph(hwpx_table(CLASSES)), version=version))
    assert judged.reading.format == "hwpx"
    assert judged.places == [("E_NOT_A_NUMBER", 3, "H3")]
    assert judged.finding["value"] == "여섯"
    assert judged.reading.tables[0].sheet is None
    assert judged.accounts == [{"read": 2, "loaded": 1, "quarantined": 1, "left_out": 0}]


def test_paragraphs_above_the_table_tell_year_and_institution_and_move_no_row() -> None:
    rows = [list(map(str, row)) for row in table(CLASS, {}, {"운영횟수": "여섯"}, without=["사업연도"])]
    above = said("2019년 생활과학교실 운영 실적") + said("기관명: 가상시험센터")
    judged = judge(as_hwpx(above + paragraph(hwpx_table(rows))))
    assert judged.column("program_year") == [2019]
    assert judged.reading.submitter == "가상시험센터"
    assert judged.places == [("E_NOT_A_NUMBER", 3, "G3")]


def test_a_caption_tells_as_much_as_a_paragraph() -> None:
    rows = [list(map(str, row)) for row in table(CLASS, without=["사업연도"])]
    judged = judge(as_hwpx(paragraph(hwpx_table(rows, caption="2018년도 강좌 운영 실적"))))
    assert judged.column("program_year") == [2018]


def test_cells_over_several_rows_stand_for_each_and_parents_for_their_columns() -> None:
    rows = [
        ["사업연도", "기수", "강좌명", "교육장명", "지역", "", "", "운영실적", ""],
        ["", "", "", "", "시도", "시군구", "읍면동", "운영\n횟수", "수혜자수\n(순인원)"],
        ["2020", "1", "가상 로봇", "가상 센터", "서울특별시", "종로구", "삼청동", "12", "15"],
        ["2020", "1", "가상 드론", "가상 센터", "", "", "삼청동", "12", "x15"],
    ]
    spans = {(0, 4): (1, 3), (0, 7): (1, 2), (2, 4): (2, 1), (2, 5): (2, 1)} | {(0, c): (2, 1) for c in range(4)}
    judged = judge(as_hwpx(paragraph(hwpx_table(rows, spans))))
    assert judged.places == [("E_NOT_A_NUMBER", 4, "I4")]
    assert judged.finding["header"] == "운영실적|수혜자수 (순인원)"
    assert judged.column("sigungu_code") == ["11110"]


def test_line_breaks_tabs_and_fixed_spaces_within_a_paragraph_are_white_space() -> None:
    cell = paragraph("<hp:t>가상<hp:lineBreak/>로봇<hp:tab/>교실<hp:fwSpace/>둘</hp:t>")
    rows = [list(map(str, row)) for row in table(CLASS)]
    rows[1][rows[0].index("강좌명")] = cell
    assert judge(as_hwpx(paragraph(hwpx_table(rows)))).column("class_name") == ["가상 로봇 교실 둘"]


def test_what_was_deleted_with_changes_tracked_is_not_read() -> None:
    cell = paragraph('<hp:t>1<hp:deleteBegin Id="1"/>9<hp:deleteEnd Id="1"/>2</hp:t>')
    rows = [list(map(str, row)) for row in table(CLASS)]
    rows[1][rows[0].index("운영횟수")] = cell
    assert judge(as_hwpx(paragraph(hwpx_table(rows)))).column("session_count") == [12]


def test_several_tables_are_parts_of_their_own_and_later_sections_go_on() -> None:
    first = said("2020년 가상 보고") + said("1. 강좌") + paragraph(hwpx_table(CLASSES))
    centre = [list(map(str, row)) for row in table(CENTRE, without=["사업연도"])]
    judged = judge(as_hwpx(first, said("2. 기관") + paragraph(hwpx_table(centre))))
    assert [(t.contract.dataset, t.sheet) for t in judged.reading.tables] == [
        ("dsc_class", "표 1"),
        ("dsc_institution_year", "표 2"),
    ]
    assert judged.outcomes["dsc_institution_year"].accepted["program_year"].to_list() == [2020]


def test_a_table_within_a_cell_that_only_lays_out_the_page_is_found() -> None:
    inner = paragraph(hwpx_table(CLASSES))
    judged = judge(as_hwpx(paragraph(hwpx_table([["2020년 가상 실적"], [inner]]))))
    assert judged.places == [("E_NOT_A_NUMBER", 3, "H3")]


def test_a_small_table_within_a_cell_is_that_cells_text() -> None:
    rows = [list(map(str, row)) for row in table(CLASS, {}, {})]
    rows[1][rows[0].index("교육장명")] = paragraph(hwpx_table([["가상 종로 주민센터"]]))
    assert judge(as_hwpx(paragraph(hwpx_table(rows)))).column("facility_name") == ["가상 종로 주민센터"] * 2


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(r'<hp:cellAddr colAddr="0" rowAddr="0"/>', id="all at one place"),
        pytest.param("", id="none said"),
        pytest.param(r'<hp:cellAddr colAddr="\1" rowAddr="0"/>', id="all in the first row"),
    ],
)
def test_cells_that_name_no_place_of_their_own_lie_in_their_order(wrong: str) -> None:
    rows = [[*row] for row in CLASSES] + [[*CLASSES[1]]]
    rows[3][4] = ""
    whole = hwpx_table(rows, {(1, 4): (3, 1), (2, 4): (1, 1)})
    judged = judge(as_hwpx(paragraph(re.sub(r'<hp:cellAddr colAddr="(\d+)" rowAddr="\d+"/>', wrong, whole))))
    assert judged.places[0] == ("E_NOT_A_NUMBER", 3, "H3")
    assert judged.accounts[0]["read"] == 3


def test_a_document_with_a_password_is_refused_unopened() -> None:
    locked = as_hwpx(said("x"), manifest='<odf:file-entry full-path="Contents/section0.xml"><odf:encryption-data/>'
                     "</odf:file-entry>")  # fmt: skip
    assert judge(locked).codes == ["R_ENCRYPTED"]


def test_a_document_without_a_table_is_refused_by_name() -> None:
    (finding,) = judge(as_hwpx(said("가상의 글입니다."))).reading.findings
    assert (finding.code, finding.value) == ("R_UNSUPPORTED_FORMAT", "표가 없는 한글 문서(HWPX without a table)")
