"""Every format that is read has a good file, limits that refuse, an end to personal data in its cells and beside them,
and a row in the documentation.
"""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Callable, Sequence

import openpyxl
import pytest
from containers import as_hwpx, as_xlsb, hwpx_table, inline_row, package, paragraph, raw_xlsx, said
from forms import CLASS, as_csv, table
from judging import judge
from old_workbooks import at_end_of, from_records, records_of, written

from sciculture_etl.formats import open_file
from sciculture_etl.formats.grid import RefusedError
from sciculture_etl.formats.registry import FORMATS
from sciculture_etl.project import CHECKOUT
from sciculture_etl.settings import Limits

Rows = Sequence[Sequence[object]]
NUMBER = "010-0000-1234"  # invented
SMALL = {"cells": 3, "columns": 2, "cell_bytes": 8, "sheets": 1, "markup_bytes": 64, "unpacked_bytes": 64}
OTHER = [["품목", "수량"], ["가상 자석", 3]]


def csv_file(rows: Rows, beside: str) -> bytes:
    return as_csv(rows)


def html_rows(rows: Rows) -> str:
    lines = ("".join(f"<td>{cell}</td>" for cell in row) for row in rows)
    return f"<table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"


def html_file(rows: Rows, beside: str) -> bytes:
    return f"<html><body>{html_rows(rows)}<!-- {beside} --><p>둘째</p>{html_rows(OTHER)}</body></html>".encode()


def mhtml_file(rows: Rows, beside: str) -> bytes:
    head = f"MIME-Version: 1.0\r\nSubject: {beside}\r\nContent-Type: text/html; charset=utf-8\r\n"
    return f"{head}Content-Transfer-Encoding: 8bit\r\n\r\n".encode() + html_file(rows, "")


def xml_file(rows: Rows, beside: str) -> bytes:
    def sheet(name: str, own: Rows) -> str:
        lines = ("".join(f'<Cell><Data s:Type="String">{cell}</Data></Cell>' for cell in row) for row in own)
        return (
            f'<Worksheet s:Name="{name}"><Table>{"".join(f"<Row>{line}</Row>" for line in lines)}</Table></Worksheet>'
        )

    space = "urn:schemas-microsoft-com:office:spreadsheet"
    book = f'<?xml version="1.0"?><Workbook xmlns="{space}" xmlns:s="{space}"><!-- {beside} -->'
    return f"{book}{sheet('실적', rows)}{sheet('목록', OTHER)}</Workbook>".encode()


def opendocument(rows: Rows, beside: str) -> str:
    def sheet(name: str, own: Rows) -> str:
        note = f"<office:annotation><text:p>{beside}</text:p></office:annotation>"
        cell = '<table:table-cell office:value-type="string">{}<text:p>{}</text:p></table:table-cell>'
        lines = ("".join(cell.format("" if n else note, text) for n, text in enumerate(row)) for row in own)
        inner = "".join(f"<table:table-row>{line}</table:table-row>" for line in lines)
        return f'<table:table table:name="{name}">{inner}</table:table>'

    return f"<office:spreadsheet>{sheet('실적', rows)}{sheet('목록', OTHER)}</office:spreadsheet>"


SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
)


def fods_file(rows: Rows, beside: str) -> bytes:
    body = f"<office:body>{opendocument(rows, beside)}</office:body>"
    return f'<?xml version="1.0"?><office:document {SPACES}>{body}</office:document>'.encode()


def ods_file(rows: Rows, beside: str) -> bytes:
    body = f"<office:body>{opendocument(rows, beside)}</office:body>"
    return package({"content.xml": f"<office:document-content {SPACES}>{body}</office:document-content>"})


def hwpx_file(rows: Rows, beside: str) -> bytes:
    def made(own: Rows) -> str:
        return paragraph(hwpx_table([[str(cell) for cell in row] for row in own]))

    hidden = paragraph(
        f"<hp:ctrl><hp:hiddenComment><hp:subList>{said(beside)}</hp:subList></hp:hiddenComment></hp:ctrl>"
    )
    return as_hwpx(made(rows) + hidden + made(OTHER))


