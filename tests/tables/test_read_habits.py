"""Habits of institutions that once gave a wrong number, or none, without a word. Each must be read, or be told."""

from datetime import date
from typing import Any

import pytest
from forms import CLASS, Sheet, as_csv, as_xlsx, table
from judging import judge

NOTE = ["가상 자료"]
PROJECT = ["과제번호", "수행기관", "기관유형", "과제명", "지원금"]
GRANT = ["P-1", "가상과학회", "학회·협회", "가상 과제", "30000"]
MONEY_WORDS = {
    "(단위: 천 원)": 1000, "(단위 천원)": 1000, "‹단위:억원>": 100_000_000, "금액 단위：백만 원": 1_000_000,
    "(천원)": 1000,    "[단위 : 만원]": 10_000, "(단위: 명, 천원)": 1000, "(단위: 원)": 1,
}  # fmt: skip


@pytest.mark.parametrize("words", MONEY_WORDS)
def test_a_title_may_write_its_money_unit_in_any_way(words: str) -> None:
    judged = judge(as_csv([NOTE, ["2020년 현황 " + words], PROJECT, GRANT]))
    assert judged.errors == []
    assert judged.column("grant_amount_krw") == [30_000 * MONEY_WORDS[words]]


@pytest.mark.parametrize("header", ["지원금(천 원)", "지원금 (천원)", "지원금[단위: 천 원]", "지원금\n(천원)"])
def test_a_header_may_write_its_money_unit_in_any_way(header: str) -> None:
    judged = judge(as_csv([NOTE, ["2020년 현황"], [*PROJECT[:4], header], GRANT]))
    assert judged.column("grant_amount_krw") == [30_000_000]


@pytest.mark.parametrize("dot", "·ㆍ‧∙⋅・･•")
def test_dots_that_look_alike_are_one(dot: str) -> None:
    row = [*GRANT[:2], f"재단{dot}사단법인", *GRANT[3:]]
    judged = judge(as_csv([NOTE, ["2020년 현황"], PROJECT, row]))
    assert judged.column("institution_type") == ["foundation_corporation"]


EVENT = ["행사구분", "회차", "행사명", "기간", "장소", "국가"]
UKC = ["UKC", "40", "가상 한미대회", "2025-08-01 ~ 2025-08-04", "가상 회의장", "미국"]


@pytest.mark.parametrize("dot", "·ㆍ‧")
def test_a_plan_is_no_result_however_its_header_is_dotted(dot: str) -> None:
    judged = judge(as_csv([NOTE, [*EVENT, "참가자수", f"계획{dot}실적"], [*UKC, "1000", "계획"]]))
    assert judged.column("figure_status") == ["plan"]


@pytest.mark.parametrize("parent", ["목표", "예정", "2025년 계획"])
def test_numbers_under_a_plan_are_never_results(parent: str) -> None:
    rows = [NOTE, [*EVENT, parent, ""], [""] * 6 + ["논문수", "동반자"], [*UKC, "100", "50"]]
    judged = judge(as_csv(rows))
    assert judged.column("paper_count") == [None]
    assert judged.column("accompanying_count") == [None]


def test_what_was_done_may_stand_below_its_name() -> None:
    rows = [NOTE, [*EVENT, "참가자수", "", "비고"], [""] * 6 + ["계획", "실적", ""], [*UKC, "1000", "900", ""]]
    for data in (as_csv(rows), as_xlsx(Sheet(rows, merges=[(1, 6, 1, 7)]))):
        judged = judge(data)
        assert judged.errors == []
        assert (judged.column("participant_count"), judged.column("planned_participant_count")) == ([900], [1000])


def test_a_title_or_sheet_may_say_that_all_is_planned() -> None:
    plan = judge(as_csv([["가상 2025년 학술대회 개최 계획(안)"], [*EVENT, "참가자수"], [*UKC, "1000"]]))
    assert plan.column("figure_status") == ["plan"]
    rows = [[*EVENT, "참가자수"], [*UKC, "1000"]]
    both = judge(as_xlsx(Sheet(rows, "계획"), Sheet([rows[0], [*UKC, "900"]], "실적")))
    assert both.errors == []
    assert sorted(zip(both.column("figure_status"), both.column("participant_count"), strict=True)) == [
        ("actual", 900), ("plan", 1000),
    ]  # fmt: skip


