"""Spreadsheets in one XML file: what a cell shows is read at its place, whatever the file calls its namespaces."""

from html import escape

import pytest
from forms import CLASS, table
from judging import judge

from sciculture_etl.formats import open_file
from sciculture_etl.formats.grid import RefusedError
from sciculture_etl.settings import Limits

BOOK = """<?xml version="1.0" encoding="UTF-8"?>
<?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"
 xmlns:x="urn:schemas-microsoft-com:office:excel"><Styles><Style ss:ID="p"><NumberFormat ss:Format="0.0%"/></Style>
 <Style ss:ID="q"><NumberFormat ss:Format="Percent"/></Style></Styles>{sheets}</Workbook>"""


def xml_cell(value: object, attributes: str = "") -> str:
    kind = "Number" if isinstance(value, int | float) else "String"
    return f'<Cell {attributes}><Data ss:Type="{kind}">{escape(str(value))}</Data></Cell>'


def xml_sheet(name: str, rows: list[str], options: str = "") -> str:
    return f'<Worksheet ss:Name="{name}"><Table>{"".join(rows)}</Table>{options}</Worksheet>'


def test_a_workbook_in_one_xml_file_is_read_with_places_merges_percentages_and_hidden_parts() -> None:
    header, first, second, third = table(CLASS, *[{"만족도": 0.892}] * 3)
    rows = [
        '<Row ss:Index="3">' + xml_cell(header[0], 'ss:Index="2"') + "".join(map(xml_cell, header[1:])) + "</Row>",
        "<Row>" + xml_cell(2020, 'ss:Index="2"') + "".join(map(xml_cell, first[1:4]))
        + xml_cell(first[4], 'ss:MergeDown="2"') + "".join(map(xml_cell, first[5:-1]))
        + xml_cell(0.892, 'ss:StyleID="p"') + "</Row>",
        '<Row ss:Hidden="1">' + xml_cell(2020, 'ss:Index="2"') + "".join(map(xml_cell, second[1:4]))
        + xml_cell(second[5], 'ss:Index="7"') + "".join(map(xml_cell, second[6:-1]))
        + xml_cell(0.9, 'ss:StyleID="q"') + "</Row>",
        "<Row>" + xml_cell(2020, 'ss:Index="2"') + "".join(map(xml_cell, third[1:4]))
        + xml_cell(third[5], 'ss:Index="7"') + xml_cell(third[6])
        + '<Cell ss:Formula="=RC[1]*2"/>' + "".join(map(xml_cell, third[8:])) + "</Row>",
    ]  # fmt: skip
    hidden = "<WorksheetOptions><Visible>SheetHidden</Visible></WorksheetOptions>"
    book = BOOK.format(sheets=xml_sheet("실적", rows) + xml_sheet("구버전", rows[:2], hidden))
    judged = judge(book.encode())
    assert judged.reading.format == "xml"
    assert judged.places == [
        ("W_HIDDEN_SHEET", None, None), ("W_HIDDEN_ROW", 5, None), ("E_NOT_A_NUMBER", 6, "I6"),
        ("E_UNIT_MISMATCH", 6, "K6"),  # 0.892 without the format of per cent that its neighbours have
    ]  # fmt: skip
    assert judged.column("satisfaction_score") == [89.2, 90.0]
    assert judged.column("sido_code") == ["11", "11"]
    assert judged.reading.tables[0].sheet == "실적"


