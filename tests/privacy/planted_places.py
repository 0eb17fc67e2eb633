"""Files with a text somewhere in them: in a cell, or wherever else a format keeps texts."""

from __future__ import annotations

import base64
import gzip
import io
import zipfile
from collections.abc import Callable
from functools import cache
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import xlsxwriter
from forms import CLASS, Sheet, as_csv, as_xls, as_xlsx, table

Place = Callable[[str], bytes]


def _form(**extra: str) -> list[list[Any]]:
    return table(CLASS, dict(extra), {})


@cache
def _book() -> bytes:
    return as_xlsx(_form())


def edited(book: bytes, part: str, old: str, new: str) -> bytes:
    """The package with the first ``old`` in a part replaced; the part must hold it."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for entry in source.infolist():
            content = source.read(entry).decode()
            if entry.filename == part:
                assert old in content, (part, old)
                content = content.replace(old, new, 1)
            package.writestr(entry.filename, content)
    return target.getvalue()


def added(part: str, content: str | bytes, book: bytes | None = None, **remarks: bytes) -> bytes:
    """The package with one part more."""
    target = io.BytesIO(book or _book())
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as package:
        entry = zipfile.ZipInfo(part)
        entry.compress_type = zipfile.ZIP_DEFLATED
        for name, remark in remarks.items():
            setattr(entry, name, remark)
        package.writestr(entry, content)
    return target.getvalue()


def written(method: str, *arguments: Any) -> bytes:
    """A form with what a method of XlsxWriter adds to its sheet or its book."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet("실적")
        for r, row in enumerate(_form()):
            sheet.write_row(r, 0, row)
        getattr(sheet if hasattr(sheet, method) else book, method)(*arguments)
    return target.getvalue()


def _zip_comment(text: str) -> bytes:
    target = io.BytesIO(_book())
    with zipfile.ZipFile(target, "a") as package:
        package.comment = text.encode()
    return target.getvalue()


def _chart(text: str) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet("실적")
        for r, row in enumerate(_form()):
            sheet.write_row(r, 0, row)
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=실적!$I$2:$I$3"})
        chart.set_title({"name": text})
        sheet.insert_chart("N3", chart)
    return target.getvalue()


def ods(cells: str = "", beside: str = "", meta: str = "") -> bytes:
    """An OpenDocument form: cells more in its second row, annotations and the like, and its properties."""
    spaces = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{full}:1.0"'
        for name, full in (("office", "office"), ("table", "table"), ("text", "text"), ("meta", "meta"))
    )
    spaces += ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
    header, *rows = _form()
    lines = []
    for number, row in enumerate([header, *rows]):
        texts = "".join(
            f'<table:table-cell office:value-type="string"><text:p>{escape(str(cell))}</text:p></table:table-cell>'
            for cell in row
        )
        lines.append(f"<table:table-row>{texts}{cells if number == 1 else ''}</table:table-row>")
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content{spaces} office:version="1.3"><office:body>'
        f'<office:spreadsheet>{beside}<table:table table:name="실적">{"".join(lines)}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    properties = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-meta{spaces} office:version="1.3"><office:meta>'
        "<meta:creation-date>2020-03-02T14:30:00.123456789</meta:creation-date><dc:date>2020-03-02T14:31:00</dc:date>"
        "<meta:editing-duration>PT1H2M3S</meta:editing-duration><meta:editing-cycles>3</meta:editing-cycles>"
        "<meta:generator>LibreOffice/24.2.7.2$Linux_X86_64 LibreOffice_project/420$Build-2</meta:generator>"
        '<meta:document-statistic meta:table-count="1" meta:cell-count="30" meta:object-count="0"/>'
        f"{meta}</office:meta></office:document-meta>"
    )
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        package.writestr("content.xml", content)
        package.writestr("meta.xml", properties)
        package.writestr("META-INF/manifest.xml", '<?xml version="1.0"?><manifest:manifest/>')
    return target.getvalue()


