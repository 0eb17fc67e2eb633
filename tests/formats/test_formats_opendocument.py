"""OpenDocument spreadsheets: values, merges, hidden parts and repeats, at the rows that a person sees."""

import io
from typing import Any

import pytest
from containers import package
from forms import CLASS, table
from judging import judge
from odf import opendocument, style
from odf import table as odf_table
from odf import text as odf_text

from sciculture_etl.contracts import load_contracts
from sciculture_etl.formats import open_file
from sciculture_etl.intake import read_submission
from sciculture_etl.settings import Limits

HEADER, ROW = table(CLASS, {"만족도": "92"})


def cell(value: Any, **attributes: Any) -> Any:
    if isinstance(value, int | float):
        made = odf_table.TableCell(valuetype="float", value=value, **attributes)
    else:
        made = odf_table.TableCell(valuetype="string", **attributes)
    made.addElement(odf_text.P(text=str(value)))
    return made


def saved(*sheets: Any, styles: list[Any] | None = None) -> bytes:
    document = opendocument.OpenDocumentSpreadsheet()
    for own in styles or []:
        document.automaticstyles.addElement(own)
    for sheet in sheets:
        document.spreadsheet.addElement(sheet)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def sheet_of(*rows: list[Any], name: str = "실적", **attributes: Any) -> Any:
    """Cells may be values or elements; a row may be an element, too."""
    made = odf_table.Table(name=name, **attributes)
    for row in rows:
        line = row
        if isinstance(row, list):
            line = odf_table.TableRow()
            for given in row:
                line.addElement(given if hasattr(given, "qname") else cell(given))
        made.addElement(line)
    return made


def blank_rows(count: int) -> Any:
    row = odf_table.TableRow(numberrowsrepeated=count)
    row.addElement(odf_table.TableCell(numbercolumnsrepeated=1024))
    return row


def test_rows_after_repeated_blank_ones_keep_the_numbers_that_people_see() -> None:
    header = [odf_table.TableCell(numbercolumnsrepeated=2), *HEADER]
    rows = [
        blank_rows(3),
        header,
        [*header[:0], odf_table.TableCell(numbercolumnsrepeated=2), *ROW[:7], "여섯", 15, 92],
    ]
    judged = judge(saved(sheet_of(*rows, blank_rows(1_048_571))))
    assert judged.reading.format == "ods"
    assert judged.places == [("E_NOT_A_NUMBER", 5, "J5")]
    assert judged.reading.tables[0].sheet == "실적"


def test_values_count_and_not_what_is_shown_of_them() -> None:
    percent = odf_table.TableCell(valuetype="percentage", value="0.892")
    percent.addElement(odf_text.P(text="89%"))
    sessions = odf_table.TableCell(valuetype="float", value="12", formula="of:=[.A1]*2")
    sessions.addElement(odf_text.P(text="12회"))
    judged = judge(saved(sheet_of(HEADER, [*ROW[:7], sessions, 15.0, percent])))
    assert judged.places == []
    assert (judged.column("session_count"), judged.column("satisfaction_score")) == ([12], [89.2])


def test_merged_cells_stand_for_their_rows_and_what_lies_under_them_is_not_read() -> None:
    covered = odf_table.CoveredTableCell(valuetype="string")
    covered.addElement(odf_text.P(text="부산광역시"))
    first = [*ROW[:4], cell("서울특별시", numberrowsspanned=2), *ROW[5:]]
    second = [*ROW[:2], "가상 드론", ROW[3], covered, *ROW[5:]]
    judged = judge(saved(sheet_of(HEADER, first, second)))
    assert judged.column("sido_code") == ["11", "11"]


def test_hidden_rows_count_hidden_sheets_do_not_and_both_are_told() -> None:
    hidden_row = odf_table.TableRow(visibility="filter")
    for value in [*ROW[:2], "가상 드론", *ROW[3:]]:
        hidden_row.addElement(cell(value))
    unshown = style.Style(name="ta2", family="table")
    unshown.addElement(style.TableProperties(display="false"))
    old = sheet_of(HEADER, ROW, name="구버전", stylename="ta2")
    judged = judge(saved(sheet_of(HEADER, ROW, hidden_row), old, styles=[unshown]))
    assert judged.places == [("W_HIDDEN_SHEET", None, None), ("W_HIDDEN_ROW", 3, None)]
    assert judged.accounts[0]["loaded"] == 2


