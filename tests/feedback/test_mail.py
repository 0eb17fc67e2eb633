"""The mail that goes with a workbook: short, polite, and the same in both forms."""

import re
from datetime import UTC, datetime
from html import unescape

import pytest
from answering import check
from forms import CLASS, FACILITY, Sheet, as_csv, as_xlsx, table

from sciculture_etl.feedback import Answer
from sciculture_etl.feedback.answer import Received
from sciculture_etl.feedback.mail import Mail, answer_mail


def mail(data: bytes, name: str = "실적.csv") -> Mail:
    return answer_mail(Answer(check(data, name)), "실적_점검결과.xlsx")


FAULTY = table(
    CLASS, {}, *({"운영횟수": f"약 {20 + n}회", "반": str(n)} for n in range(8)), {"기수": "9"}, {"읍면동": "없는동"}
)


def test_the_text_opens_with_its_subject_and_says_what_to_do() -> None:
    text = mail(as_csv(FAULTY)).text
    assert text.splitlines()[0] == (
        "제목: [제출 자료 점검 결과] 실적.csv: 이대로 제출하시면 일부만 접수됩니다 (보완 필요 10건)"
    )
    assert "[보완 필요: 어림수 8건]" in text
    assert "- H3 운영횟수: '약 20회': 어림수입니다" in text
    assert "외 4건" in text
    assert "→ 정확한 수를 입력해 주시기 바랍니다." in text
    assert "강좌명" in text
    assert "실적_점검결과.xlsx" in text


@pytest.mark.parametrize("rows", [FAULTY, table(CLASS), table(CLASS, {"운영횟수": "<script>alert(1)</script>"})])
def test_the_page_needs_nothing_from_elsewhere_and_runs_nothing(rows: list[list[str]]) -> None:
    html = mail(as_csv(rows)).html
    assert not re.search(r"<script|<img|<link|<style|http|url\(|@import|\son\w+=", html)
    assert html.count("<table") == html.count("</table>")


def test_both_forms_say_the_same() -> None:
    made = mail(as_csv(FAULTY))
    page = " ".join(unescape(re.sub(r"<[^>]+>", " ", made.html)).split())
    for line in made.text.splitlines()[2:]:
        for part in line.lstrip("■·-[✓ ").rstrip("]").split(": ", 1):
            assert " ".join(part.split()) in page


def test_a_mail_stays_short_however_much_is_wrong() -> None:
    changes = [
        {name: value, "강좌명": f"가상 {n}"}
        for n in range(60)
        for name, value in (("운영횟수", "약 20회"), ("기수", "9"))
    ]
    changes += [{"운영횟수": "가" * 5_000}]
    made = mail(as_csv(table(CLASS, *changes)))
    assert made.text.count("\n- ") < 20
    assert len(made.html) < 12_000


def test_what_repeats_is_told_once_with_all_its_places() -> None:
    rows = table(CLASS, {}, *({"운영횟수": "약 20회", "반": str(n)} for n in range(8)))
    rows[5][7] = "20"
    made = mail(as_csv(rows))
    assert "[보완 필요: 어림수 7건]" in made.text
    assert "- H3~H5, H7~H10 운영횟수: '약 20회': 어림수입니다" in made.text
    assert not re.search(r"외 \d", made.text)


def test_without_a_workbook_the_mail_says_what_was_received_its_rows_and_totals() -> None:
    checked = check(as_csv(table(CLASS, {}, {"반": "2"})), "실적.csv")
    made = answer_mail(Answer(checked, Received(7, datetime(2020, 4, 1, tzinfo=UTC), "in force")), None)
    for line in ("· 접수 번호: 7", "· 접수일: 2020. 4. 1.", "접수 행 2 = 승인 행 2", "[항목별 합계]", "운영횟수 24회"):
        assert line in made.text
    assert "붙임" not in made.text
    assert "24회" in made.html


def test_what_there_is_no_room_for_is_named() -> None:
    kinds = [
        {"반": str(n), "운영횟수": f"약 {20 + n}회", "기수": str(9 + n), "수혜자수(순인원)": f"-{n + 1}"}
        for n in range(8)
    ]
    text = mail(as_csv(table(CLASS, *kinds, {"읍면동": "없는동"}, {"수혜자(연인원)": "9,999"}))).text
    assert "그 밖의 보완·확인 사항: 확인되지 않는 행정구역 1건, 이례적인 값 1건" in text


def test_a_sheet_is_named_only_where_there_are_several() -> None:
    classes = Sheet(table(CLASS, {}, {"운영횟수": "약 20회"}), "운영실적")
    assert "- H3 운영횟수" in mail(as_xlsx(classes), "실적.xlsx").text
    assert "- 운영실적!H3 운영횟수" in mail(as_xlsx(classes, Sheet(table(FACILITY), "교육장")), "실적.xlsx").text


def test_nothing_to_mend_needs_no_reply() -> None:
    text = mail(as_csv(table(CLASS))).text
    assert "이대로 제출하시면 됩니다" in text
    assert "보완 필요" not in text
    assert "1행은 이상이 없습니다" in text


def test_of_personal_data_the_place_alone_is_told() -> None:
    phone = "010-" + "0000-" + "0000"
    made = mail(as_xlsx(Sheet(table(CLASS, {}, {"강좌명": phone}), "운영실적")), "실적.xlsx")
    assert phone not in made.text + made.html
    assert "개인정보" in made.subject