VOUCHER = ["사업연도", "월", "시도", "시군구", "자격구분", "상품구분", "발급인원", "이용인원"]
USED = ["2020", "4", "서울", "중구", "기초생활수급자", "도서", "10", "5"]


def test_a_blank_month_where_months_are_asked_for_is_no_whole_year() -> None:
    judged = judge(as_csv([NOTE, VOUCHER, USED, [*USED[:1], "", *USED[2:]], [*USED[:1], "-", *USED[2:]]]))
    assert judged.errors == [("E_REQUIRED_MISSING", 4, "B4"), ("E_REQUIRED_MISSING", 5, "B5")]
    assert judged.column("month") == [4]


@pytest.mark.parametrize("text", ["2021년 12월", "2021년 12월말", "'21년 12월", "2021. 12. 31."])
def test_the_day_of_reference_may_be_told_by_its_month(text: str) -> None:
    row = [text, "KSEA", "가상 재미협회", "미국", "100", "50", "150", "등록"]
    judged = judge(as_csv([NOTE, MEMBERS, row]))
    assert judged.errors == []
    assert set(judged.column("reference_date")) == {date(2021, 12, 31)}


@pytest.mark.parametrize("number", ["+82-10-" + "0000-0000", "(010)" + "0000-0000", "010–" + "0000–0000"])
def test_a_mobile_number_is_personal_however_it_is_written(number: str) -> None:
    assert judge(as_csv([NOTE, [*VOUCHER, "비고"], [*USED, number]])).codes == ["R_PII"]


@pytest.mark.parametrize(
    ("title", "month"), [("2022. 4. 실적", 4), ("2022년 5월 이용분(6월 정산)", 5), ("2022년 실적", 0)]
)
def test_a_title_says_the_month(title: str, month: int) -> None:
    judged = judge(as_csv([["가상 " + title], VOUCHER[2:], USED[2:]]))
    assert judged.errors == []
    assert judged.column("month") == [month]
    assert judged.column("program_year") == [2022]


def test_a_title_of_several_months_is_none_of_them() -> None:
    judged = judge(as_csv([["가상 2022년 1~6월 실적"], VOUCHER[2:], USED[2:]]))
    assert [code for code, *_ in judged.errors] == ["E_REQUIRED_MISSING"]


def test_reports_by_general_gu_are_two_rows_of_their_city() -> None:
    gu = [[*USED[:2], "경기도", f"수원시 {name}", *USED[4:]] for name in ("장안구", "팔달구")]
    judged = judge(as_csv([NOTE, VOUCHER, *gu]))
    assert judged.errors == []
    assert judged.column("sigungu_code") == ["41110", "41110"]


ROOM = ["사업연도", "운영기관", "시도", "시군구", "프로그램명", "구분", "운영기간", "이용자수"]
RAN = ["2020", "가상상상실", "강원도", "춘천시", "가상 공방", "정규"]


@pytest.mark.parametrize(
    ("periods", "halves"),
    [
        (["3.1~3.30", "4.1~7.10", "연중"], [1, 1, 1]),
        (["7.5~8.1", "5.1~7.31", "연중"], [2, 2, 2]),
        (["3.1~3.30", "9.1~9.30", "연중"], [1, 2, 1]),
        (["연중"], [1]),
    ],
)
def test_a_half_that_nothing_says_is_that_of_all_dates_of_a_table(periods: list[str], halves: list[int]) -> None:
    rows = [[*RAN[:4], f"가상 공방 {n}", RAN[5], period, "7"] for n, period in enumerate(periods)]
    judged = judge(as_csv([NOTE, ROOM, *rows]))
    assert judged.errors == []
    assert judged.column("half") == halves


