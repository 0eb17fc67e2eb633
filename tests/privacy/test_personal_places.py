"""What is personal and what only looks like it, and the exact place of each find. All values are invented: days and
numbers that are not given out, domains and persons that don't exist."""

from __future__ import annotations

import io
import zipfile
from typing import Any
from unicodedata import normalize

import pytest
from forms import CLASS, Sheet, as_csv, as_xls, as_xlsx, table
from judging import judge

from sciculture_etl.contracts import load_contracts
from sciculture_etl.intake import read_submission
from sciculture_etl.privacy import kinds_in, mask_path, mask_text

RRN, MOBILE, EMAIL, CARD, ACCOUNT, PASSPORT, LICENCE = (
    "RESIDENT", "MOBILE", "EMAIL", "CARD", "ACCOUNT", "PASSPORT", "LICENCE",
)  # fmt: skip

# (text, header of its column, kinds found)
CASES: list[tuple[str, str, list[str]]] = [
    ("900100-1000000", "", [RRN]),
    ("900100－1000000", "", [RRN]),
    ("900100–2000000", "비고", [RRN]),
    ("９００１００－１００００００", "", [RRN]),
    ("900100 - 1000000", "", [RRN]),
    ("9001001000000", "수혜자수(순인원)", [RRN]),
    ("가상인(900100-5000000)", "", [RRN]),
    ("주민번호900100-3000000입니다", "", [RRN]),
    ("900100.1000000", "", [RRN]),
    ("901300-1000000", "", []),  # no such month
    ("900140-1000000", "", []),  # no such day
    ("900100-9000000", "", []),
    ("110111-1234567", "법인등록번호", []),
    ("법인등록번호 110111-1234567", "비고", []),
    ("110111-1234567", "비고", [RRN]),
    ("9788912345678", "도서번호", []),
    ("1,101,111,234,567", "사업비", []),
    ("1101111234567", "지원금(원)", []),
    ("F-0000000000001", "", []),
    ("20200302143000", "", []),
    ("010-0000-0000", "", [MOBILE]),
    ("010.0000.0000", "", [MOBILE]),
    ("01000000000", "", [MOBILE]),
    ("010 0000 0000", "", [MOBILE]),
    ("(010) 0000 0000", "", [MOBILE]),
    ("010)0000-0000", "", [MOBILE]),
    ("+82 10 0000 0000", "", [MOBILE]),
    ("+82-(0)10-0000-0000", "", [MOBILE]),
    ("０１０－００００－００００", "", [MOBILE]),
    ("010ㅡ0000ㅡ0000", "", [MOBILE]),
    ("010·0000·0000", "", [MOBILE]),
    ("010 - 0000 - 0000", "", [MOBILE]),
    ("011-000-0000", "", [MOBILE]),
    ("문의는010-0000-0000으로", "", [MOBILE]),
    ("HP010-0000-0000", "", [MOBILE]),
    ("가상인-010-0000-0000", "", [MOBILE]),
    ("010\u200b-0000\u200b-0000", "", [MOBILE]),
    ("1000000000", "휴대폰", [MOBILE]),
    ("1000000000", "수혜자수", []),
    ("※ 문의: 운영팀 010-0000-0000", "", [MOBILE]),
    ("010-0000-0000", "대표전화", [MOBILE]),
    ("010-0000-0000", "사업비", [MOBILE]),
    ("02-559-3800", "", []),
    ("031-000-0000", "담당자 연락처", []),
    ("1588-0000", "", []),
    ("110-01012345678", "", []),
    ("B01012345678", "관리번호", []),
    ("4.0112345678", "만족도", []),
    ("2020-010", "", []),
    ("invented@example.invalid", "", [EMAIL]),
    ("invented＠example.invalid", "", [EMAIL]),
    ("invented (at) example.invalid", "", [EMAIL]),
    ("invented @ naver.com", "비고", [EMAIL]),
    ("가상인@example.invalid", "", [EMAIL]),
    ("invented@example.re.kr", "비고", [EMAIL]),
    ("info@example.re.kr", "기관명", [EMAIL]),
    ("info@example.re.kr", "기관 이메일", []),
    ("invented@naver.com", "기관 이메일", []),
    ("invented@example.re.kr", "담당자 이메일", []),
    ("invented@naver.com", "담당자 이메일", [EMAIL]),
    ("office@example.kr", "문의", []),
    ("※ 문의: 운영팀 02-559-3847, info@example.re.kr", "", []),
    ("※ 문의: 운영팀 invented@example.go.kr", "", []),
    ("※ 문의: 가상인 invented@gmail.com", "", [EMAIL]),
    ("담당부서: 과학팀 (team@example.com)", "", []),
    ("로봇@과학관", "", []),
    ("4000-0000-0000-0000", "", [CARD]),
    ("9400 0000 0000 0000", "비고", [CARD]),
    ("4000000000000002", "", [CARD]),  # holds Luhn's sum
    ("4000000000000001", "", []),
    ("4000000000000002", "교육장코드", []),
    ("4000000000000002", "사업비", []),
    ("카드번호: 4000000000000001", "", [CARD]),
    ("2016 2017 2018 2019", "", []),
    ("4113510900106700000", "PNU코드", []),
    ("신한 110-000-000000", "", [ACCOUNT]),
    ("000000-01-000000", "", [ACCOUNT]),
    ("가상은행 12345678901", "", [ACCOUNT]),
    ("계좌 012-345678-01-012", "", [ACCOUNT]),
    ("12345678901 (예금주 가상인)", "", [ACCOUNT]),
    ("우리 1002-000-000000", "", [ACCOUNT]),
    ("국민 123456-01-123456", "비고", [ACCOUNT]),
    ("농협 301-0000-0000-01", "", [ACCOUNT]),
    ("110-000-000000", "과제번호", []),
    ("123-45-67890", "사업자등록번호", []),
    ("기업 123-45-67890", "", []),
    ("우체국 02-123-4567", "", []),
    ("은행동 042-123-4567", "교육장명", []),
    ("한국은행 화폐박물관 2020-03-02 견학", "", []),
    ("우리 동네 과학 2020-01-001234", "", []),
    ("은행나무 관찰 12345", "", []),
    ("여권 M00000000", "", [PASSPORT]),
    ("M00000000", "여권", [PASSPORT]),
    ("M00000000", "시설코드", []),
    ("운전면허 11-00-000000-00", "", [LICENCE]),
    ("11-00-000000-00", "과제번호", []),
    ("2020-03-02 ~ 2020-05-30", "기간", []),
    ("13529", "우편번호", []),
    ("INST-0001", "기관코드", []),
    ("제2020-100호", "", []),
    ("1,234,567", "", []),
    ("900100-1000000, 010-0000-0000", "", [RRN, MOBILE]),
    ("공일공-0000-9001", "", [MOBILE]),
    ("⓪①⓪-⓪⓪⓪⓪-⑨⓪⓪①", "", [MOBILE]),
    ("O1O-0000-9001", "", [MOBILE]),
    ("٠١٠-٠٠٠٠-٩٠٠١", "", [MOBILE]),
    ("010ㆍ0000ㆍ9001", "", [MOBILE]),
    ("010ー0000ー9001", "", [MOBILE]),
    ("010→0000→9001", "", [MOBILE]),
    ("010&0000&9001", "", [MOBILE]),
    ("010-00 00-90 01", "", [MOBILE]),
    ("0 10 20 30 40 50 60 70", "", []),
    ("https://example.invalid/view?id=0101234567", "", []),
    ("공영일보 2023", "", []),
    ("900100-1******", "", [RRN]),
    ("900100-1XXXXXX", "", [RRN]),
    ("900100-1●●●●●●", "", [RRN]),
    ("900100-1-000001", "", [RRN]),
    ("90-01-00-1000001", "", [RRN]),
    ("900100 - 1 0 0 0 0 0 1", "", [RRN]),
    ("900100-100 0001", "", [RRN]),
    ("230401-230430", "", []),
    ("invented0001 at example.invalid", "", [EMAIL]),
    ("invented0001(a)naver.com", "", [EMAIL]),
    ("invented0001[@]naver.com", "", [EMAIL]),
    ("invented0001 앳 네이버 닷컴", "", [EMAIL]),
    ("invented0001@navercom", "", [EMAIL]),
    ("invented0001@.naver.com", "", [EMAIL]),
    ("Science class at museum.example", "", []),
    ("4000|0000|0000|0002", "", [CARD]),
    ("(4000)(0000)(0000)(0002)", "", [CARD]),
    ("3600-000000-0008", "", [CARD]),
    ("3000-4000-5000-6000", "", []),
    ("112_0000_0000_05", "", [ACCOUNT]),
    ("신한은행 110 - 000 - 000001", "", [ACCOUNT]),
    ("한국투자증권 00000000-01", "", [ACCOUNT]),
    ("케뱅 100100000001", "", [ACCOUNT]),
    ("M-000A0000", "", [PASSPORT]),
    ("R00000000 여권", "", [PASSPORT]),
    ("여권 M_00000000", "", [PASSPORT]),
    ("서울 12-000000-90", "", [LICENCE]),
    ("11_12_000000_90", "", [LICENCE]),
    ("면허(1종) 111200000090", "", [LICENCE]),
]


