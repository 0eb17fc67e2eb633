"""Workbooks of every kind: what a cell shows is what is read, at its place, whoever wrote the file."""

import io
import re
import zipfile
from datetime import datetime, time
from typing import Any

import openpyxl
import pytest
import xlsxwriter
import xlwt
from containers import SPREADSHEET, as_xlsb, inline_row, package, raw_xlsx
from forms import CLASS, INSTITUTION, as_xlsx, table
from judging import Judged, judge

HEADER, ROW = table(CLASS, {"만족도": "92"})
SCORE = len(HEADER)  # the column of 만족도, from 1
PERCENT = '<numFmts><numFmt numFmtId="164" formatCode="0.0%"/><numFmt numFmtId="165" formatCode="0.0&quot;%&quot;"/>'
PERCENT += '</numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="10"/><xf numFmtId="165"/></cellXfs>'


def sheet_of(*rows: list[Any], after: str = "") -> str:
    lines = "".join(inline_row(number, row) for number, row in enumerate([HEADER, *rows], start=1))
    return f"<sheetData>{lines}</sheetData>{after}"


def raw(judged: Judged) -> dict[str, Any]:
    return judged.reading.tables[0].frame.row(0, named=True)


def with_cell(place: str, cell: str, **parts: str) -> Judged:
    """A form of one row with one of its cells replaced by other XML."""
    column = re.sub(r"\d", "", place)
    sheet = re.sub(rf'<c r="{column}2".*?</c>', cell, sheet_of(ROW), count=1)
    assert cell in sheet
    return judge(raw_xlsx(sheet, **parts))


@pytest.mark.parametrize(
    ("cell", "score"),
    [
        ('<c r="J2" s="1"><v>0.892</v></c>', 89.2),
        ('<c s="2" r="J2" t="n"><v>0.892</v></c>', 89.2),
        ('<c r="J2" s="1"><f>446/500</f><v>0.89200000000000002</v></c>', 89.2),
        ('<c r="J2" s="1"><f t="shared" si="0"/><v>8.9999999999999998E-1</v></c>', 90.0),
        ('<c r="J2" s="3"><v>89.2</v></c>', 89.2),  # the mark is only text of its format
        ('<c r="J2" s="1" t="str"><f>"89.2%"</f><v>89.2%</v></c>', 89.2),
        ('<c r="J2"><v>89.199999999999989</v></c>', 89.2),
    ],
)
def test_percentages_are_read_as_they_are_shown(cell: str, score: float) -> None:
    judged = with_cell("J2", cell, styles=PERCENT)
    assert judged.places == []
    assert judged.column("satisfaction_score") == [score]


@pytest.mark.parametrize("text", ["#N/A", "#DIV/0!", "#REF!"])
def test_a_cell_that_holds_an_error_is_told_with_the_error(text: str) -> None:
    judged = with_cell("H2", f'<c r="H2" t="e"><f>1/0</f><v>{text}</v></c>')
    assert judged.places == [("E_NOT_A_NUMBER", 2, "H2")]
    assert judged.finding["value"] == text


FORMULAS = ["<f>H4*2</f>", "<f>H4*2</f><v></v>", "<f>H4*2</f><v/>", "<f>H4*2</f>\n<v />\n"]
MARKS = {
    "A": "E_YEAR_MISMATCH",
    "B": "E_NOT_A_NUMBER",
    "C": "E_REQUIRED_MISSING",  # a text: the formula is no name
    "E": "E_REGION_UNKNOWN",
    "H": "E_NOT_A_NUMBER",
    "J": "E_NOT_A_NUMBER",  # not a required column, and an error all the same
}


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("column", MARKS)
def test_a_formula_without_a_stored_result_is_an_error_in_every_column(column: str, formula: str) -> None:
    judged = with_cell(f"{column}2", f'<c r="{column}2">{formula}</c>')
    (found,) = {(code, cell) for code, _, cell in judged.errors}
    assert found[1] == f"{column}2"
    assert found[0] == MARKS[column] or column == "A"
    assert judged.accounts == [{"read": 1, "loaded": 0, "quarantined": 1, "left_out": 0}]
    assert {row["value"] for v in judged.outcomes.values() for row in v.findings.to_dicts()} == {"=H4*2"}


def test_a_formula_without_a_result_is_found_below_and_right_of_everything_else() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [["", *HEADER[:-1]], ["", *ROW[:-1]], ["", *ROW[:-1]]]:
        sheet.append(row)
    sheet["I3"], sheet["J3"] = "=5+7", "=SUM(J2:J2)"
    sheet["B3"] = sheet["D3"] = "=B2"
    target = io.BytesIO()
    book.save(target)
    judged = judge(target.getvalue())
    assert {(code, cell) for code, _, cell in judged.errors} >= {
        ("E_REQUIRED_MISSING", "D3"), ("E_NOT_A_NUMBER", "I3"), ("E_NOT_A_NUMBER", "J3"),
    }  # fmt: skip
    assert judged.column("session_count") == [12]


