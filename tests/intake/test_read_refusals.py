"""Whatever comes in, reading never raises: what can't be read is refused with the finding that says why."""

import io
import random
import zipfile

import pytest
from forms import CLASS, Sheet, as_csv, as_xlsx, table
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from judging import judge

from sciculture_etl.contracts import load_contracts
from sciculture_etl.intake import read_submission
from sciculture_etl.settings import Limits

OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4


def zipped(**members: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        for name, data in members.items():
            package.writestr(name.replace("__", "/").replace("_", "."), data)
    return target.getvalue()


WORKBOOK = as_xlsx(table(CLASS))
REFUSED = {
    "no byte": (b"", "R_EMPTY"),
    "blanks only": (b" \r\n\t\r\n  ", "R_EMPTY"),
    "a byte order mark only": (b"\xef\xbb\xbf", "R_EMPTY"),
    "UTF-16 mark only": (b"\xff\xfe", "R_EMPTY"),
    "zeros": (bytes(512), "R_EMPTY"),
    "separators only": (b",,,\r\n,,,\r\n", "R_EMPTY"),
    "workbook without a cell": (as_xlsx([]), "R_EMPTY"),
    "header only": (as_csv(table(CLASS)[:1]), "R_EMPTY"),
    "header only in a workbook": (as_xlsx(table(CLASS)[:1]), "R_EMPTY"),
    "title and header only": (as_csv([["2020년 가상"], *table(CLASS)[:1]]), "R_EMPTY"),
    "PNG": (PNG, "R_UNSUPPORTED_FORMAT"),
    "JPEG": (b"\xff\xd8\xff\xe0" + bytes(range(256)), "R_UNSUPPORTED_FORMAT"),
    "PDF": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "R_UNSUPPORTED_FORMAT"),
    "a page with another table": (b"<html><table><tr><td>\xea\xb8\xb0</td></tr></table></html>", "R_HEADER_NOT_FOUND"),
    "ZIP of other things": (zipped(a_txt=b"x"), "R_UNSUPPORTED_FORMAT"),
    "HWPX": (zipped(Contents__content_hpf=b"<x/>"), "R_UNSUPPORTED_FORMAT"),
    "HWP": (OLE2 + bytes(512) + "HwpSummaryInformation".encode("utf-16-le"), "R_UNSUPPORTED_FORMAT"),
    "half a workbook": (WORKBOOK[: len(WORKBOOK) // 2], "R_UNSUPPORTED_FORMAT"),
    "OLE2 with nothing in it": (OLE2 + bytes(2048), "R_UNSUPPORTED_FORMAT"),
    "workbook without its sheets": (zipped(xl__workbook_xml=b"<x/>"), "R_UNSUPPORTED_FORMAT"),
    "random bytes": (random.Random(2020).randbytes(4096), "R_UNSUPPORTED_FORMAT"),
    "zeros amid text": (b"a,b\x00c\r\n1,2", "R_UNSUPPORTED_FORMAT"),
    "encrypted workbook": (OLE2 + bytes(512) + "EncryptedPackage".encode("utf-16-le") + bytes(512), "R_ENCRYPTED"),
    "SoftCamp 2": (b"SCDSA002" + PNG, "R_DRM"),
    "SoftCamp 4": (b"SCDSA004" + PNG, "R_DRM"),
    "Fasoo": (b"\x9b DRMONE  This Document is encrypted", "R_DRM"),
    "wrong columns": (as_csv([["품목", "수량", "단가"], ["가상 자석", "3", "1000"]]), "R_HEADER_NOT_FOUND"),
    "one column": (as_csv([["가상의 글"], ["가상의 글"]]), "R_HEADER_NOT_FOUND"),
    "no header": (as_csv(table(CLASS)[1:]), "R_HEADER_NOT_FOUND"),
    "other table in a workbook": (as_xlsx([["품목", "수량"], ["가상 자석", 3]]), "R_HEADER_NOT_FOUND"),
    "damaged form": (as_csv(table(CLASS, without=["운영횟수"])), "R_HEADER_NOT_FOUND"),
    "a form on a hidden sheet only": (
        as_xlsx(Sheet([]), Sheet(table(CLASS), "숨김", hidden=True)),
        "R_HEADER_NOT_FOUND",
    ),
    "names of persons": (as_csv(table(CLASS, {"참가자명": "가상인"})), "R_PII"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_read_is_refused_with_its_reason(case: str) -> None:
    data, code = REFUSED[case]
    reading = read_submission(data, load_contracts())
    assert reading.refused
    assert reading.tables == []
    assert [f.code for f in reading.findings if f.code.startswith("R_")] == [code]


def test_a_damaged_form_says_which_columns_it_lacks() -> None:
    (finding,) = judge(as_csv(table(CLASS, without=["운영횟수", "강좌명"]))).reading.findings
    assert finding.row == 1
    assert "'운영횟수'" in finding.expected_ko
    assert "'강좌명'" in finding.expected_ko
    assert "강좌 운영 실적" in finding.expected_ko


def test_an_unknown_table_is_told_which_forms_are_known_and_repeated_nowhere() -> None:
    (finding,) = judge(as_csv([["가상 비밀", "수량"], ["가상 자석", "3"]])).reading.findings
    assert "강좌 운영 실적" in finding.expected_ko
    assert finding.value is None


def test_a_damaged_form_beside_a_whole_one_is_told_of_and_the_whole_one_is_read() -> None:
    book = as_xlsx(Sheet(table(CLASS), "1기"), Sheet(table(CLASS, without=["운영횟수"]), "2기"))
    judged = judge(book)
    assert [(f.code, f.sheet) for f in judged.reading.findings] == [("R_HEADER_NOT_FOUND", "2기")]
    assert not judged.reading.refused
    assert judged.accounts[0]["loaded"] == 1


PERSONAL = """성명 | 강사명 | 강사 이름 | 참가자명 | 주민등록번호 | 외국인 등록번호 | 휴대전화 | 핸드폰번호 | 이메일
    | E-mail | 생년월일 | 계좌번호 | 학부모 휴대폰 | 상세주소"""


@pytest.mark.parametrize("header", [name.strip() for name in PERSONAL.split("|")])
def test_a_column_of_personal_data_refuses_the_file_and_no_value_is_kept(header: str) -> None:
    reading = read_submission(as_xlsx(table(CLASS, {header: "가상값"})), load_contracts())
    assert reading.refused
    assert [(f.code, f.header, f.value) for f in reading.findings] == [("R_PII", header, None)]


@pytest.mark.parametrize("header", ["기관명", "담당부서", "대표전화", "사무실 전화", "기관 이메일", "강좌명", "시설명"])
def test_a_column_about_an_office_is_not_personal(header: str) -> None:
    reading = read_submission(as_csv(table(CLASS, {header: "가상"})), load_contracts())
    assert not reading.refused


def test_a_workbook_that_unpacks_to_more_than_the_limit_is_refused_unread() -> None:
    (finding,) = read_submission(WORKBOOK, load_contracts(), Limits(unpacked_bytes=1000)).findings
    assert finding.code == "R_TOO_LARGE"


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=400))
def test_no_bytes_at_all_raise(data: bytes) -> None:
    reading = read_submission(data, load_contracts())
    assert reading.refused
    assert reading.findings


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, len(WORKBOOK) - 1), st.binary(min_size=1, max_size=8))
def test_no_damage_to_a_workbook_raises(position: int, damage: bytes) -> None:
    data = WORKBOOK[:position] + damage + WORKBOOK[position + len(damage) :]
    reading = read_submission(data, load_contracts())
    assert reading.refused == (not reading.tables)


CELLS = st.text("가1,\"'\n\t;-()%명소계합※ ", max_size=6)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(CELLS, max_size=12), max_size=8), st.sampled_from(["utf-8", "cp949", "utf-16"]))
def test_no_text_around_a_form_raises(rows: list[list[str]], encoding: str) -> None:
    judged = judge(as_csv([*table(CLASS), *rows], encoding))
    for account in judged.accounts:
        assert account["read"] == account["loaded"] + account["quarantined"] + account["left_out"]
