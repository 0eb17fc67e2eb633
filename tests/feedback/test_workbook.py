"""The workbook that goes back: every place marked where it is, nothing in it that acts, nothing personal, bounded."""

import io
import json
import re
import zipfile
from pathlib import Path

import pytest
from answering import answered, check, comments, marks, opened, parts, texts
from forms import CENTRE, CLASS, FACILITY, Sheet, as_csv, as_xlsx, table
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from sciculture_etl.feedback.cells import width_of

CONTRACTS = Path(__file__).parents[1] / "contracts"
BAD = sorted(p.relative_to(CONTRACTS).as_posix() for p in CONTRACTS.glob("*/bad_*") if p.suffix != ".json")


@pytest.mark.parametrize("name", [name for name in BAD if "personal" not in name and "missing" not in name])
def test_exactly_the_faulty_cells_are_marked_and_say_what_to_do(name: str) -> None:
    data = (CONTRACTS / name).read_bytes()
    found = [row for row in check(data, name).all_findings.to_dicts() if row["row"]]
    sheet = opened(answered(data, name)).worksheets[1]
    first = {row[0].row: next((c.coordinate for c in row if c.value is not None), "") for row in sheet.iter_rows()}
    expected = {row["cell"] or first[row["row"]] for row in found}
    assert set(marks(sheet)) == set(comments(sheet)) == expected
    for row in found:
        where = row["cell"] or first[row["row"]]
        assert row["message_ko"] in comments(sheet)[where]
        assert row["fix_ko"] in comments(sheet)[where]
        if row["severity"] == "error":
            assert marks(sheet)[where] == "error"


def test_the_first_sheet_says_verdict_counts_findings_and_what_was_fine() -> None:
    rows = table(CLASS, {}, {"운영횟수": "약 20회"}, {"수혜자(연인원)": "9,999"})
    rows.append(["소계", *[""] * 6, "24", "30", ""])
    book = opened(answered(as_csv(rows)))
    assert book.sheetnames[0] == "점검결과"
    assert book.active.title == "점검결과"
    said = "\n".join(texts(book.worksheets[0]))
    for told in (
        "일부만 접수됩니다 (보완 필요 1건)", "소계·합계 1", "어림수  1건", "정확한 수를 입력해 주시기 바랍니다.",
        "확인 필요", "이례적인 값  1건", "2행은 이상이 없습니다", "강좌명, 교육장명", "항목별 합계", "24회", "9,999명",
    ):  # fmt: skip
        assert told in said
    (link,) = [cell.hyperlink.location for row in book.worksheets[0].iter_rows() for cell in row if cell.value == "H3"]
    assert link == "'제출자료'!H3"


def test_a_row_that_lacks_one_cell_for_its_error_is_called_neither_right_nor_refused() -> None:
    rows = table(CLASS, {}, {"만족도": "920"}, {"운영횟수": "약 20회"})
    said = "\n".join(texts(opened(answered(as_csv(rows)))["점검결과"]))
    assert "1행은 이상이 없으며, 1행은 보완이 필요합니다." in said
    assert "1행은 보완이 필요한 항목만 비워 두고 승인합니다." in said
    assert "1행은 이상이 없습니다." in said


def test_a_year_that_stands_nowhere_is_told_once() -> None:
    rows = [row[1:] for row in table(CLASS, {}, {}, {"운영횟수": "약 20회"})]
    book = opened(answered(as_csv(rows)))
    said = texts(book["점검결과"])
    assert "이대로 제출하시면 반려됩니다 (보완 필요 2건)" in said
    assert any("제목 줄이나 파일 이름에" in text for text in said)
    assert list(comments(book["제출자료"])) == ["A2", "G4"]


def test_the_column_of_places_is_as_wide_as_they_are() -> None:
    long = "생활과학교실 강좌 운영 실적"
    data = as_xlsx(Sheet(table(CLASS, {}, {"운영횟수": "약 20회"}), long), Sheet(table(FACILITY), "교육장"))
    sheet = opened(answered(data, "실적.xlsx"))["점검결과"]
    assert f"{long}!H3" in texts(sheet)
    assert sheet.column_dimensions["A"].width > width_of(f"{long}!H3")


def test_nothing_to_mend_is_said_with_what_was_right() -> None:
    said = "\n".join(texts(opened(answered(as_csv(table(CLASS, {}, {}))))["점검결과"]))
    assert "이대로 제출하시면 됩니다" in said
    assert "9개 열은 이상이 없습니다" in said
    assert "보완 필요" not in said


