"""Sheets that are called by their month, half or year say it for what stands on them, where its title doesn't."""

from typing import Any

import pytest
from forms import Sheet, as_csv, as_xlsx
from judging import Judged, judge

VOUCHER = ["시도", "시군구", "자격구분", "발급인원", "이용인원"]
ISSUED = ["서울", "종로구", "차상위", 9, 5]
PROGRAMME = ["기관명", "프로그램명", "사업구분", "대상", "시도", "시군구", "운영횟수", "참여인원"]
RUN = ["가상재단", "가상 교실", "나눔·포용", "초등", "부산", "중구", 3, 40]


def sheets(title: str, header: list[str], row: list[Any], *names: str, file: str = "실적.xlsx") -> Judged:
    return judge(as_xlsx(*(Sheet([[title], header, row], name) for name in names)), file)


def test_months_and_halves_are_those_of_their_sheets() -> None:
    months = sheets("가상 2022년 과학문화바우처 실적", VOUCHER, ISSUED, "1월", "2월", "12월")
    assert (months.places, months.column("month")) == ([], [1, 2, 12])
    halves = sheets("가상 2022년 나눔·포용 실적", PROGRAMME, RUN, "상반기", "하반기")
    assert (halves.places, halves.column("half")) == ([], [1, 2])


def test_a_title_says_more_than_the_name_of_its_sheet() -> None:
    assert sheets("가상 2022년 5월 과학문화바우처 실적", VOUCHER, ISSUED, "6월 제출").column("month") == [5]
    assert sheets("가상 2022년 5월 과학문화바우처 실적", VOUCHER, ISSUED, "2021년").column("program_year") == [2022]


def test_years_are_those_of_their_sheets_and_these_of_the_file_name_where_they_say_none() -> None:
    judged = sheets("가상 과학문화바우처 실적", VOUCHER, ISSUED, "2020년", "2021", "실적", file="2022년.xlsx")
    assert (judged.places, judged.column("program_year")) == ([], [2020, 2021, 2022])


@pytest.mark.parametrize(
    "said",
    [
        "2020년말 기준",
        "2020년 12월 말 현재",
        "2020. 12. 31. 기준",
        "2020.12월 기준",
        "기준일: 2020년 12월",
        "20201231 기준",
        "as of 2020-12-31",
    ],
)
def test_members_are_those_of_the_end_of_the_year_that_the_title_says(said: str) -> None:
    rows = [[f"가상 회원 현황({said})"], ["협회명", "약칭", "국가", "정회원", "계", "집계기준"]]
    judged = judge(as_csv([*rows, ["가상협회", "KSEA", "미국", 100, 100, "등록"]]))
    assert [str(day) for day in judged.column("reference_date")] == ["2020-12-31"]


def test_what_is_of_this_month_is_taken_and_not_what_is_of_all_months_so_far() -> None:
    counted = ["발급인원(당월)", "발급인원(누계)", "이용인원(당월)", "이용인원(누계)"]
    rows = [["가상 2022년 3월 과학문화바우처 실적"], [*VOUCHER[:3], *counted], [*ISSUED[:3], 9, 27, 5, 15]]
    judged = judge(as_csv(rows))
    assert (judged.places, judged.column("issued_count"), judged.column("user_count")) == ([], [9], [5])