@pytest.mark.parametrize(("text", "header", "kinds"), CASES)
def test_a_text_is_personal_or_only_looks_like_it(text: str, header: str, kinds: list[str]) -> None:
    assert [kind.name for kind in kinds_in(text, header)] == kinds


@pytest.mark.parametrize(("text", "header", "kinds"), CASES)
def test_the_search_over_columns_finds_the_same_and_its_cell(text: str, header: str, kinds: list[str]) -> None:
    rows = [["가상 자료", "수량", header or "적요"], ["가", "1", "없음"], ["나", "2", text], ["다", "3", "없음"]]
    if kinds and kinds != [ACCOUNT] and header == "휴대폰":
        rows[0][2] = "전화"  # the column's own name would refuse it
    places = judge(as_xlsx(rows)).places
    assert (("R_PII", 3, "C3") in places) == bool(kinds)


@pytest.mark.parametrize(
    "header",
    ["참가자|성명", "성명(한글)", "참가자\n성명", "강사명(주)", "보호자 연락처", "H.P",
     "연락처(휴대폰)", "주민등록번호 ",
     "생년월일(6자리)", "ｅ-ｍａｉｌ", normalize("NFD", "성명"),
     "계좌번호(환급)", "여권번호", "기관 담당자 휴대폰"],
)  # fmt: skip
def test_a_header_of_persons_is_told_with_its_cell(header: str) -> None:
    top, _, child = header.rpartition("|")
    names = table(CLASS, {child: "가상값"})
    if top:
        parents = ["" for _ in names[0]]
        parents[:2], parents[-1] = ["구분", "과정"], top
        names.insert(0, parents)
    (finding,) = judge(as_csv(names)).reading.findings
    assert (finding.code, finding.row, finding.cell) == ("R_PII", 1 + bool(top), f"J{1 + bool(top)}")