def html(cell: str = "", beside: str = "") -> bytes:
    rows = "".join("<tr>" + "".join(f"<td>{escape(str(c))}</td>" for c in row) + "</tr>" for row in _form(비고=cell))
    return f"<html><head><meta charset='utf-8'></head><body>{beside}<table>{rows}</table></body></html>".encode()


def mhtml(page: bytes) -> bytes:
    body = base64.encodebytes(page).decode()
    return (
        "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=B\r\n\r\n--B\r\nContent-Type: text/html; "
        f"charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{body}\r\n--B--\r\n"
    ).encode()


def _nested(text: str) -> bytes:
    return added("xl/embeddings/Microsoft_Excel_Sheet1.xlsx", as_xlsx([["가상", "메모"], ["나", text]]))


def _autofilter(text: str) -> bytes:
    criteria = f'<filterColumn colId="2"><filters><filter val={quoteattr(text)}/></filters></filterColumn>'
    filters = f'<autoFilter ref="A1:I3">{criteria}</autoFilter>'
    return edited(_book(), "xl/worksheets/sheet1.xml", "</sheetData>", f"</sheetData>{filters}")


def _in_sheet(markup: Callable[[str], str]) -> Place:
    return lambda text: edited(_book(), "xl/worksheets/sheet1.xml", "</sheetData>", f"</sheetData>{markup(text)}")


def _in_strings(markup: Callable[[str], str]) -> Place:
    return lambda text: edited(_book(), "xl/sharedStrings.xml", "</sst>", f"{markup(text)}</sst>")


def _in_book(markup: Callable[[str], str]) -> Place:
    return lambda text: edited(_book(), "xl/workbook.xml", "</sheets>", f"</sheets>{markup(text)}")


def _referred(text: str) -> str:
    return "".join(f"&#{ord(character)};" if character.isdigit() else escape(character) for character in text)


def _in_runs(text: str) -> str:
    half = len(text) // 2
    look = '<rPr><b/><sz val="11"/><color theme="1"/><rFont val="맑은 고딕"/></rPr>'
    return f"<si><r><t>{escape(text[:half])}</t></r><r>{look}<t>{escape(text[half:])}</t></r></si>"