def xlsx_file(rows: Rows, beside: str) -> bytes:
    from openpyxl.comments import Comment

    book = openpyxl.Workbook()
    for sheet, own in ((book.active, rows), (book.create_sheet("목록"), OTHER)):
        assert sheet is not None
        for row in own:
            sheet.append(list(row))
    if beside:
        assert book.active is not None
        book.active["B2"].comment = Comment(beside, "")
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def xlsb_file(rows: Rows, beside: str) -> bytes:
    return as_xlsb(rows, hidden={beside or "목록": OTHER})


def xls_file(rows: Rows, beside: str) -> bytes:
    def write(book: object) -> None:
        for name, own in (("실적", rows), ("목록", OTHER)):
            sheet = book.add_sheet(name)  # type: ignore[attr-defined]
            for r, row in enumerate(own):
                for c, cell in enumerate(row):
                    sheet.write(r, c, cell)

    text = struct.pack("<HB", len(beside), 1) + beside.encode("utf-16-le")
    return from_records(at_end_of(1, records_of(written(write)), (0x14, text)))  # the heading of a printed page


MAKE: dict[str, Callable[[Rows, str], bytes]] = {
    "csv": csv_file, "html": html_file, "mhtml": mhtml_file, "xml": xml_file, "fods": fods_file, "ods": ods_file,
    "hwpx": hwpx_file, "xlsx": xlsx_file, "xlsb": xlsb_file, "xls": xls_file,
}  # fmt: skip
NAMES = [form.name for form in FORMATS]
WITHOUT_TEXTS = {"csv"}  # all that they hold stands in cells


@pytest.mark.parametrize("name", NAMES)
def test_a_good_file_of_each_format_is_recognised_and_read(name: str) -> None:
    judged = judge(MAKE[name](table(CLASS), ""), "실적")
    assert judged.reading.format == name
    assert judged.errors == []
    assert judged.column("session_count") == [12]


@pytest.mark.parametrize(("name", "limit"), [(form.name, limit) for form in FORMATS for limit in form.limits])
def test_each_limit_of_a_format_refuses_by_name(name: str, limit: str) -> None:
    data = MAKE[name](table(CLASS), "")
    assert open_file(data, Limits()).grids
    with pytest.raises(RefusedError) as refused:
        open_file(data, Limits(**{limit: SMALL[limit]}))
    assert refused.value.finding.code == "R_TOO_LARGE"


@pytest.mark.parametrize("name", NAMES)
def test_personal_data_in_a_cell_and_beside_the_cells_refuse_a_file_of_each_format(name: str) -> None:
    assert judge(MAKE[name](table(CLASS, {"강좌명": f"가상 {NUMBER}"}), "")).personal
    assert judge(MAKE[name](table(CLASS), f"문의 {NUMBER}")).personal == (name not in WITHOUT_TEXTS)


def test_personal_data_under_a_merged_cell_refuse_a_file() -> None:
    cells = (
        '<c r="K4" t="inlineStr"><is><t>x</t></is></c></row><row r="5"><c r="K5" t="inlineStr"><is><t>{}</t></is></c>'
    )
    lines = "".join(inline_row(number, row) for number, row in enumerate(table(CLASS), start=1))
    for text in ("문의", NUMBER):
        rows = f'<sheetData>{lines}<row r="4">{cells.format(text)}</row></sheetData>'
        data = raw_xlsx(f'{rows}<mergeCells count="1"><mergeCell ref="K4:K5"/></mergeCells>')
        assert open_file(data, Limits()).grids[0].frame["c10"].to_list() == [None, None, None, "x", None]
        assert judge(data).personal == (text == NUMBER)


def test_each_format_has_a_row_in_the_documentation_with_its_limits() -> None:
    page = (CHECKOUT / "docs/formats.md").read_text(encoding="utf-8")
    rows = {row[0]: row[1] for row in re.findall(r"^\| `(\w+)` \|.*\| ([^|]*) \|$", page, re.M)}
    assert rows == {form.name: ", ".join(f"`{limit}`" for limit in form.limits) for form in FORMATS}