@pytest.mark.parametrize(
    "header",
    ["이메일 발송 건수", "대표자 성명", "교육장 상세주소", "기관 계좌번호", "휴대전화 인증 여부", "강사수",
     "프로그램 이름",
     "시설명", "수강생(명)", "회원 수", "담당부서 이메일"],
)  # fmt: skip
def test_a_header_of_offices_and_counts_is_not_personal(header: str) -> None:
    assert not judge(as_csv(table(CLASS, {header: "3"}))).personal


def test_a_column_that_counts_persons_in_myeong_names_none() -> None:
    assert not judge(as_csv(table(CLASS, {"수강생 명": "15"}, {"수강생 명": "1,015명"}))).personal
    assert judge(as_csv(table(CLASS, {"수강생 명": "15"}, {"수강생 명": "가상인"}))).personal


SECRET = "010-0000-7777"
OTHER_SHEETS: dict[str, tuple[Any, list[tuple[int, str]]]] = {
    "over the header": ([["가상 실적 " + SECRET], [], *table(CLASS)], [(1, "A1")]),
    "below the table": ([*table(CLASS), [], ["", "※ 문의 " + SECRET]], [(4, "B4")]),
    "right of the table": ([*table(CLASS), ["", *[""] * 12, SECRET]], [(3, "N3")]),
    "in a header": (table(CLASS, {"비고 " + SECRET: "가상"}), [(1, "J1")]),
    "in a second table": ([*table(CLASS), [], ["품목", "연락처"], ["가상", SECRET]], [(5, "B5")]),
    "in no form at all": ([["가상", SECRET], [SECRET, "가상"]], [(1, "B1"), (2, "A2")]),
    "in one cell": ([[SECRET]], [(1, "A1")]),
}