STOP = ["사업연도", "권역", "개최지", "운영기관", "운영일", "운영횟수", "관람객수"]
PLACES = {
    "세종": "36110", "경북 포항시 남구": "47110", "수원시 장안구": "41110", "서울강남구": "11680",
    "경남창원시": "48120", "전남 곡성군 옥과면": "46720", "전라남도 곡성군": "46720", "강릉": "42150",
}  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_a_stop_is_a_place(place: str) -> None:
    judged = judge(as_csv([NOTE, STOP, ["2020", "가상", place, "가상과학관", "2020-07-14", "3", "40"]]))
    assert judged.errors == []
    assert judged.column("sigungu_code") == [PLACES[place]]


@pytest.mark.parametrize(("place", "code"), [("고성군", "E_REGION_AMBIGUOUS"), ("없는군", "E_REGION_UNKNOWN")])
def test_a_stop_that_is_no_one_place_is_told_at_its_cell(place: str, code: str) -> None:
    judged = judge(as_csv([NOTE, STOP, ["2020", "가상", place, "가상과학관", "2020-07-14", "3", "40"]]))
    assert judged.errors == [(code, 3, "C3")]


@pytest.mark.parametrize(("text", "day"), [("11.05(목)", date(2020, 11, 5)), ("11월 6일", date(2020, 11, 6))])
def test_a_day_takes_the_year_of_its_row(text: str, day: date) -> None:
    judged = judge(as_csv([NOTE, STOP, ["2020", "가상", "강릉시", "가상과학관", text, "3", "40"]]))
    assert judged.column("operation_date") == [day]


@pytest.mark.parametrize("text", ["2020년 5월", "상시", "연중"])
def test_a_month_is_no_day(text: str) -> None:
    judged = judge(as_csv([NOTE, STOP, ["2020", "가상", "강릉시", "가상과학관", text, "3", "40"]]))
    assert judged.errors == [("E_DATE_INVALID", 3, "E3")]


def test_a_misspelt_weekday_is_a_warning() -> None:
    judged = judge(as_csv([NOTE, STOP, ["2020", "가상", "강릉시", "가상과학관", "2020.11.5.(목용일)", "3", "40"]]))
    assert judged.codes == ["W_WEEKDAY_MISMATCH"]
    assert judged.column("operation_date") == [date(2020, 11, 5)]


MEMBERS = ["기준일", "약칭", "협회명", "국가", "정회원", "학생회원", "계", "집계기준"]


def test_a_total_that_is_not_split_is_a_row_of_its_own() -> None:
    rows = [
        ["2021-12-31", "KSEA", "가상 재미협회", "미국", "100", "50", "150", "등록"],
        ["2021년 12월", "KASEA", "가상 호주협회", "호주", "", "", "20", "등록"],
    ]
    judged = judge(as_csv([NOTE, MEMBERS, *rows]))
    assert judged.errors == []
    told = judged.accepted.select("association_code", "member_type", "member_count", "reference_date").rows()
    last = date(2021, 12, 31)
    assert sorted(told) == [
        ("KASEA", "total", 20, last), ("KSEA", "regular", 100, last), ("KSEA", "student", 50, last),
    ]  # fmt: skip
    assert judged.accounts == [{"read": 2, "loaded": 2, "quarantined": 0, "left_out": 0}]
    alone = judge(as_csv([NOTE, [*MEMBERS[:4], "계", "집계기준"], [*rows[0][:4], "150", "등록"]]))
    assert alone.column("member_type") == ["total"]


SURVEY = ["사업연도", "사업명", "조사단위", "응답자수"]


@pytest.mark.parametrize(
    ("header", "cell", "score"),
    [
        ("종합만족도(5점 만점)", "4.46", 89.2), ("만족도 점수(7점)", "6.3", 90), ("만족도(7점 척도)", "6.3", 90),
        ("만족도(%)", "0.892", 89.2), ("만족도(%)", "89.2", 89.2), ("만족도", "0.892", 89.2),
    ],
)  # fmt: skip
def test_a_score_is_read_on_the_scale_of_its_header(header: str, cell: str, score: float) -> None:
    judged = judge(as_csv([NOTE, [*SURVEY, header], ["2020", "두드림 프로젝트", "가상 권역", "10", cell]]))
    assert judged.errors == []
    assert judged.column("satisfaction_score") == [score]