def test_an_excel_copy_keeps_its_looks() -> None:
    book = Workbook()
    sheet = book.active
    sheet.title = "운영실적"
    for row in table(CLASS, {}, {"운영횟수": "약 20회"}, {}):
        sheet.append(row)
    sheet["A1"].font = Font(bold=True, size=20)
    sheet.column_dimensions["C"].width = 33
    sheet.merge_cells("F2:F4")
    for row in (3, 4):
        sheet[f"F{row}"].number_format = "General"
    rule = DataValidation(type="list", formula1='"1,2,3,4"')
    rule.add("B2:B9")
    sheet.add_data_validation(rule)
    sheet.freeze_panes = "A2"
    book.create_sheet("코드").sheet_state = "hidden"
    target = io.BytesIO()
    book.save(target)
    copy = opened(answered(target.getvalue(), "실적.xlsx"))
    assert copy.sheetnames == ["점검결과", "운영실적", "코드"]
    own = copy["운영실적"]
    assert (own["A1"].font.size, own.column_dimensions["C"].width, own.freeze_panes) == (20, 33, "A2")
    assert [str(merge) for merge in own.merged_cells.ranges] == ["F2:F4"]
    assert [rule.formula1 for rule in own.data_validations.dataValidation] == ['"1,2,3,4"']
    assert copy["코드"].sheet_state == "hidden"
    assert [sheet.title for sheet in copy if sheet.sheet_view.tabSelected] == ["점검결과"]


def test_a_fault_within_merged_cells_is_marked_where_it_is_seen() -> None:
    rows = table(CLASS, {"시군구": "없는구"}, {"시군구": ""}, {"시군구": ""})
    sheet = opened(answered(as_xlsx(Sheet(rows, merges=[(1, 5, 3, 5)])), "실적.xlsx"))["실적"]
    assert list(marks(sheet)) == ["F2"]
    assert list(comments(sheet)) == ["F2"]


EVIL = "=cmd|' /C calc'!A0"


def evil_workbook() -> bytes:
    """Formulas, links, names, rules, notes and an author, as someone ill-meaning or careless would send them."""
    book = Workbook()
    sheet = book.active
    sheet.title = "운영실적"
    for row in table(CLASS | {"비고": ""}, {}, {"운영횟수": "약 20회"}, {"운영횟수": EVIL}):
        sheet.append(row)
    sheet["J2"].value = '=HYPERLINK("http://invalid.example","x")'
    sheet["J3"].value = EVIL
    sheet["J3"].data_type = "s"
    sheet["J4"].value = "보기"
    sheet["J4"].hyperlink = "http://invalid.example/leak"
    sheet["J4"].comment = Comment("비밀 메모", "가상 담당")
    sheet.oddHeader.left.text = "가상 담당"
    book.defined_names["leak"] = DefinedName("leak", attr_text="cmd|'/C calc'!A0")
    book.defined_names["codes"] = DefinedName("codes", attr_text="운영실적!$B$2:$B$9")
    rule = DataValidation(type="list", formula1="[1]남의문서!$A$1:$A$9")
    rule.add("B2:B9")
    sheet.add_data_validation(rule)
    book.properties.creator = "가상 담당"
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_nothing_in_an_answer_acts_or_names_people(kind: str) -> None:
    rows = table(CLASS | {"비고": ""}, {"비고": EVIL}, {"운영횟수": EVIL}, {"강좌명": "@SUM(A1)", "운영횟수": "+1+1"})
    written = answered(evil_workbook() if kind == "xlsx" else as_csv(rows), f"실적.{kind}")
    for name, part in parts(written).items():
        assert not re.search(rb"<f[ >]|TargetMode|externalLink|vbaProject|ddeLink|oleLink", part), name
        assert "가상 담당".encode() not in part, name
        assert "비밀 메모".encode() not in part, name
        assert b"invalid.example" not in part, name
    assert b"cmd|" not in parts(written)["xl/workbook.xml"]
    allowed = r"(xl/(workbook|styles|sharedStrings|theme/theme1|worksheets/sheet\d+|comments\d+)\.xml"
    allowed += r"|xl/drawings/vmlDrawing\d+\.vml|.*\.rels|docProps/(app|core)\.xml|\[Content_Types\]\.xml)"
    assert [name for name in parts(written) if not re.fullmatch(allowed, name)] == []
    book = load_workbook(io.BytesIO(written))
    texts_as_typed = [c for sheet in book for row in sheet.iter_rows() for c in row if c.value == EVIL]
    assert texts_as_typed
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in texts_as_typed)


def test_names_and_rules_that_stay_inside_are_kept() -> None:
    assert list(opened(answered(evil_workbook(), "실적.xlsx")).defined_names) == ["codes"]


def test_personal_data_is_answered_by_its_place_alone() -> None:
    number = "900100-1" + "000000"
    written = answered(as_xlsx(Sheet(table(CLASS, {}, {"강좌명": number}), "운영실적")), "실적.xlsx")
    book = opened(written)
    assert book.sheetnames == ["점검결과"]
    assert "개인정보" in "\n".join(texts(book["점검결과"]))
    assert not any(number.encode() in part or "가상 로봇".encode() in part for part in parts(written).values())


REFUSED = {
    "R_ENCRYPTED": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "암호를 해제한"),
    "R_DRM": (b"SCDSA004\x00\x07 invented", "보안을 해제한"),
    "R_UNSUPPORTED_FORMAT": (b"%PDF-1.4 invented", "PDF로 바꾸기 전의 엑셀"),
    "R_EMPTY": (b"", "실적을 적은 파일로"),
    "R_HEADER_NOT_FOUND": ("이것은,모르는\r\n표,입니다\r\n".encode(), "열 제목(항목명)을"),
}