def test_a_formula_without_its_value_and_one_that_failed_are_errors() -> None:
    failed = '<table:table-cell table:formula="of:=1/0" office:value-type="string" office:string-value="" '
    failed += 'calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell>'
    bare = '<table:table-cell table:formula="of:=[.H4]*2"/>'
    judged = judge(flat(HEADER, [*ROW[:7], failed, *ROW[8:]], [*ROW[:7], bare, *ROW[8:]], [*ROW[:2], bare, *ROW[3:]]))
    assert judged.reading.format == "fods"
    assert judged.places == [
        ("E_NOT_A_NUMBER", 2, "H2"), ("E_NOT_A_NUMBER", 3, "H3"), ("E_DUPLICATE_KEY", 3, None),
        ("E_REQUIRED_MISSING", 4, "C4"),
    ]  # fmt: skip
    values = [row["value"] for v in judged.outcomes.values() for row in v.findings.to_dicts() if row["cell"]]
    assert values == ["#DIV/0!", "=[.H4]*2", "=[.H4]*2"]


SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{full}:1.0"'
    for name, full in {"office": "office", "table": "table", "text": "text"}.items()
)
SPACES += ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'


def flat(*rows: list[Any], inner: str = "") -> bytes:
    lines = ""
    for row in rows:
        cells = (
            str(c)
            if str(c).startswith("<")
            else f'<table:table-cell office:value-type="string"><text:p>{c}</text:p></table:table-cell>'
            for c in row
        )
        lines += f"<table:table-row>{''.join(cells)}</table:table-row>"
    sheet = f'<table:table table:name="실적">{lines}{inner}</table:table>'
    body = f"<office:body><office:spreadsheet>{sheet}</office:spreadsheet></office:body>"
    return f'<?xml version="1.0" encoding="UTF-8"?><office:document {SPACES}>{body}</office:document>'.encode()


def test_notes_on_a_cell_are_not_its_text_and_spaces_and_breaks_are() -> None:
    name = '<table:table-cell office:value-type="string"><office:annotation><text:p>메모</text:p></office:annotation>'
    name += "<text:p>가상<text:s/>로봇<text:line-break/><text:span>교실</text:span></text:p></table:table-cell>"
    assert judge(flat(HEADER, [*ROW[:2], name, *ROW[3:]])).column("class_name") == ["가상 로봇 교실"]


def test_days_and_times_come_as_they_are_held() -> None:
    from forms import INSTITUTION

    header, row = table(INSTITUTION, {"등록일": "d", "영문명": "t"})
    day = '<table:table-cell office:value-type="date" office:date-value="2020-03-02T00:00:00"><text:p>3월</text:p>'
    clock = '<table:table-cell office:value-type="time" office:time-value="PT10H30M00S"><text:p>오전</text:p>'
    day, clock = day + "</table:table-cell>", clock + "</table:table-cell>"
    judged = judge(flat(header, [*row[:-2], day, clock]))
    assert [str(found) for found in judged.column("valid_from")] == ["2020-03-02"]
    assert judged.column("institution_name_en") == ["10:30:00"]


SHOWN = [
    ('office:value-type="float" office:value="0.1234567890123"', "0.1234567890123"),
    ('office:value-type="float" office:value="1001"', "1001"),
    ('office:value-type="float" office:value="1E+15"', "1000000000000000"),
    ('office:value-type="currency" office:currency="KRW" office:value="1234567.5"', "1234567.5"),
    ('office:value-type="percentage" office:value="0.8921"', "89.21%"),
    ('office:value-type="date" office:date-value="2020-03-02"', "2020-03-02"),
    ('office:value-type="date" office:date-value="2020-03-02T14:30:00"', "2020-03-02 14:30:00"),
    ('office:value-type="date" office:date-value="2023-11-03T12:00:08.640000000"', "2023-11-03 12:00:08.640"),
    ('office:value-type="time" office:time-value="PT00H00M00S"', "00:00:00"),
    ('office:value-type="time" office:time-value="PT36H30M00S"', "36:30:00"),
    ('office:value-type="time" office:time-value="PT00H00M08.640000000S"', "00:00:08.640"),
    ('office:value-type="boolean" office:boolean-value="true"', "true"),
    ('office:value-type="string" office:string-value="글"', "글"),
]