@pytest.mark.parametrize("name", ["민간과제_2022년 1월 제출.csv", "2022년_제출_민간과제.csv"])
def test_when_a_file_was_sent_is_no_program_year(name: str) -> None:
    judged = judge(as_csv([NOTE, ["2021년 현황"], PROJECT, GRANT]), name)
    assert judged.errors == []
    assert judged.column("program_year") == [2021]


@pytest.mark.parametrize(("name", "year"), [("바우처_202205.csv", 2022), ("’21 민간과제.csv", 2021)])
def test_a_file_name_may_say_the_year_shortly(name: str, year: int) -> None:
    judged = judge(as_csv([NOTE, PROJECT, GRANT]), name)
    assert judged.column("program_year") == [year]


def test_months_may_be_written_as_numbers_to_the_end_of_a_period() -> None:
    judged = judge(as_csv([NOTE, ROOM, [*RAN, "2020.3.~11.", "7"]]))
    assert (judged.column("start_date"), judged.column("end_date")) == ([date(2020, 3, 1)], [date(2020, 11, 30)])


PRIVATE = {"비고": "900100-1" + "000000", "연락처": "010-" + "0000-0000", "메모": "invented@" + "example.kr"}


@pytest.mark.parametrize("header", PRIVATE)
def test_personal_values_are_found_in_columns_that_no_field_reads(header: str) -> None:
    judged = judge(as_csv([NOTE, [*VOUCHER, header], [*USED, ""], [*USED[:1], "5", *USED[2:], PRIVATE[header]]]))
    assert judged.places == [("R_PII", 4, "I4")]
    assert judged.outcomes == {}


def test_an_example_is_known_by_its_mark_in_any_column() -> None:
    rows: list[Any] = [["1", *GRANT[:1], "(예시) 가상과학회", *GRANT[2:]], ["2", *GRANT]]
    judged = judge(as_csv([NOTE, ["2020년 현황"], ["연번", *PROJECT], *rows]))
    assert judged.accounts == [{"read": 2, "loaded": 1, "quarantined": 0, "left_out": 1}]


@pytest.mark.parametrize("title", ["시행계획에 따른 개최 현황", "2025년 학술대회 개최 실적", "예정 인원 제외 현황"])
def test_a_plan_that_is_only_mentioned_makes_no_plan(title: str) -> None:
    judged = judge(as_csv([["가상 " + title], [*EVENT, "참가자수"], [*UKC, "900"]]), "사업계획.csv")
    assert judged.column("figure_status") == ["actual"]


@pytest.mark.parametrize(
    "title", ["2020년 상·하반기 실적", "2020년 1~2반기 실적", "2020년 하반기 실적 (상반기 이월분 포함)"]
)
def test_a_title_of_both_halves_leaves_them_to_the_dates(title: str) -> None:
    rows = [[*RAN[1:4], "가상 봄", RAN[5], "3.1~3.30", "7"], [*RAN[1:4], "가상 가을", RAN[5], "9.1~9.30", "7"]]
    judged = judge(as_csv([["가상 " + title], ROOM[1:], *rows]))
    assert judged.errors == []
    assert judged.column("half") == [1, 2]


NO_PERSON = {
    "법인등록번호": "110111-1234567", "도서번호": "9788912345678", "관리번호": "B01012345678",
    "기타": "110-01012345678",
    "연번": "※ 문의: 과학문화팀 office@example.kr", "대표전화": "02-559-3000", "문의": "office@example.kr",
}  # fmt: skip


@pytest.mark.parametrize("header", NO_PERSON)
def test_numbers_and_contacts_of_an_office_are_not_personal(header: str) -> None:
    judged = judge(as_csv([NOTE, [*VOUCHER, header], [*USED, NO_PERSON[header]]]))
    assert judged.errors == []
    assert judged.accounts[0]["loaded"] == 1


