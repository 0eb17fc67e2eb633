"""What isn't read is refused by its name, with what whoever sent it can do."""

import io
import json
from pathlib import Path
from typing import Any

import msoffcrypto
import pytest
import xlwt
import yaml
from containers import as_hwpx, package, said
from forms import CLASS, as_csv, as_xls, as_xlsx, table
from judging import judge
from msoffcrypto.format.ooxml import OOXMLFile
from old_workbooks import from_records, records_of, written

from sciculture_etl.findings import Finding, with_texts
from sciculture_etl.formats import open_file
from sciculture_etl.project import EXPECTATIONS
from sciculture_etl.settings import Limits

OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
FORM = as_xlsx(table(CLASS))


def ole2(*streams: str) -> bytes:
    return OLE2 + bytes(504) + b"".join(name.encode("utf-16-le") + bytes(64) for name in streams) + bytes(1024)


FOREIGN = {
    "PNG": (b"\x89PNG\r\n\x1a\n" + bytes(64), "그림", "엑셀(.xlsx) 파일"),
    "BMP": (
        b"BM" + (54 + 3).to_bytes(4, "little") + bytes(4) + b"\x36\0\0\0\x28\0\0\0" + bytes(39),
        "그림",
        "엑셀(.xlsx) 파일",
    ),
    "GIF": (b"GIF89a\x01\x00\x01\x00\x00\xff\x00,;", "그림", "엑셀(.xlsx) 파일"),
    "JPEG": (b"\xff\xd8\xff\xe0" + bytes(64), "그림", "엑셀(.xlsx) 파일"),
    "PDF": (b"%PDF-1.7\n", "PDF", "바꾸기 전의 엑셀"),
    "ZIP": (package({"실적.xlsx": FORM}), "압축 파일", "압축을 풀어"),
    "7z": (b"7z\xbc\xaf\x27\x1c" + bytes(64), "압축 파일", "압축을 풀어"),
    "ALZ": (b"ALZ\x01" + bytes(64), "압축 파일", "압축을 풀어"),
    "EGG": (b"EGGA" + bytes(64), "압축 파일", "압축을 풀어"),
    "HWP 5": (ole2("FileHeader", "DocInfo", "BodyText"), "한글 문서(HWP)", "HWPX"),
    "HWP 3": (b"HWP Document File V3.00 \x1a\x01\x02\x03\x04\x05", "한글 문서(HWP)", "HWPX"),
    "docx": (package({"word/document.xml": "<x/>"}), "워드", "엑셀(.xlsx)에 옮겨"),
    "doc": (ole2("WordDocument"), "워드", "엑셀(.xlsx)에 옮겨"),
    "RTF": (b"{\\rtf1\\ansi", "워드", "엑셀(.xlsx)에 옮겨"),
    "pptx": (package({"ppt/presentation.xml": "<x/>"}), "파워포인트", "엑셀(.xlsx)에 옮겨"),
    "ppt": (ole2("PowerPoint Document"), "파워포인트", "엑셀(.xlsx)에 옮겨"),
    "Numbers": (package({"Index/Document.iwa": b"x"}), "Numbers", "내보내기"),
    "gsheet": (json.dumps({"doc_id": "x", "url": "x"}).encode(), "바로가기", "다운로드"),
    "Parquet": (b"PAR1" + bytes(64), "Parquet", "CSV"),
    "SQLite": (b"SQLite format 3\x00" + bytes(64), "데이터베이스", "CSV"),
    "other XML": (b'<?xml version="1.0"?><rss><item>x</item></rss>', "XML", "엑셀(.xlsx)"),
    "cut-off workbook": (FORM[:2000], "손상된 엑셀", "다른 이름으로 저장"),
    "workbook that lost bytes": (FORM[:4] + FORM[14:], "손상된 엑셀", "다른 이름으로 저장"),
}


def document_with_a_workbook_in_it() -> bytes:
    """A container whose own stream is a document's, and somewhere the name of a workbook's."""
    data = bytearray(as_xls(table(CLASS)))
    at = data.index("Workbook".encode("utf-16-le"))
    data[at : at + 66] = "WordDocument".encode("utf-16-le").ljust(64, b"\0") + (26).to_bytes(2, "little")
    return bytes(data) + "Workbook".encode("utf-16-le").ljust(512, b"\0")


FOREIGN["doc with a workbook in it"] = (document_with_a_workbook_in_it(), "워드", "엑셀(.xlsx)에 옮겨")
HEADERS = [
    "BM등급", "BMI(평균)", "GIF89a", "GIF87a 파일", "EGGA 코드", "PAR1", "ARROW1", "Rar! 자료", "7z 개수", "II*", "MM",
    "%PDF 비율", "{\\rtf", "HWP Document File V", "SQLite format 3", "SCDSA004", "PK", "<KOFAC> 실적", "<표 1>",
    "<b형>", "{'url'", "MIME-Version", "OLE",
]  # fmt: skip