@pytest.mark.parametrize("code", REFUSED)
def test_what_cannot_be_read_is_answered_with_advice_alone(code: str) -> None:
    data, advice = REFUSED[code]
    assert check(data).all_findings["code"].to_list() == [code]
    book = opened(answered(data))
    assert book.sheetnames == ["점검결과"]
    assert advice in "\n".join(texts(book["점검결과"]))


def test_a_header_that_lacks_a_column_is_marked_as_a_whole() -> None:
    data = (CONTRACTS / "dsc_class" / "bad_column_missing.csv").read_bytes()
    (place,) = json.loads((CONTRACTS / "dsc_class" / "bad_column_missing.json").read_text())["findings"]
    sheet = opened(answered(data))["제출자료"]
    assert len(marks(sheet)) == sum(cell.value is not None for cell in sheet[place[1]]) > 5
    (text,) = comments(sheet).values()
    assert "'운영횟수'" in text


def test_renamed_headers_are_named_beside_what_is_lacking() -> None:
    rows = table(CLASS, {})
    rows[0] = [{"강좌명": "프로그램", "시군구": "기초"}.get(name, name) for name in rows[0]]
    (text,) = comments(opened(answered(as_csv(rows)))["제출자료"]).values()
    assert "없는 열: '강좌명'" in text
    assert "서식에 없는 열: '프로그램', '기초'" in text


def test_our_sheet_never_takes_the_name_of_another() -> None:
    book = opened(answered(as_xlsx(Sheet(table(FACILITY), "점검결과"), Sheet(table(CENTRE), "센터")), "연간.xlsx"))
    assert len(book.sheetnames) == 3
    assert book["점검결과"]["A1"].value == "사업연도"
    assert texts(book.worksheets[0])[0] == "제출 자료 점검 결과"


def test_of_a_large_file_the_faulty_rows_alone_are_copied() -> None:
    rows = table(CLASS, *({"강좌명": f"가상 교실 {n}", "비고": "x"} for n in range(25_000)))
    rows[20_000][7] = "약 20회"
    data = as_csv(rows)
    written = answered(data)
    assert len(written) < 40_000 < len(data)
    sheet = opened(written)["제출자료"]
    assert sheet["A3"].value == 1
    assert [sheet["A4"].value, sheet["I4"].value] == [20_001, "약 20회"]
    assert list(marks(sheet)) == ["I4"]
    said = texts(opened(written)["점검결과"])
    assert any("제출용이 아닙니다" in text for text in said)
    # Sent back by mistake, one row must not replace 25,000.
    assert check(written, "실적.xlsx").verdict == "rejected"


def test_a_fault_that_repeats_is_listed_once_with_all_its_rows() -> None:
    rows = table(CENTRE, *({"기관명": f"가상 센터 {n}", "강사수": "많음"} for n in range(1_200)))
    rows[600][rows[0].index("강사수")] = "5"
    book = opened(answered(as_csv(rows)))
    said = texts(book["점검결과"])
    column = next(iter(marks(book["제출자료"])))[0]
    assert "숫자 형식 오류  1,199건" in said
    assert f"{column}2~{column}600, {column}602~{column}1201" in said
    assert not any(re.search(r"외 \d", text) for text in said)
    assert len([where for where in marks(book["제출자료"]) if where.startswith(column)]) == 1_199
    assert len(comments(book["제출자료"])) == 100
    assert (
        "메모는 같은 내용이면 100칸까지, 모두 500칸까지만 표시하였습니다. 색은 지적 사항이 있는 칸마다 있습니다."
        in said
    )


def test_many_faults_are_counted_whole_and_listed_in_part() -> None:
    rows = table(CENTRE, *({"기관명": f"가상 센터 {n}", "강사수": f"약 {n + 1}"} for n in range(1_200)))
    book = opened(answered(as_csv(rows)))
    said = texts(book["점검결과"])
    assert "어림수  1,200건" in said
    assert "외 1,000건" in said
    assert len(marks(book["제출자료"])) == 1_200
    assert len(comments(book["제출자료"])) == 500


def test_a_vast_merge_costs_nothing() -> None:
    data = parts(as_xlsx(Sheet(table(CLASS, {}, {"운영횟수": "약 20회"}), "실적", merges=[(1, 5, 2, 5)])))
    name = "xl/worksheets/sheet1.xml"
    data[name] = data[name].replace(b'ref="F2:F3"', b'ref="L10:XFD1048576"')
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        for part, content in data.items():
            package.writestr(part, content)
    assert "H3" in marks(opened(answered(target.getvalue(), "실적.xlsx"))["실적"])


def test_numbers_are_kept_to_the_digit_and_codes_as_they_are_written() -> None:
    rows = table(CLASS, {"운영횟수": "12", "비고": "0012"}, {"비고": "1.10"}, {"비고": "900719925474099312345"})
    sheet = opened(answered(as_csv(rows)))["제출자료"]
    assert sheet["H2"].value == 12
    assert [sheet[f"J{row}"].value for row in (2, 3, 4)] == ["0012", "1.10", "900719925474099312345"]