@pytest.mark.parametrize("name", ["예시로 배우는 과학", "샘플 관찰하기", "Example 교실", "합계의 비밀", "시계 만들기"])
def test_a_name_that_only_begins_like_a_mark_is_data(name: str) -> None:
    form = {"강좌명": name, **{header: cell for header, cell in CLASS.items() if header != "강좌명"}}
    assert judge(as_csv(table(form))).accounts == [{"read": 1, "loaded": 1, "quarantined": 0, "left_out": 0}]


def test_a_company_whose_bracket_went_missing_is_no_note() -> None:
    rows = [["2020년 강사 현황"], ["기관명", "강사수"], ["주)가상과학", "5"], ["주) 겸직 포함"], ["주1) 12월 기준", ""]]
    assert judge(as_csv(rows)).accounts == [{"read": 3, "loaded": 1, "quarantined": 0, "left_out": 2}]


def test_a_row_that_says_little_beside_merged_cells_is_data() -> None:
    place = ["서울특별시", "종로구", "삼청동"]
    rows = [["2020년 시설"], ["시설명", "시설구분", "시도", "시군구", "읍면동"], ["가상일", "도서관", *place]]
    rows += [["가상이", "", "", "", ""], ["가상삼", "", "", "", ""], ["※ 가상"]]
    judged = judge(as_xlsx(Sheet(rows, merges=[(2, column, 4, column) for column in range(1, 5)])))
    assert judged.accounts == [{"read": 4, "loaded": 3, "quarantined": 0, "left_out": 1}]


@pytest.mark.parametrize(
    ("title", "year"),
    [
        ("실적 (2020. 1. 1. ~ 12. 31.)", 2020),
        ("운영기간: 2020.3.2~2020.11.30", 2020),
        ("사업기간 2020-03-02 ∼ 2020-12-31", 2020),
        ("조사기간: 2021. 1. 4. ~ 1. 15.", None),
        ("제출기간 2021.1.4 ~ 2021.1.15", None),
        ("운영기간: 2020.9.1~2021.2.28", None),
        ("2021. 1. 15. 제출", None),
        ("\n20년 생활과학교실 실적", 2020),
        ("\n20년 연속 운영 실적", None),
    ],
)
def test_a_period_tells_the_year_where_it_is_that_of_the_programme(title: str, year: int | None) -> None:
    (table_read,) = judge(as_csv([["가상 " + title], PROJECT, GRANT])).reading.tables
    assert table_read.title_years.one == year


@pytest.mark.parametrize(
    ("net", "cumulative"), [("수혜자(순인원)", "수혜자(연인원)"), ("수혜자수\n(실인원)", "수혜자수(누적)")]
)
def test_net_and_cumulative_persons_are_told_apart_in_brackets(net: str, cumulative: str) -> None:
    form = {header: cell for header, cell in CLASS.items() if not header.startswith("수혜자")}
    judged = judge(as_csv(table(form | {cumulative: "150", net: "20"})))
    assert judged.errors == []
    assert (judged.column("beneficiary_count"), judged.column("attendance_count")) == ([20], [150])


@pytest.mark.parametrize("name", ["작성예시", "(예시)", "작성 요령", "샘플"])
def test_a_sheet_that_shows_a_form_filled_in_is_nobodys_data(name: str) -> None:
    judged = judge(as_xlsx(Sheet(table(CLASS), "실적"), Sheet(table(CLASS, {}, {}), name)))
    assert judged.accounts == [{"read": 1, "loaded": 1, "quarantined": 0, "left_out": 0}]
    assert judged.reading.unread_sheets == [name]
    # Where nothing else is filled in, that sheet was.
    alone = judge(as_xlsx(Sheet(table(CLASS)[:1], "실적"), Sheet(table(CLASS), name)))
    assert alone.accounts == [{"read": 1, "loaded": 1, "quarantined": 0, "left_out": 0}]
