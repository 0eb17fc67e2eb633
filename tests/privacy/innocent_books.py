"""Whole workbooks as programs save them, with all that they write beside the cells, and nothing personal in them."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable

import openpyxl
import xlsxwriter
from forms import CLASS, as_xls, as_xlsx, table
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import ColorScaleRule, FormulaRule
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table
from planted_places import html, mhtml, ods

ROWS = table(CLASS, *({"수혜자수(순인원)": str(n)} for n in range(15, 65)))


def by_openpyxl() -> bytes:
    book = openpyxl.Workbook()
    book.properties.creator = "invented@example.invalid"
    book.properties.lastModifiedBy = "invented@example.invalid"
    sheet = book.active
    sheet.title = "실적"
    for row in ROWS:
        sheet.append(row)
    sheet["A1"].font = Font(name="맑은 고딕", size=11, bold=True)
    sheet["A1"].fill = PatternFill("solid", fgColor="FF4F81BD")
    sheet["A1"].comment = Comment("사업연도는 4자리로 적습니다 (예: 2020)", "작성 안내")
    sheet.auto_filter.ref = "A1:I51"
    sheet.freeze_panes = "A2"
    choices = DataValidation(
        type="whole", operator="between", formula1="0", formula2="1000000000", showErrorMessage=True
    )
    choices.error, choices.prompt = "0에서 10억 사이의 수", "수로 적어 주세요"
    choices.add("I2:I51")
    sheet.add_data_validation(choices)
    sheet.conditional_formatting.add(
        "I2:I51", ColorScaleRule(start_type="min", start_color="FF0000FF", end_type="max", end_color="FFFF0000")
    )
    sheet.conditional_formatting.add("H2:H51", FormulaRule(formula=["H2>1000000000"]))
    chart = BarChart()
    chart.title = "강좌별 수혜자수 2016-2025"
    chart.add_data(Reference(sheet, min_col=9, min_row=1, max_row=51), titles_from_data=True)
    sheet.add_chart(chart, "N2")
    listed = book.create_sheet("목록")
    for row in [["코드", "값"], ["A01", "1"], ["A02", "2"]]:
        listed.append(row)
    listed.add_table(Table(displayName="목록표", ref="A1:B3"))
    sheet.oddFooter.center.text = "&P / &N"
    sheet.oddHeader.left.text = "2020년 실적 &D"
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def by_xlsxwriter() -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        book.set_properties(
            {"title": "2020년 실적", "author": "invented@example.invalid", "created": dt.datetime(2020, 3, 2, 14, 30)}
        )
        sheet = book.add_worksheet("실적")
        for r, row in enumerate(ROWS):
            sheet.write_row(r, 0, [float(c) if c.isdigit() else c for c in row])
        book.define_name("합계", "=실적!$I$2:$I$51")
        money = book.add_format({"num_format": '#,##0"원";[Red]-#,##0"원"', "font_color": "#FF000000"})
        sheet.write_formula("K2", "=SUM(I2:I51)+100000000*1234567890", money, 1234567890123)
        sheet.write_url("K3", "https://example.re.kr/view?id=20200302143000&no=0101", None, "안내")
        sheet.write_comment("H1", "02-559-3847로 문의", {"author": "안내"})
        sheet.add_sparkline("K4", {"range": "실적!I2:I51"})
        sheet.conditional_format("I2:I51", {"type": "data_bar", "data_bar_2010": True})
        sheet.conditional_format("H2:H51", {"type": "icon_set", "icon_style": "3_traffic_lights"})
        sheet.data_validation("B2:B51", {"validate": "list", "source": ["1", "2", "3", "4"]})
        sheet.insert_textbox("N9", "작성 안내: 1인당 10만원, 2020.03.02.~05.30.")
        sheet.autofilter("A1:I51")
        sheet.filter_column("A", "x == 2020")
        sheet.set_header('&L&"맑은 고딕,보통"&10 2020년 실적&R&D &T')
        sheet.protect("", {"sort": True})
        for kind in ("column", "line", "pie", "scatter"):
            chart = book.add_chart({"type": kind})
            chart.add_series(
                {"categories": "=실적!$C$2:$C$51", "values": "=실적!$I$2:$I$51", "trendline": {"type": "linear"}}
                if kind != "pie"
                else {"values": "=실적!$I$2:$I$51"}
            )
            sheet.insert_chart("N20", chart)
        book.add_worksheet("숨김").hide()
    return target.getvalue()


SPACES = "http://schemas.openxmlformats.org"
APPLICATION = f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Properties xmlns="{SPACES}/officeDocument/2006/extended-properties"><Template></Template><TotalTime>12</TotalTime>
<Application>LibreOffice/24.2.7.2$Linux_X86_64 LibreOffice_project/420$Build-2</Application>
<AppVersion>15.0000</AppVersion></Properties>"""
PROPERTIES = f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<cp:coreProperties xmlns:cp="{SPACES}/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"
xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<dcterms:created xsi:type="dcterms:W3CDTF">2020-03-02T14:30:00Z</dcterms:created>
<dc:creator>invented@example.invalid</dc:creator><dc:language>ko-KR</dc:language>
<cp:lastModifiedBy>가상</cp:lastModifiedBy><cp:revision>3</cp:revision>
<dcterms:modified xsi:type="dcterms:W3CDTF">2020-03-02T14:31:07Z</dcterms:modified></cp:coreProperties>"""
COLUMN = (
    '<cols><col collapsed="false" customWidth="true" hidden="false" outlineLevel="0" max="1" min="1" style="0" '
    'width="11.5703125"/></cols>'
)


def by_libreoffice() -> bytes:
    """An .xlsx with the parts and properties that LibreOffice writes, as its documentation gives them."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(as_xlsx(ROWS))) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package,
    ):
        own = {"docProps/app.xml": APPLICATION, "docProps/core.xml": PROPERTIES}
        for entry in source.infolist():
            content = own.get(entry.filename) or source.read(entry).decode()
            package.writestr(entry.filename, content.replace("<sheetData>", f"{COLUMN}<sheetData>"))
    return target.getvalue()


BOOKS: dict[str, Callable[[], bytes]] = {
    "openpyxl": by_openpyxl,
    "xlsxwriter": by_xlsxwriter,
    "LibreOffice": by_libreoffice,
    "LibreOffice ODS": lambda: ods(meta="<meta:initial-creator>invented@example.invalid</meta:initial-creator>"),
    "xlwt": lambda: as_xls(ROWS),
    "page": lambda: html(
        beside="<style>@page {margin:.75in} td {mso-number-format:'\\@'; width:123.4567890123pt}</style>"
    ),
    "archived page": lambda: mhtml(html(beside="<!-- 2020-03-02T14:30:00 -->")),
}