def test_a_cell_is_read_as_what_it_holds_with_all_its_decimals() -> None:
    rows = [[f"<table:table-cell {attributes}/>"] for attributes, _ in SHOWN]
    assert open_file(flat(*rows), Limits()).grids[0].frame["c0"].to_list() == [text for _, text in SHOWN]


def test_tables_of_charts_and_within_cells_are_no_sheets_and_cut_none_in_two() -> None:
    inner = '<table:table table:name="local-table"><table:table-row><table:table-cell office:value-type="string">'
    inner += "<text:p>999</text:p></table:table-cell></table:table-row></table:table>"
    chart = "<table:table-cell><draw:frame xmlns:draw='urn:oasis:names:tc:opendocument:xmlns:drawing:1.0'><draw:object>"
    chart += f"<office:document><office:body><office:chart>{inner}</office:chart></office:body></office:document>"
    chart += f"</draw:object></draw:frame></table:table-cell><table:table-cell>{inner}</table:table-cell>"
    judged = judge(flat(HEADER, [*ROW, chart], ROW, inner=f"<table:shapes>{chart}</table:shapes>"))
    assert judged.places == [("E_DUPLICATE_KEY", 3, None)]
    assert judged.accounts[0]["read"] == 2


def test_rows_hidden_by_the_million_and_merges_without_end_cost_no_more_than_their_bytes() -> None:
    hidden = '<table:table-row table:visibility="collapse" table:number-rows-repeated="1048576"/>' * 3_000
    assert judge(flat(HEADER, ROW, inner=hidden)).places == []
    spans = '<table:table-cell table:number-columns-spanned="2"/>' * 100
    line = '<table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell>'
    merged = f'<table:table-row table:number-rows-repeated="90000">{line}{spans}</table:table-row>'
    assert judge(flat(HEADER, ROW, inner=merged)).codes == ["R_TOO_LARGE"]


def test_what_is_no_row_may_not_go_on_for_ever() -> None:
    data = flat(HEADER, ROW).replace(b"<office:body>", b"<text:p/>" * 20_000 + b"<office:body>")
    reading = read_submission(package({"content.xml": data}), load_contracts(), Limits(markup_bytes=100_000))
    assert [finding.code for finding in reading.findings] == ["R_TOO_LARGE"]


@pytest.mark.parametrize(
    "bomb",
    [
        pytest.param('<table:table-row table:number-rows-repeated="1048576">{cell}</table:table-row>', id="rows alike"),
        pytest.param("<table:table-row>{wide}</table:table-row>" * 300, id="wide rows"),
        pytest.param(
            '<table:table-row table:number-rows-repeated="1048000"/><table:table-row>{wide}</table:table-row>',
            id="far corners",
        ),
    ],
)
def test_repeats_that_no_memory_could_hold_are_refused(bomb: str) -> None:
    cell = '<table:table-cell office:value-type="string"{}><text:p>x</text:p></table:table-cell>'
    wide = cell.format(' table:number-columns-repeated="16384"')
    inner = bomb.format(cell=cell.format(""), wide=wide)
    reading = read_submission(flat(HEADER, ROW, inner=inner), load_contracts())
    assert [finding.code for finding in reading.findings] == ["R_TOO_LARGE"]


def test_a_spreadsheet_with_a_password_is_refused_unopened() -> None:
    locked = '<manifest><file-entry full-path="content.xml"><encryption-data checksum="x"/></file-entry></manifest>'
    data = package({"META-INF/manifest.xml": locked, "content.xml": b"\x01\x02"})
    assert judge(data).codes == ["R_ENCRYPTED"]