@pytest.mark.parametrize("kind", ["csv", "xlsx", "xls"])
@pytest.mark.parametrize("case", OTHER_SHEETS)
def test_a_value_is_found_wherever_it_stands(case: str, kind: str) -> None:
    rows, places = OTHER_SHEETS[case]
    data = {"csv": as_csv, "xlsx": as_xlsx, "xls": as_xls}[kind](rows)
    findings = read_submission(data, load_contracts()).findings
    assert [(f.code, f.row, f.cell) for f in findings] == [("R_PII", row, cell) for row, cell in places]
    assert SECRET not in str(findings)


def test_a_value_in_a_form_is_told_with_its_column_and_in_a_list_of_persons_without() -> None:
    form = as_csv(table(CLASS, {}, {"비고": "문의 " + SECRET}))
    (finding,) = read_submission(form, load_contracts()).findings
    assert (finding.row, finding.header, finding.expected_ko) == (3, "비고", "휴대전화번호")
    # What stands at the head of such a list may itself be a person.
    persons = [["가상인일", "가상인이", "가상인삼"], ["가상동", SECRET, "가상학교"]]
    (finding,) = read_submission(as_csv(persons), load_contracts()).findings
    assert (finding.row, finding.header) == (2, None)


def test_hidden_sheets_rows_and_names_of_sheets_are_looked_at_and_masked() -> None:
    book = as_xlsx(
        Sheet(table(CLASS), "실적", hidden_rows=[1]),
        Sheet([["가상", "x"], ["메모", SECRET]], "숨김", hidden=True),
        Sheet([["가상"]], "가상 " + SECRET),
        Sheet([["가상", SECRET]], "또 " + SECRET),
    )
    findings = read_submission(book, load_contracts()).findings
    assert [(f.sheet, f.cell) for f in findings] == [
        ("숨김", "B2"), ("3번째 시트", None), ("4번째 시트", None), ("4번째 시트", "B1"),
    ]  # fmt: skip
    assert SECRET not in str(findings)


def test_only_personal_findings_are_kept_of_such_a_file() -> None:
    reading = read_submission(
        as_xlsx(Sheet(table(CLASS, {"비고": SECRET})), Sheet([["가상"]], "딴 시트")), load_contracts()
    )
    assert {f.code for f in reading.findings} == {"R_PII"}
    assert (reading.refused, reading.tables, reading.unread_sheets) == (True, [], [])


def workbook_with(**extras: Any) -> bytes:
    import xlsxwriter

    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet("실적")
        for r, row in enumerate(table(CLASS)):
            sheet.write_row(r, 0, row)
        for method, arguments in extras.items():
            getattr(book if method == "define_name" or method == "set_properties" else sheet, method)(*arguments)
    return target.getvalue()