def test_a_total_row_of_formulas_without_results_is_left_out_like_any_total() -> None:
    total = ['<c r="A3" t="inlineStr"><is><t>합계</t></is></c>', '<c r="H3"><f>SUM(H2:H2)</f></c>']
    sheet = sheet_of(ROW).replace("</sheetData>", f'<row r="3">{"".join(total)}</row></sheetData>')
    judged = judge(raw_xlsx(sheet))
    assert judged.errors == []
    assert judged.accounts == [{"read": 2, "loaded": 1, "quarantined": 0, "left_out": 1}]


def test_a_formula_whose_result_is_an_empty_text_is_a_blank_cell() -> None:
    judged = with_cell("J2", '<c r="J2" t="str"><f>IF(1,"")</f><v></v></c>')
    assert judged.places == []
    assert judged.column("satisfaction_score") == [None]


def test_a_text_that_begins_like_a_formula_is_a_text() -> None:
    name = "=cmd|' /C calc'!A0"
    for data in (as_xlsx(table(CLASS)), raw_xlsx(sheet_of([*ROW[:2], name, *ROW[3:]]))):
        assert judge(data).places == []
    assert judge(raw_xlsx(sheet_of([*ROW[:2], name, *ROW[3:]]))).column("class_name") == [name]


def test_rich_texts_are_read_without_their_reading_aids_and_with_their_escapes() -> None:
    strings = '<si><r><t xml:space="preserve">가상 </t></r><r><rPr><b/></rPr><t>로봇_x000D_&#10;교실</t></r>'
    strings += '<rPh sb="0" eb="2"><t>カソウ</t></rPh><phoneticPr fontId="1"/></si>'
    judged = with_cell("C2", '<c r="C2" t="s"><v>0</v></c>', strings=strings)
    assert judged.column("class_name") == ["가상 로봇 교실"]


@pytest.mark.parametrize("blank", ["\u200b", "\ufeff", "\u00a0", "\u3000", " \u200b\u3000 "])
def test_white_space_that_nobody_sees_is_blank_and_spoils_no_number(blank: str) -> None:
    assert judge(raw_xlsx(sheet_of([*ROW[:7], f"{blank}12{blank}", *ROW[8:]]))).column("session_count") == [12]
    judged = judge(raw_xlsx(sheet_of([*ROW[:7], blank, *ROW[8:]])))
    assert judged.places == [("E_REQUIRED_MISSING", 2, "H2")]


def dated(is_1904: bool) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "date_1904": is_1904}) as book:
        sheet = book.add_worksheet()
        header, row = table(INSTITUTION)
        sheet.write_row(0, 0, [*header, "등록일", "종료일", "영문명"])
        sheet.write_row(1, 0, row)
        day = datetime(2020, 3, 2)
        sheet.write_datetime(1, len(row), day, book.add_format({"num_format": "yyyy-mm-dd"}))
        # 31 is Excel's own Korean day format, which is known by its number alone.
        sheet.write_datetime(1, len(row) + 1, datetime(2020, 12, 31, 0, 0), book.add_format({"num_format": 31}))
        sheet.write_datetime(1, len(row) + 2, time(10, 30), book.add_format({"num_format": "hh:mm"}))
    return target.getvalue()


@pytest.mark.parametrize("is_1904", [False, True])
def test_days_and_times_are_read_by_the_calendar_of_their_workbook(is_1904: bool) -> None:
    judged = judge(dated(is_1904))
    assert judged.places == []
    assert [str(day) for day in judged.column("valid_from") + judged.column("valid_to")] == ["2020-03-02", "2020-12-31"]
    assert judged.column("institution_name_en") == ["10:30:00"]


def test_a_protected_sheet_and_a_workbook_recommended_to_be_read_only_are_read() -> None:
    guards = '<sheetProtection password="CC1A" sheet="1" objects="1"/><mergeCells count="1"><mergeCell ref="E2:E3"/>'
    sheet = sheet_of(ROW, [*ROW[:2], "가상 드론", ROW[3], "", *ROW[5:]], after=guards + "</mergeCells>")
    judged = judge(
        raw_xlsx(sheet, properties='<fileSharing readOnlyRecommended="1"/><workbookProtection lockStructure="1"/>')
    )
    assert judged.column("sido_code") == ["11", "11"]