STYLES = """<Style ss:ID="Default"><NumberFormat/></Style><Style ss:ID="p"><NumberFormat ss:Format="0.0%"/></Style>
<Style ss:ID="child" ss:Parent="p"><Font ss:Bold="1"/></Style><Style ss:ID="d"><NumberFormat ss:Format="Short Date"/>
</Style><Style ss:ID="m"><NumberFormat ss:Format="yyyy-mm-dd\\ hh:mm"/></Style><Style ss:ID="t"><NumberFormat
ss:Format="Short Time"/></Style><Style ss:ID="e"><NumberFormat ss:Format="[h]:mm"/></Style>"""
SHOWN = [
    ('<Cell ss:StyleID="p"><Data ss:Type="Number">0.892</Data></Cell>', "89.2%"),
    ('<Cell ss:StyleID="child"><Data ss:Type="Number">0.892</Data></Cell>', "89.2%"),
    ('<Cell><Data ss:Type="Number">0.1234567890123</Data></Cell>', "0.1234567890123"),
    ('<Cell><Data ss:Type="Number">1.001E3</Data></Cell>', "1001"),
    ('<Cell ss:StyleID="d"><Data ss:Type="DateTime">2020-03-02T00:00:00.000</Data></Cell>', "2020-03-02"),
    ('<Cell><Data ss:Type="DateTime">2020-03-02T00:00:00.000</Data></Cell>', "2020-03-02"),
    ('<Cell ss:StyleID="d"><Data ss:Type="DateTime">2023-11-03T12:00:08.640</Data></Cell>', "2023-11-03 12:00:08.640"),
    ('<Cell ss:StyleID="m"><Data ss:Type="DateTime">2020-03-02T00:00:00.000</Data></Cell>', "2020-03-02 00:00:00"),
    ('<Cell ss:StyleID="d"><Data ss:Type="Number">43892</Data></Cell>', "2020-03-02"),
    ('<Cell ss:StyleID="t"><Data ss:Type="DateTime">1899-12-31T10:30:00.000</Data></Cell>', "10:30:00"),
    ('<Cell ss:StyleID="t"><Data ss:Type="DateTime">1899-12-31T00:00:00.000</Data></Cell>', "00:00:00"),
    ('<Cell ss:StyleID="e"><Data ss:Type="DateTime">1900-01-01T12:30:00.000</Data></Cell>', "36:30:00"),
    ('<Cell><Data ss:Type="Boolean">1</Data></Cell>', "true"),
    ('<Cell ss:Formula="=1/0"><Data ss:Type="Error">#DIV/0!</Data></Cell>', "#DIV/0!"),
    ('<Cell><ss:Data ss:Type="String"><B>가상</B> <?x y?><!-- z -->교실</ss:Data></Cell>', "가상 교실"),
    ('<Cell><Comment><ss:Data>메모</ss:Data></Comment><Data ss:Type="String">글</Data></Cell>', "글"),
    ('<Cell><Comment><ss:Data>메모</ss:Data></Comment></Cell>', None),
    ("<Cell><Data ss:Type='String'><![CDATA[<가상>]]></Data></Cell>", "<가상>"),
]  # fmt: skip


def test_a_cell_is_read_as_what_it_shows() -> None:
    rows = "".join(f"<Row>{cell}</Row>" for cell, _ in SHOWN)
    book = BOOK.format(sheets=xml_sheet("실적", [rows])).replace("<Styles>", f"<Styles>{STYLES}")
    grid = open_file(book.encode(), Limits()).grids[0]
    assert grid.frame["c0"].to_list() == [text for _, text in SHOWN]


def test_days_of_1904_and_the_style_of_a_column_count() -> None:
    column = '<Column ss:Index="2" ss:StyleID="p" ss:Span="1"/>'
    row = (
        '<Row><Cell ss:StyleID="d"><Data ss:Type="Number">42430</Data></Cell>' + xml_cell(0.5) + xml_cell(1) + "</Row>"
    )
    book = BOOK.format(sheets=xml_sheet("실적", [column, row])).replace("<Styles>", f"<Styles>{STYLES}")
    excel = '<ExcelWorkbook xmlns="urn:schemas-microsoft-com:office:excel"><Date1904/></ExcelWorkbook>'
    grid = open_file(book.replace("<Styles>", f"{excel}<Styles>").encode(), Limits()).grids[0]
    assert grid.head() == [["2020-03-02", "50%", "100%"]]


def test_texts_under_a_merged_cell_are_not_read() -> None:
    rows = [
        "<Row>" + xml_cell("가", 'ss:MergeDown="1"') + xml_cell("나") + "</Row>",
        f"<Row>{xml_cell('다') * 2}</Row>",
    ]
    grid = open_file(BOOK.format(sheets=xml_sheet("실적", rows)).encode(), Limits()).grids[0]
    assert grid.head() == [["가", "나"], [None, "다"]]


@pytest.mark.parametrize("prefix", ["ss", "표", "x.y-z"])
def test_namespaces_may_have_any_prefix_and_no_declaration_need_stand_before(prefix: str) -> None:
    rows = ["<Row>" + "".join(map(xml_cell, row)) + "</Row>" for row in table(CLASS)]
    book = (
        BOOK.format(sheets=xml_sheet("실적", rows)).replace("ss:", f"{prefix}:").replace("xmlns:ss", f"xmlns:{prefix}")
    )
    book = book.replace("<Workbook", f"<{prefix}:Workbook").replace("</Workbook", f"</{prefix}:Workbook")
    assert judge(book.encode()).column("session_count") == [12]
    assert judge(book[book.index(f"<{prefix}:Work") :].encode()).reading.format == "xml"


@pytest.mark.parametrize(
    "rows",
    ['<Row ss:Index="5"/><Row ss:Index="3"/>', '<Row><Cell ss:Index="5"/><Cell ss:Index="5"/></Row>', "<Row>&</Row>"],
)
def test_rows_that_lie_over_each_other_and_broken_markup_are_refused_by_name(rows: str) -> None:
    with pytest.raises(RefusedError) as refused:
        open_file(BOOK.format(sheets=xml_sheet("실적", [rows])).encode(), Limits())
    assert "손상된 엑셀" in (refused.value.finding.value or "")