PARTS = {
    "a note": (workbook_with(write_comment=("C2", "가상인 " + SECRET)), "C2", "메모"),
    "a footer": (workbook_with(set_footer=("&L" + SECRET,)), None, "시트 설정"),
    "a text box": (workbook_with(insert_textbox=("E9", SECRET)), None, "도형"),
    "a formula": (workbook_with(write_formula=("Z9", f'=IF(A1="{SECRET}",1,0)', None, 0)), None, "수식"),
    "a link": (workbook_with(write_url=("Z9", "mailto:invented@example.invalid", None, "가상")), None, "시트 설정"),
    "a list of choices": (
        workbook_with(data_validation=("Z9", {"validate": "list", "source": ["가상", SECRET]})), None, "시트 설정",
    ),
    "a defined name": (workbook_with(define_name=("연락", f'="{SECRET}"')), None, "이름 정의"),
    "the properties": (workbook_with(set_properties=({"comments": SECRET},)), None, "문서 속성"),
}  # fmt: skip


@pytest.mark.parametrize("case", PARTS)
def test_what_stands_in_no_cell_is_found_too(case: str) -> None:
    data, cell, said = PARTS[case]
    findings = read_submission(data, load_contracts()).findings
    assert findings
    assert {f.code for f in findings} == {"R_PII"}
    assert any(f.cell == cell and said in f.expected_ko for f in findings), findings


def test_whose_account_a_program_ran_on_is_no_reason_to_refuse() -> None:
    assert not read_submission(
        workbook_with(set_properties=({"author": "invented@example.re.kr"},)), load_contracts()
    ).refused


@pytest.mark.parametrize(("author", "refused"), [("invented@example.re.kr", False), ("invented " + SECRET, True)])
def test_the_same_holds_for_an_old_workbook(author: str, refused: bool) -> None:
    import xlwt

    book = xlwt.Workbook(encoding="utf-8")
    book.owner = author
    sheet = book.add_sheet("실적")
    for r, row in enumerate(table(CLASS)):
        for c, cell in enumerate(row):
            sheet.write(r, c, cell)
    target = io.BytesIO()
    book.save(target)
    assert read_submission(target.getvalue(), load_contracts()).refused == refused


@pytest.mark.parametrize(("levels", "code"), [(3, "R_PII"), (6, "R_TOO_LARGE")])
def test_files_within_files_are_looked_at_and_refused_where_they_go_too_deep(levels: int, code: str) -> None:
    inner = as_xlsx([["가상", SECRET]])
    for _ in range(levels):
        target = io.BytesIO(as_xlsx(table(CLASS)))
        with zipfile.ZipFile(target, "a") as package:
            package.writestr("xl/embeddings/a.xlsx", inner, zipfile.ZIP_DEFLATED)
        inner = target.getvalue()
    assert {finding.code for finding in read_submission(inner, load_contracts()).findings} == {code}


def test_a_text_that_a_cell_holds_is_told_once_and_judged_in_the_light_of_its_header() -> None:
    rows = table(CLASS, {"법인등록번호": "110111-1234567", "비고": SECRET})
    findings = read_submission(as_xlsx(rows), load_contracts()).findings
    assert [(finding.cell, finding.expected_ko) for finding in findings] == [("K2", "휴대전화번호")]
    assert not read_submission(as_xlsx(table(CLASS, {"법인등록번호": "110111-1234567"})), load_contracts()).refused


def test_lines_wider_than_the_head_are_looked_at_to_their_end() -> None:
    header, row = table(CLASS)
    rows = [header, *([row] * 100), [*row, "", "", "", SECRET]]
    (finding,) = read_submission(as_csv(rows), load_contracts()).findings
    assert (finding.row, finding.cell) == (102, "J102")


def test_damaged_files_and_files_of_other_kinds_are_looked_at_too() -> None:
    book = as_xlsx([["가상", SECRET]] * 50)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("명단.csv", f"가상,{SECRET}\n")
    for data in (
        book[:-400],
        archive.getvalue(),
        f"<html><p>가상 {SECRET}</p>".encode(),
        b"%PDF-1.4\n" + SECRET.encode(),
    ):
        reading = read_submission(data, load_contracts())
        assert {f.code for f in reading.findings} == {"R_PII"}
        assert SECRET not in str(reading.findings)


