"""A file that is corrected by following its answer, and nothing else, is accepted."""

from pathlib import Path

import pytest
from answering import answered, check, comments, marks, opened, saved
from forms import CENTRE, CLASS, FACILITY, Sheet, as_csv, as_xls, as_xlsx, table
from openpyxl.worksheet.worksheet import Worksheet

CONTRACTS = Path(__file__).parents[1] / "contracts"
BAD = sorted(
    path.relative_to(CONTRACTS).as_posix()
    for path in CONTRACTS.glob("*/bad_*")
    if path.suffix != ".json" and "personal" not in path.name and "missing" not in path.name
)
# One of each contract each time, the others among the slow.
FIRST = {name.partition("/")[0]: name for name in reversed(BAD)}.values()
MOST_ROUNDS = 4


def correct(sheet: Worksheet, first_row: int, beside: int) -> None:
    """What a person does who sees nothing but the comments: a repeated row goes; another marked cell gets what stands
    in the same column of a row without marks, and so do so many cells beside it, since a place, a sum or a score is
    told by several."""
    errors = {where: text for where, text in comments(sheet).items() if text.startswith("[보완 필요]")}
    marked = {sheet[where].row for where in errors}
    rows = range(first_row, sheet.max_row + 1)
    good = next((row for row in rows if row not in marked and sheet.cell(row, 2).value is not None), None)
    for where, text in errors.items():
        cell = sheet[where]
        if "중복 행을 삭제하거나" in text:
            for own in sheet[cell.row]:
                own.value = None
            continue
        assert good
        for column in range(max(cell.column - beside, 1), cell.column + beside + 1):
            sheet.cell(cell.row, column).value = sheet.cell(good, column).value


def follow(data: bytes, name: str) -> str:
    """The verdict after the answer was followed, and the next, until there is nothing to mend."""
    for turn in range(MOST_ROUNDS):
        checked = check(data, name)
        if checked.verdict == "accepted":
            break
        book = opened(answered(data, name))
        for part in checked.parts:
            sheet = book[part.sheet] if part.sheet else book.worksheets[1]
            correct(sheet, part.first_row, beside=turn)
        data, name = saved(book), "고친 파일.xlsx"
    return check(data, name).verdict


@pytest.mark.parametrize("name", [pytest.param(n, marks=() if n in FIRST else pytest.mark.slow) for n in BAD])
def test_following_the_answer_leads_to_acceptance(name: str) -> None:
    path = CONTRACTS / name
    data = path.read_bytes()
    assert check(data, path.name).verdict != "accepted"
    assert follow(data, path.name) == "accepted"


def test_a_workbook_of_several_forms_is_corrected_in_place() -> None:
    """Two-row header, merged places, three forms: the answer's own copy is what goes back."""
    rows = [
        ["2020년도 생활과학교실 운영 실적 (가상 자료)"],
        ["기수", "강좌명", "교육장명", "지역", "", "", "운영실적", ""],
        ["", "", "", "시도", "시군구", "읍면동", "횟수", "수혜자수\n(순인원)"],
        ["1", "가상 로봇", "가상 센터", "서울특별시", "종로구", "삼청동", 12, 15],
        ["1", "가상 드론", "가상 센터", "", "", "가회동", "약 20회", 15],
        ["5", "가상 코딩", "가상 센터", "", "", "없는동", 12, "열다섯"],
    ]
    classes = Sheet(rows, "운영실적", merges=[(1, 3, 1, 5), (1, 6, 1, 7), (3, 3, 5, 3), (3, 4, 5, 4)])
    facilities = Sheet(table(FACILITY, {}, {"시설구분": "우주정거장"}), "교육장")
    centre = Sheet(table(CENTRE, {}, {"강사수": "많음"}), "센터")
    book = as_xlsx(classes, facilities, centre)
    assert check(book).rows["quarantined"] == 4
    assert follow(book, "연간.xlsx") == "accepted"


def test_an_old_workbook_is_corrected_as_the_new_one_that_goes_back() -> None:
    assert follow(as_xls(table(CLASS, {}, {"운영횟수": "약 20회"}, {"기수": "9"})), "실적.xls") == "accepted"


def test_the_answer_sent_back_as_it_is_says_the_same_again() -> None:
    data = as_csv(table(CLASS, {}, {"운영횟수": "약 20회"}, {"기수": "9"}))
    first, again = check(data), check(answered(data), "그대로.xlsx")
    assert again.rows == first.rows
    assert again.all_findings["cell"].to_list() == first.all_findings["cell"].to_list()
    assert again.unread_sheets == []
    book = opened(answered(answered(data), "그대로.xlsx"))
    assert book.sheetnames == ["점검결과", "제출자료"]


def test_a_mended_cell_is_no_longer_marked_in_the_next_answer() -> None:
    book = opened(answered(as_csv(table(CLASS, {}, {"운영횟수": "약 20회", "기수": "9"}))))
    book["제출자료"]["H3"].value = 20
    again = opened(answered(saved(book), "고친 파일.xlsx"))["제출자료"]
    assert list(comments(again)) == ["B3"]
    assert list(marks(again)) == ["B3"]


def test_one_round_is_enough_for_all_that_a_hurried_person_does() -> None:
    """Every fault is in the first answer, also in rows with several and in a table that says no year anywhere."""
    faults = [
        {"기수": "5"}, {"운영횟수": "약 20회"}, {"운영횟수": "3,0"}, {"수혜자수(순인원)": "스물"}, {"강좌명": ""},
        {"시도": ""}, {"읍면동": "없는동"}, {"수혜자수(순인원)": "-3"}, {"만족도": "920"}, {"유형": "창의과학"},
    ]  # fmt: skip
    right = CLASS | {"만족도": "90", "유형": "창의과학교실"}
    header, *rows = table(right, *({"강좌명": f"가상 {n}"} | fault for n, fault in enumerate([{}, *faults])))
    data = as_csv([row[1:] for row in [header, *rows, rows[2]]])
    told = comments(opened(answered(data))["제출자료"])
    assert list(told) == [
        "A2", "A3", "G4", "G5", "H6", "B7", "D8", "F9", "H10", "I11", "J12", "A13", "G13",
    ]  # fmt: skip
    book = opened(answered(data))
    sheet = book["제출자료"]
    for where in set(told) - {"A2", "A13"}:
        name = header[sheet[where].column]  # the copy lacks the first, the year
        sheet[where].value = "가상 식물" if name == "강좌명" else right[name]
    sheet.delete_rows(13)
    checked = check(saved(book), "2020년 실적.xlsx")
    assert checked.all_findings["code"].to_list() == []
    assert checked.verdict == "accepted"