@pytest.mark.parametrize("header", HEADERS)
def test_a_text_whose_first_header_begins_like_another_format_is_text(header: str) -> None:
    for encoding in ("utf-8", "cp949"):
        content = open_file(f"{header},건수\n가,1\n".encode(encoding), Limits())
        assert (content.format, content.grids[0].head()[0][:2]) == ("csv", [header, "건수"])


@pytest.mark.parametrize("name", FOREIGN)
def test_a_foreign_format_is_named_and_the_submitter_told_what_to_do(name: str) -> None:
    data, words, advice = FOREIGN[name]
    (finding,) = judge(data, f"실적.{name}").reading.findings
    assert finding.code == "R_UNSUPPORTED_FORMAT"
    assert words in (finding.value or "")
    assert advice in told(finding)["fix_ko"]
    assert told(finding)["fix_en"]


def told(finding: Finding) -> dict[str, Any]:
    import polars as pl

    from sciculture_etl.findings import SCHEMA

    return with_texts(pl.DataFrame([finding.as_row("s")], schema=SCHEMA)).row(0, named=True)


def test_every_reason_has_its_name_and_advice_in_both_languages() -> None:
    for kind, words in yaml.safe_load((EXPECTATIONS / "formats.yml").read_text(encoding="utf-8")).items():
        assert set(words) == {"name", "fix_ko", "fix_en"}, kind
        assert all(words.values()), kind


@pytest.mark.parametrize(
    "head",
    [
        b"SCDSA002", b"SCDSA004", b"SCDSA005", b"\x9b DRMONE  This Document is encrypted", b"\xef\xbb\xbfSCDSA004",
        b"<## NASCA DRM FILE - VER1.00 ##>",
    ],
)  # fmt: skip
def test_a_file_wrapped_by_document_security_says_so(head: bytes) -> None:
    (finding,) = judge(head + bytes(range(256)) * 8, "실적.xlsx").reading.findings
    assert finding.code == "R_DRM"
    assert "보안을 해제" in told(finding)["fix_ko"]


def test_a_workbook_with_a_password_is_refused_unopened() -> None:
    locked = io.BytesIO()
    OOXMLFile(io.BytesIO(FORM)).encrypt("0000", locked)
    assert judge(locked.getvalue()).codes == ["R_ENCRYPTED"]


def test_even_the_password_that_excel_tries_by_itself_is_not_tried() -> None:
    locked = io.BytesIO()
    OOXMLFile(io.BytesIO(FORM)).encrypt("VelvetSweatshop", locked)
    assert msoffcrypto.OfficeFile(locked).is_encrypted()
    assert judge(locked.getvalue()).codes == ["R_ENCRYPTED"]


def test_an_old_workbook_with_a_password_is_refused_unopened() -> None:
    records = records_of(as_xls(table(CLASS)))
    locked = from_records([records[0], (0x2F, b"\x00\x00\x12\x34\x56\x78"), *records[1:]])
    assert judge(locked).codes == ["R_ENCRYPTED"]


def test_an_old_workbook_that_is_only_recommended_to_be_read_only_is_read() -> None:
    records = records_of(as_xls(table(CLASS)))
    write_protected, sharing = (0x86, b""), (0x5B, b"\x01\x00\x00\x00\x00\x00")
    judged = judge(from_records([records[0], write_protected, sharing, *records[1:]]))
    assert judged.places == []
    assert judged.column("session_count") == [12]


def test_a_protected_sheet_of_an_old_workbook_is_read() -> None:
    def write(book: xlwt.Workbook) -> None:
        sheet = book.add_sheet("실적")
        for r, row in enumerate(table(CLASS)):
            for c, cell in enumerate(row):
                sheet.write(r, c, cell)
        sheet.protect = sheet.wnd_protect = True
        sheet.password = "가상"

    assert judge(written(write)).column("session_count") == [12]


@pytest.mark.parametrize("data", [FORM, as_hwpx(said("x"))], ids=["xlsx", "hwpx"])
def test_a_package_with_locked_parts_is_refused_unopened(data: bytes) -> None:
    locked = bytearray(data)
    at = 0
    while (at := locked.find(b"PK\x01\x02", at)) >= 0:
        locked[at + 8] |= 1  # the bit that says: encrypted
        at += 4
    assert judge(bytes(locked)).codes == ["R_ENCRYPTED"]


NAMES = ["../../밖.xlsx", "C:\\가상.csv", "가상\u202excsv.exe", "가상\n둘.csv", "/etc/가상.csv", "가" * 300 + ".csv"]


@pytest.mark.parametrize("name", NAMES)
def test_no_name_of_a_file_or_sheet_becomes_a_path(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for data in (FORM, as_csv(table(CLASS)), as_hwpx(said(name)), package({name: "x", "content.xml": "<x/>"})):
        judge(data, name)
    assert list(tmp_path.iterdir()) == []