PLACES: dict[str, Place] = {
    "csv cell": lambda text: as_csv(_form(비고=text)),
    "csv cell amid words": lambda text: as_csv(_form(비고=f"가상 확인 ({text}) 바람")),
    "csv over the table": lambda text: as_csv([["가상 실적 " + text], [], *_form()]),
    "csv below the table": lambda text: as_csv([*_form(), [], ["", "", text]]),
    "csv beside the table": lambda text: as_csv([*_form(), ["", *[""] * 12, text]]),
    "csv in a header": lambda text: as_csv(_form(**{"비고 " + text: "가상"})),
    "csv tabs": lambda text: as_csv(_form(비고=text), "utf-16", "\t"),
    "xlsx cell": lambda text: as_xlsx(_form(비고=text)),
    "xlsx hidden sheet": lambda text: as_xlsx(Sheet(_form()), Sheet([["가"], [text]], "숨김", hidden=True)),
    "xlsx hidden row": lambda text: as_xlsx(Sheet(_form(비고=text), hidden_rows=[1])),
    "xls cell": lambda text: as_xls(_form(비고=text)),
    "ods cell": lambda text: ods(
        f'<table:table-cell office:value-type="string"><text:p>{escape(text)}</text:p></table:table-cell>'
    ),
    "html cell": lambda text: html(cell=text),
    "note": lambda text: written("write_comment", "C2", "가상 " + text),
    "footer": lambda text: written("set_footer", "&L" + text),
    "text box": lambda text: written("insert_textbox", "E9", text),
    "formula": lambda text: written("write_formula", "Z9", f'=IF(A1="{text}",1,0)', None, 0),
    "choices": lambda text: written(
        "data_validation", "Z9", {"validate": "list", "source": ["가상", text.replace(",", ".")]}
    ),
    "prompt": lambda text: written(
        "data_validation", "Z9", {"validate": "any", "input_title": "가상", "input_message": text}
    ),
    "tip of a link": lambda text: written("write_url", "Z9", "internal:'실적'!A1", None, "가상", text),
    "defined name": lambda text: written("define_name", "연락", f'="{text}"'),
    "properties": lambda text: written("set_properties", {"comments": text}),
    "title of the file": lambda text: written("set_properties", {"title": text}),
    "manager": lambda text: written("set_properties", {"manager": text}),
    "company": lambda text: written("set_properties", {"company": text}),
    "own property": lambda text: written("set_custom_property", "가상", text),
    "title of a chart": _chart,
    "filter": _autofilter,
    "looks of numbers": lambda text: edited(
        _book(),
        "xl/styles.xml",
        "<fonts",
        f'<numFmts count="1"><numFmt numFmtId="200" formatCode={quoteattr(chr(34) + text + chr(34))}/></numFmts><fonts',
    ),
    "scenario": _in_sheet(
        lambda text: (
            f'<scenarios><scenario name="가상" comment={quoteattr(text)}><inputCells r="A9" val="1"/></scenario>'
            "</scenarios>"
        )
    ),
    "scenario's value": _in_sheet(
        lambda text: (
            f'<scenarios><scenario name="가상"><inputCells r="A9" val={quoteattr(text)}/></scenario></scenarios>'
        )
    ),
    "extension of a sheet": _in_sheet(
        lambda text: f"<extLst><ext uri='{{x}}'><가상 값={quoteattr(text)}/></ext></extLst>"
    ),
    "comment in the sheet's markup": _in_sheet(lambda text: f"<!-- {escape(text).replace('--', '- -')} -->"),
    "instruction": _in_sheet(lambda text: f"<?가상 {escape(text)}?>"),
    "text no cell shows": _in_strings(lambda text: f"<si><t>{escape(text)}</t></si>"),
    "text in runs": _in_strings(_in_runs),
    "CDATA": _in_strings(lambda text: f"<si><t><![CDATA[{text}]]></t></si>"),
    "character references": _in_strings(lambda text: f"<si><t>{_referred(text)}</t></si>"),
    "reading aid": _in_strings(lambda text: f'<si><t>가상</t><rPh sb="0" eb="1"><t>{escape(text)}</t></rPh></si>'),
    "remark of a name": _in_book(
        lambda text: (
            f"<definedNames><definedName name='가상' comment={quoteattr(text)}>실적!$A$1</definedName></definedNames>"
        )
    ),
    "connection": lambda text: added(
        "xl/connections.xml",
        f'<connections><connection id="1" name="가상" description={quoteattr(text)}/></connections>',
    ),
    "custom XML": lambda text: added("customXml/item1.xml", f"<자료><항목>{escape(text)}</항목></자료>"),
    "custom XML in UTF-16": lambda text: added(
        "customXml/item2.xml", f'<?xml version="1.0" encoding="UTF-16"?><자료 값={quoteattr(text)}/>'.encode("utf-16")
    ),
    "name of a theme": lambda text: edited(
        _book(), "xl/theme/theme1.xml", 'name="Office Theme"', f"name={quoteattr(text)}"
    ),
    "old drawing": lambda text: added(
        "xl/drawings/vml9.vml", f"<xml><v:shape alt={quoteattr(text)}><v:textbox/></v:shape></xml>"
    ),
    "pivot cache": lambda text: added(
        "xl/pivotCache/pivotCacheDefinition1.xml",
        f"<pivotCacheDefinition><sharedItems><s v={quoteattr(text)}/></sharedItems></pivotCacheDefinition>",
    ),
    "external link": lambda text: added(
        "xl/externalLinks/externalLink1.xml",
        f"<externalLink><sheetDataSet><cell r='A1'><v>{escape(text)}</v></cell></sheetDataSet></externalLink>",
    ),
    "after a long filling": lambda text: added(
        "customXml/item5.xml", f"<a>{'0' * 5_000_000}<값>{escape(text)}</값></a>"
    ),
    "packed picture": lambda text: added("xl/media/image1.emz", gzip.compress(b"\1\0\0\0" + text.encode("utf-16-le"))),
    "picture of text": lambda text: added(
        "xl/media/i.svg", f"<svg><text><tspan>{escape(text[:5])}</tspan><tspan>{escape(text[5:])}</tspan></text></svg>"
    ),
    "number of an attribute": lambda text: added("xl/persons/person.xml", f"<a><b itemId={quoteattr(text)}/></a>"),
    "custom XML in UTF-32": lambda text: added("customXml/item3.xml", f"<자료>{escape(text)}</자료>".encode("utf-32")),
    "instruction amid a text": _in_strings(
        lambda text: f"<si><t>{escape(text[:5])}<?x 가상?>{escape(text[5:])}</t></si>"
    ),
    "reading aids": _in_strings(
        lambda text: (
            f"<si><t>가상</t><rPh sb='0' eb='1'><t>{escape(text[:5])}</t></rPh>"
            f"<rPh sb='1' eb='2'><t>{escape(text[5:])}</t></rPh></si>"
        )
    ),
    "footer with a font": _in_sheet(
        lambda text: (
            f'<headerFooter><evenFooter>&amp;L&amp;"맑은 고딕,보통"&amp;10 {escape(text)}</evenFooter></headerFooter>'
        )
    ),
    "settings of a printer": lambda text: added(
        "xl/printerSettings/printerSettings1.bin", b"\x01\x02" + text.encode("utf-16-le") + b"\0\0\x03"
    ),
    "embedded workbook": _nested,
    "embedded twice": lambda text: added("xl/embeddings/a.xlsx", _nested(text)),
    "embedded old workbook": lambda text: added("xl/embeddings/oleObject1.bin", as_xls([["가상", text]])),
    "embedded text": lambda text: added("xl/embeddings/memo.txt", f"가상 메모\n{text}\n"),
    "name of a part": lambda text: added(f"xl/media/{text.replace('/', ':')}.png", b"\x89PNG\r\n\x1a\n"),
    "remark of the package": _zip_comment,
    "remark of a part": lambda text: added("docProps/a.xml", "<a/>", comment=text.encode()),
    "broken part": lambda text: added("xl/tables/table9.xml", f"<table <<&& name='{escape(text)}'"),
    "page: comment": lambda text: html(beside=f"<!-- {text.replace('--', '- -')} -->"),
    "page: value": lambda text: html(beside=f"<form><input type=hidden value={quoteattr(text)}></form>"),
    "page: text": lambda text: html(beside=f"<p>가상 <b>{escape(text[:4])}</b>{escape(text[4:])}</p>"),
    "page: script in escapes": lambda text: html(
        beside=f'<script>var a = "{"".join(f"&#92;u{ord(c):04x}" for c in text)}"</script>'.replace("&#92;", chr(92))
    ),
    "page: link": lambda text: html(beside=f'<a href="x?q={"".join(f"%{b:02x}" for b in text.encode())}">가상</a>'),
    "page: script": lambda text: html(beside=f"<script>var 가상 = {quoteattr(text)};</script>"),
    "archived page": lambda text: mhtml(html(cell=text)),
    "archived page: comment": lambda text: mhtml(html(beside=f"<!-- {text.replace('--', '- -')} -->")),
    "ods note": lambda text: ods(
        f"<table:table-cell><office:annotation><dc:date>2020-03-02T10:00:00</dc:date><text:p>{escape(text)}</text:p></office:annotation></table:table-cell>"
    ),
    "ods title": lambda text: ods(meta=f"<dc:title>{escape(text)}</dc:title>"),
    "ods condition": lambda text: ods(
        beside="<table:content-validations><table:content-validation "
        f"table:condition={quoteattr(text)}/></table:content-validations>"
    ),
    "no form": lambda text: as_csv([["품목", "적요"], ["가상", text]]),
    "archive of other files": lambda text: added("명단.csv", f"가상,{text}\n".encode(), _empty()),
    "cut off": lambda text: as_xlsx([["가상", text]] * 50)[:-400],
}


@cache
def _empty() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        package.writestr("가상.txt", "가상")
    return target.getvalue()