def test_so_many_places_are_listed_and_of_the_others_the_number() -> None:
    rows = [["가상", "전화"], *([f"가{n}", f"010-0000-{n:04}"] for n in range(3_000))]
    findings = read_submission(as_csv(rows), load_contracts()).findings
    assert len(findings) == 1_001
    assert findings[-2].cell == "B1001"
    assert findings[-1].expected_ko == "외 2,000곳가량"


@pytest.mark.parametrize(
    ("path", "masked"),
    [
        ("가상센터/실적_01000000000.csv", "가상센터/실적_⟦휴대전화번호⟧.csv"),
        ("가상센터 010-0000-0000/실적.csv", "가상센터 ⟦휴대전화번호⟧/실적.csv"),
        ("가상센터/900100-1000000.xlsx", "가상센터/⟦주민(외국인)등록번호⟧.xlsx"),
        ("가상/010-0000-0000 010-0000-0001.csv", "가상/⟦휴대전화번호⟧ ⟦휴대전화번호⟧.csv"),
        ("가상/invented@example.invalid.csv", "가상/⟦이메일 주소⟧.csv"),
        ("가상/실적@2020.csv", "가상/실적@2020.csv"),
        ("가상/실적_20200302(최종).csv", "가상/실적_20200302(최종).csv"),
    ],
)
def test_names_of_files_and_folders_are_masked(path: str, masked: str) -> None:
    assert mask_path(path) == masked
    assert mask_path(masked) == masked
    findings = read_submission(as_csv(table(CLASS)), load_contracts(), path=path).findings
    assert bool(findings) == (path != masked)
    assert findings == read_submission(as_csv(table(CLASS)), load_contracts(), path=masked).findings


def test_a_masked_text_holds_nothing_personal_any_more() -> None:
    for text, _, kinds in CASES:
        assert (mask_text(text) != text) or not kinds or not kinds_in(text)
        assert kinds_in(mask_text(text)) == []


NAMES = ["홍가상", "김가상", "이상상"]
FURTHER_HEADERS = [
    "이름(한글)", "영문이름", "강사 이름(실명)", "강사-1", "참여자(필수)", "보호자※", "Name", "Full name", "PIC",
    "Customer", "고객명", "신고자", "지원자(정)", "임차인", "매니저", "팀원", "세대주",
]  # fmt: skip


@pytest.mark.parametrize("header", FURTHER_HEADERS)
def test_any_word_for_a_person_over_names_is_told(header: str) -> None:
    assert judge(as_csv(table(CLASS, *({header: name} for name in NAMES)))).personal


@pytest.mark.parametrize(
    ("header", "values"),
    [("Name", ["신나는 로봇", "우주 탐험", "전기 자동차"]), ("과정 이름", ["신나는 로봇", "우주 탐험", "전기"]),
     ("참가자", ["전주시", "남원시", "정읍시"]), ("학생", ["전주초", "남원중", "정읍고"]),
     ("디자인", NAMES), ("과학자", NAMES),
     ("모바일", ["120", "1,300", "90명"]), ("HP", ["3", "4", "5"])],
)  # fmt: skip
def test_programmes_places_schools_and_counts_are_no_persons(header: str, values: list[str]) -> None:
    assert not judge(as_csv(table(CLASS, *({header: value} for value in values)))).personal


@pytest.mark.parametrize(
    "header", ["생일(양력)", "Date of birth (yyyymmdd)", "비상 연락망", "집전화", "폰번호", "Passport No."]
)
def test_birthdays_and_numbers_of_persons_are_told_by_further_headers(header: str) -> None:
    assert judge(as_csv(table(CLASS, {header: "2010-03-04"}))).personal