@pytest.mark.parametrize(
    "sheet",
    [
        pytest.param('<dimension ref="A1:XFD1048576"/>' + sheet_of(ROW), id="a lying dimension"),
        pytest.param('<dimension ref="A1"/>' + sheet_of(ROW), id="a dimension too small"),
        pytest.param(sheet_of(ROW).replace(' r="', ' x="'), id="cells without places"),
        pytest.param(
            sheet_of(ROW).replace("</sheetData>", "")
            + "".join(f'<row r="{r}"><c r="A{r}" s="1"/><c r="XFD{r}" s="1"></c></row>' for r in range(3, 20_000))
            + '<row r="1048576"><c r="B1048576" s="1"/></row></sheetData>',
            id="styles to the last row and column",
        ),
    ],
)
def test_what_a_sheet_says_of_its_size_changes_nothing(sheet: str) -> None:
    judged = judge(raw_xlsx(sheet))
    assert judged.places == []
    assert judged.column("session_count") == [12]


def test_a_sheet_written_with_a_namespace_prefix_is_read_at_its_places() -> None:
    rows = "".join(
        inline_row(number, row) for number, row in enumerate([HEADER, [*ROW[:7], "여섯", *ROW[8:]]], start=3)
    )
    moved = re.sub(r'r="([A-J])(\d)"', lambda found: f'r="{chr(ord(found[1]) + 1)}{found[2]}"', rows)
    sheet = re.sub(r"<(/?)(?=[a-z])", r"<\1x:", f"<sheetData>{moved}</sheetData>")
    with zipfile.ZipFile(io.BytesIO(raw_xlsx(sheet))) as opened:
        parts = {name: opened.read(name) for name in opened.namelist()}
    parts["xl/worksheets/sheet1.xml"] = f'<x:worksheet xmlns:x="{SPREADSHEET}">{sheet}</x:worksheet>'.encode()
    judged = judge(package(parts))
    assert judged.places == [("E_NOT_A_NUMBER", 4, "I4")]


FACTS = [
    HEADER,
    [*ROW[:-1], ("%", 0.892)],
    [*ROW[:2], "가상 드론", ROW[3], "", *ROW[5:7], 9, 15.0, 90.5],
    [*ROW[:7], ("error", 0x2A), 15, 92.5],
]


def test_a_binary_workbook_is_read_with_merges_hidden_rows_percentages_and_errors() -> None:
    data = as_xlsb(
        FACTS, top=3, left=1, merges=[(4, 5, 5, 5)], hidden_rows=[5], hidden={"구버전": table(CLASS), "코드": [["x"]]}
    )
    judged = judge(data)
    assert judged.reading.format == "xlsb"
    assert judged.places == [
        ("W_HIDDEN_SHEET", None, None), ("W_HIDDEN_ROW", 6, None), ("E_NOT_A_NUMBER", 7, "I7"),
        ("E_DUPLICATE_KEY", 7, None),
    ]  # fmt: skip
    assert judged.column("satisfaction_score") == [89.2, 90.5]
    assert judged.column("session_count") == [12, 9]
    assert judged.column("sido_code") == ["11", "11"]


def test_days_and_truths_of_a_binary_workbook_are_read() -> None:
    header, row = table(INSTITUTION, {"등록일": ("day", 43892.0), "영문명": True})
    judged = judge(as_xlsb([header, row]))
    assert [str(day) for day in judged.column("valid_from")] == ["2020-03-02"]
    assert judged.column("institution_name_en") == ["true"]


def old_workbook() -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    sheet, hidden = book.add_sheet("실적"), book.add_sheet("구버전")
    hidden.visibility = 1
    percent = xlwt.easyxf(num_format_str="0.0%")
    facts = {
        (3, 5): None, (4, 5): None, (3, SCORE): (0.892, percent), (4, SCORE): (1, percent),
        (5, 8): None, (6, 3): None,
    }  # fmt: skip
    for r, row in enumerate([HEADER, ROW, ROW, ROW, ROW], start=2):
        for c, cell in enumerate(row, start=1):
            fact = facts.get((r, c), (f"{cell} {r}" if c == 3 and r > 2 else cell,))
            if fact:
                sheet.write(r, c, *fact)
            if r < 4:
                hidden.write(r, c, cell)
    sheet.write_merge(3, 4, 5, 5, "서울특별시")
    sheet.row(4).hidden = True
    for r, c, formula in ((5, 8, "5+7"), (6, 3, "SUM(I5:I6)")):
        sheet.write(r, c, xlwt.Formula(formula))
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def test_an_old_workbook_is_read_with_merges_hidden_rows_percentages_and_uncalculated_formulas() -> None:
    judged = judge(old_workbook())
    assert judged.reading.format == "xls"
    assert judged.places == [
        ("W_HIDDEN_SHEET", None, None), ("W_HIDDEN_ROW", 5, None), ("E_NOT_A_NUMBER", 6, "I6"),
        ("E_REQUIRED_MISSING", 7, "D7"),
    ]  # fmt: skip
    assert judged.column("satisfaction_score") == [89.2, 100.0]
    assert judged.column("sido_code") == ["11", "11"]
