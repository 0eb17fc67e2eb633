"""Makes the files of this folder: one or more for each kind of mess that institutions send, named after its number.

Everything in them is invented but the names of places. To make them again: ``python tests/messy/make_fixtures.py`` (the
encrypted workbook gets another salt each time). What each must give stands beside it as JSON.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

from archives import beside, blank, book, encrypted, loose, text

HERE = Path(__file__).parent

CLASS = ["기수", "강좌명", "교육장명", "시도", "시군구", "읍면동", "운영횟수", "수혜자수(순인원)", "수혜자(연인원)"]
FACILITY = ["시설명", "시설구분", "소재지"]
STOP = ["권역", "개최지", "운영기관", "장소", "운영일", "운영횟수", "관람객수"]
ROOM = ["기관명", "시도", "시군구", "프로그램명", "구분", "운영기간", "이용자수"]
PROJECT = ["과제번호", "수행기관", "기관유형", "과제명", "지원금", "참여인원"]
SURVEY = ["사업명", "조사단위", "응답자수", "만족도", "척도"]
VOUCHER = ["월", "시도", "시군구", "자격구분", "발급인원", "이용인원", "사용액"]
CENTRE = ["기관명", "주강사", "보조강사", "강사수", "국비"]
MUSEUM = ["과학관명", "전시콘텐츠", "기간", "관람객수", "시도", "시군구"]


def class_row(number: int, sessions: Any = 10, persons: Any = 20, attended: Any = 150, term: Any = 1) -> list[Any]:
    place = ["서울특별시", "종로구", "삼청동"]
    return [term, f"가상 교실 {number}", "가상 주민센터", *place, sessions, persons, attended]


def facility(number: int, place: str) -> list[str]:
    return [f"가상 시설 {number}", "주민센터", place]


def stop(number: int, day: str, sessions: Any = 3, visitors: Any = 100) -> list[Any]:
    return ["가상권", "강릉시", "가상과학관", f"가상 광장 {number}", day, sessions, visitors]


def room(number: int, period: str, users: Any = 30) -> list[Any]:
    return ["가상상상실", "강원도", "춘천시", f"가상 공방 {number}", "정규", period, users]


def project(number: int, amount: Any, persons: Any = 50) -> list[Any]:
    return [f"P-{number:02}", "가상과학회", "학회·협회", f"가상 과제 {number}", amount, persons]


def survey(number: int, score: str, scale: str = "") -> list[str]:
    return ["두드림 프로젝트", f"가상 권역 {number}", "100", score, scale]


TITLE = ["가상 2020년 생활과학교실 강좌 운영 실적"]
STOPS = ["가상 2020년 두드림 프로젝트 운영일지"]
ROOMS = ["가상 2020년 무한상상실 운영 실적"]
PROJECTS = ["가상 2020년 민간 과학문화활동 지원사업 현황"]
SURVEYS = ["가상 2020년 만족도 조사 결과"]
VOUCHERS = ["가상 2022년 5월 과학문화바우처 이용 실적"]
TWO = [class_row(1), class_row(2, 5, 12, 60)]
TOTAL = ["합  계", *blank(5), 15, 32, 210]


def fixtures() -> dict[str, bytes]:
    made: dict[str, bytes] = {}
    made["01_cp949.csv"] = text([TITLE, CLASS, *TWO, TOTAL], "cp949")
    made["02_cp949_only_syllables.csv"] = text(
        [["가상 2020년 시설 현황"], FACILITY, ["꿈숖 작은도서관", "작은도서관", "경기 성남시분당구 서현1동"]], "cp949"
    )
    made["03_byte_order_mark.csv"] = text([["사업연도", *STOP], ["2020", *stop(1, "2020-03-02")]], "utf-8-sig")
    made["04_utf16_tabs.csv"] = text([ROOMS, ROOM, room(1, "3.2~3.27"), room(2, "약 한 달")], "utf-16", "\t")
    made["05_html.xls"] = (
        "<html><head><meta charset='utf-8'></head><body><table><tr><td colspan='6'>"
        + "</td></tr>".join([*PROJECTS, ""])
        + "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in [PROJECT, project(1, "30,000")])
        + "</table></body></html>"
    ).encode()
    made["06_encrypted.xlsx"] = encrypted(book(("실적", [TITLE, CLASS, *TWO])))
    made["07_softcamp.xlsx"] = b"SCDSA004" + bytes(range(256)) * 4
    made["07_fasoo.xlsx"] = b"\x9b DRMONE" + bytes(range(256)) * 4
    made["08_hwp_three.hwp"] = b"HWP Document File V3.00 \x1a\x01\x02\x03\x04\x05" + bytes(200)
    head = [blank(9), [*blank(5), "결재", "담당", "팀장", "센터장"], blank(9), ["2020년도 가상 생활과학교실 운영 실적"]]
    head += [blank(9), ["(단위: 회, 명)"], ["기관명: 가상시험센터"], blank(9), ["※ 순인원 기준"], *[blank(9)] * 4]
    made["09_header_in_row_14.xlsx"] = book(("실적", [*head, CLASS, *TWO]))
    made["09_key_and_value_above.csv"] = text(
        [["운영기관", "가상센터", "사업연도", "2020", "강사수", "5"], [], CLASS, *TWO]
    )
    parents = ["기수", "강좌명", "교육장명", "지역", "", "", "운영실적", "", ""]
    children = [*blank(3), "시도", "시군구", "읍면동", "횟수", "순인원", "연인원"]
    made["10_two_rows_unmerged.csv"] = text([TITLE, parents, children, class_row(1), class_row(2, "3,0")])
    middle = [*blank(6), "횟수", "수혜자", ""]
    deepest = [*blank(3), "시도", "시군구", "읍면동", "", "순인원", "연인원"]
    merges = ["A2:A4", "B2:B4", "C2:C4", "D2:F3", "G2:I2", "G3:G4", "H3:I3"]
    made["10_three_rows_merged.xlsx"] = book(("실적", [TITLE, parents, middle, deepest, *TWO]), merges=merges)
    region = [["", *class_row(n)[1:]] for n in range(2, 10)]
    for row in region:
        row[3] = row[4] = ""
    last = class_row(10)
    last[3] = ""
    made["11_merged_regions.xlsx"] = book(
        ("실적", [TITLE, CLASS, class_row(1), *region, last]), merges=["A3:A11", "D3:D11", "E3:E11"]
    )
    wrong = ["소계", *blank(5), 16, 32, 210]
    made["12_totals_everywhere.xlsx"] = book(
        ("실적", [TITLE, CLASS, ["총 합 계", *blank(5), 25, 52, 360], *TWO, ["", "계(A+B)", *blank(4), 15, 32, 210],
                class_row(3), ["", "", "", "서울 계", "", "", 25, 52, 360], ["TOTAL", *blank(5), 25, 52, 360],
                ["평균", *blank(5), 8.3, 17.3, 120], ["누계", *blank(5), 100, 200, 3000]]),
    )  # fmt: skip
    made["12_total_that_is_wrong.csv"] = text([TITLE, CLASS, *TWO, wrong])
    made["13_footnotes.csv"] = text(
        [["가상 2020년 강사 현황"], CENTRE, ["(주)가상과학", 3, 2, 5, ""], ["가상시험센터", 1, 1, 3, ""],
         ["※ 주강사, 보조강사, 2020년 기준"], ["주1) 가상의 수"], ["* 겸직은 뺌"], ["자료: 가상"], ["작성일",
          "2021-01-05"]]
    )  # fmt: skip
    made["14_dashes.csv"] = text(
        [VOUCHERS, VOUCHER[1:], ["서울", "종로구", "차상위", "-", "–", "—"], ["서울", "중구", "차상위", "없음", "-",
         "…"],
         ["서울", "용산구", "차상위", "…", "1", "1"], ["서울", "성동구", "차상위", "x", "1", "1"],
         ["서울", "광진구", "차상위", "", "1", "1"]]
    )  # fmt: skip
    made["15_suffixes_and_full_width.csv"] = text(
        [STOPS, STOP, stop(1, "3.2", "３회", "121,551명"), stop(2, "3.3", "３", "１２０"), stop(3, "3.4", "3 회",
         "1 096"),
         stop(4, "3.5", "3명", "1,096개"), stop(5, "3.6", "3회차", "120명¹⁾")]
    )  # fmt: skip
    made["16_bad_commas.csv"] = text(
        [STOPS, STOP, stop(1, "3.2", "3,0"), stop(2, "3.3", "3", "1,50"), stop(3, "3.4", "3", "1,,096"),
         stop(4, "3.5", "3", "1,096")]
    )  # fmt: skip
    made["17_approximations.csv"] = text(
        [ROOMS, ROOM, *(room(n, "3.2", users) for n, users in enumerate(
            ["약 300명", "50여명", "300명 내외", "100명 이상", "미정", "10~20", "300"], start=1))]
    )  # fmt: skip
    made["18_scales.csv"] = text(
        [SURVEYS, SURVEY, survey(1, "0.892"), survey(2, "89.2%"), survey(3, "4.46", "5점"), survey(4, "4.46점/5점"),
         survey(5, "4.46"), survey(6, "8.9", "10점"), survey(7, "6", "5점"), survey(8, "89,2", "%")]
    )  # fmt: skip
    days = [
        "2020-03-02",
        "2020.3.3",
        "2020. 3. 4.(수)",
        "20.03.05",
        "'20.3.6",
        "2020/3/7",
        "20200308",
        "2020년 3월 9일",
    ]
    days += ["43900", "3.11", "2020년 3월", "2020.2.30", "2021.3.2"]
    made["19_dates.csv"] = text([STOPS, STOP, *(stop(n, day) for n, day in enumerate(days, start=1))])
    periods = ["3.2~3.27", "2020. 11. 2.(월) ~ 11. 3.(화)", "12.28~1.8", "2020.3.2부터 27일까지", "3월~5월", "연중"]
    periods += ["08. 07(　) ~ 08. 19(　)", "3.27~3.2", "2020.12.28 ~ 2021.1.8", "11.9~10."]
    made["20_periods.csv"] = text([ROOMS, ROOM, *(room(n, period) for n, period in enumerate(periods, start=1))])
    apart = [*ROOM[:5], "시작일", "종료일", ROOM[6]]
    ends = [("2020.3.2.(월)", "2020.3.27.(목)"), ("12.30(목)", "1.2(토)"), ("2020.3.27", "2020.3.2")]
    made["20_periods_in_two_columns.csv"] = text(
        [ROOMS, apart, *([*room(n, "")[:5], *end, 30] for n, end in enumerate(ends, start=1))]
    )
    weekdays = ["11.05(금)", "2020.11.6.(금묘일)", "2020.11.7.(목용일)", "2020.11.8.(일)", "2020.11.9. 월요일"]
    made["21_weekdays.csv"] = text([STOPS, STOP, *(stop(n, day) for n, day in enumerate(weekdays, start=1))])
    years = ["2020년도", "’20", "'20", "20년", "FY2020", "2020.0", 2020, "20", "이천이십년"]
    made["22_years.xlsx"] = book(
        ("가상", [["사업연도", *STOP], *([year, *stop(n, f"3.{n}")] for n, year in enumerate(years, start=1))])
    )
    made["22_years_compared_in_the_title.csv"] = text([["가상 2020년 대비 2021년 민간과제"], PROJECT, project(1, 100)])
    made["23_regions_in_one_cell.csv"] = text(
        [["가상 2020년 시설 현황"], FACILITY, *(facility(n, place) for n, place in enumerate(
            ["경기도 성남시분당구 서현1동", "서울금천구독산1동", "세종 한솔동", "세종특별자치시 세종시 한솔동",
             "수원시장안구 율전동", "서울 종로구", "없는시 없는구 없는동"], start=1))]
    )  # fmt: skip
    made["24_administrative_dongs.csv"] = text(
        [["가상 2020년 시설 현황"], FACILITY, *(facility(n, place) for n, place in enumerate(
            ["인천 미추홀구 숭의1·3동", "대구 달서구 두류1,2동", "대구 동구 안심3.4동", "서울 강동구 상일제1동"],
             start=1))]
    )  # fmt: skip
    named = [
        ["서울", "중구"],
        ["부산", "중구"],
        ["", "중구"],
        ["경남", "고성군"],
        ["강원", "고성군"],
        ["부산", "종로구"],
    ]
    made["25_same_names.csv"] = text(
        [["가상 2020년 지역과학관 지원 실적"], MUSEUM,
         *(["가상과학관", f"가상 전시 {n}", "3.2~3.27", 100, *place] for n, place in enumerate(named, start=1)),
         ["가상과학관", "가상 전시 7", "3.2~3.27", 100, "", ""]]
    )  # fmt: skip
    made["25_ambiguous_stop.csv"] = text(
        [STOPS, STOP, ["가상권", "고성군", *stop(1, "3.2")[2:]], ["가상권", "중구", *stop(2, "3.2")[2:]]]
    )
    changed = [
        (2017, "인천", "남구"),
        (2018, "인천", "미추홀구"),
        (2020, "인천", "남구"),
        (2023, "강원특별자치도", "춘천시"),
    ]
    changed += [(2020, "강원특별자치도", "춘천시"), (2023, "대구", "군위군"), (2020, "대구", "군위군")]
    made["26_renamed.csv"] = text(
        [
            ["사업연도", *VOUCHER],
            *([year, "5월", sido, sigungu, "차상위", 9, 5, 100] for year, sido, sigungu in changed),
        ]
    )
    made["27_hidden_and_other_sheets.xlsx"] = book(
        ("작성요령", [["가상의 안내문"]]), ("운영실적", [TITLE, CLASS, *TWO]), ("구버전", [TITLE, CLASS, class_row(9)]),
        ("코드", [["코드", "이름"], ["1", "가상"]]), hidden=["구버전", "코드"],
    )  # fmt: skip
    made["28_hidden_rows.xlsx"] = book(("실적", [TITLE, CLASS, *TWO, class_row(3), TOTAL]), hidden_rows=[4, 6])
    made["29_example_rows.xlsx"] = book(
        ("실적", [PROJECTS, [*PROJECT, "비고"], ["예시) P-00", *project(0, 1)[1:], ""], [*project(9, 1), "작성예시"],
                ["P-08", "(예시) 가상학회", *project(8, 1)[2:], ""], [*project(1, 100), ""]]),
    )  # fmt: skip
    rows = [TITLE, CLASS, *TWO, class_row(3, "약 10회"), TOTAL, ["※ 가상"]]
    made[loose("30_decomposed_최종.xlsx")] = book((loose("운영실적"), [[loose(c) for c in row] for row in rows]))
    made["31_★진짜최종★_수정2_2020(1).csv"] = text([["가상"], PROJECT, project(1, 100)])
    made["31_date_of_sending_20210115.csv"] = text([["가상"], PROJECT, project(1, 100)])
    made["32_rows_twice.csv"] = text(
        [["가상 2020년 민간과제"], PROJECT, project(1, 100), project(2, 5), project(1, 100)]
    )
    made["33_personal_column.csv"] = text([[*TITLE], [*CLASS, "강사명"], [*class_row(1), "가상인물"]])
    made["34_net_and_cumulative.csv"] = text(
        [TITLE, [*CLASS[:7], "연인원", "수혜자수"], *([*class_row(n)[:6], 10, cum, net] for n, (cum, net) in enumerate(
            [(150, 20), (10, 20), (300, 20)], start=1))]
    )  # fmt: skip
    made["34_cumulative_alone.csv"] = text([TITLE, [*CLASS[:7], "연인원"], class_row(1)[:8]])
    made["35_units.xlsx"] = book(
        ("백만원", [["가상 2020년 민간과제 (단위: 백만원)"], PROJECT, project(1, 30), project(2, "0.5"), project(3,
         "3,000만원")]),
        ("천원", [["가상 2021년 민간과제"], [*PROJECT[:4], "지원금(천원)", "참여인원"], project(1, 30000), project(2,
         "1억원")]),
    )  # fmt: skip
    made["36_formulas.xlsx"] = book(
        ("실적", [["가상 2020년 강사 현황"], CENTRE, ["가상일센터", 3, 2, "", 100], ["가상이센터", 1, 1, "", 100]]),
        formulas={"D3": ("=B3+C3", 5), "D4": ("=B4+C4", 2)},
    )
    made["37_line_breaks.csv"] = text(
        [TITLE, ["기수", "강좌명", "교육장\n명", "시·도", "시 군 구", "읍면동", "운영\n횟수(회)",
         "수혜자수\n(순인원)(명)"],
         [1, "가상\n교실", "가상\n주민센터", "서울\n특별시", "종로구\n", "삼청동", "10\n회", 20],
         [1, "가상 교실 2", "가상", "서울", "종로구", "삼청동", "1\n2", 20]]
    )  # fmt: skip
    thirds = [project(1, 33), project(2, 33), project(3, 33)]
    made["38_rounding.csv"] = text(
        [["가상 2020년 민간과제 (단위: 백만원)"], PROJECT, *thirds, ["합계", "", "", "", 100, 151]]
    )
    made |= several_tables()
    return made


def several_tables() -> dict[str, bytes]:
    """Sheets with more than one table, or with one beside what is no form (kind 27, of its own)."""
    made: dict[str, bytes] = {}
    no_term = CLASS[1:]
    made["27_tables_one_below_another.xlsx"] = book(
        ("실적", [TITLE, ["□ 1분기"], no_term, *(row[1:] for row in TWO), ["계", *blank(4), 15, 32, 210], ["※ 가상"],
         [],
                ["□ 2분기"], no_term, class_row(3)[1:], class_row(4, "여섯")[1:], [],
                ["가상 2020년 강사 현황"], CENTRE, ["가상센터", 3, 2, 6, ""]]),
    )  # fmt: skip
    first = [["가상 2020년 1분기 실적"], CLASS, *TWO, class_row(3)]
    second = [["가상 2020년 2분기 실적"], CLASS, class_row(4, term=2), class_row(5, "약 3", term=2)]
    made["27_tables_side_by_side.xlsx"] = book(("실적", beside(first, second)))
    made["27_text_tables_side_by_side.csv"] = text(beside(first, second))
    summary = [
        ["집계"],
        ["구분", "강좌수", "횟수", "수혜자"],
        ["1분기", 2, 15, 32],
        ["2분기", 0, 0, 0],
        ["계", 2, 15, 32],
    ]
    made["27_summary_below.csv"] = text([TITLE, CLASS, *TWO, [], *summary])
    made["27_summary_beside.xlsx"] = book(("실적", beside([TITLE, CLASS, *TWO], summary)))
    page = [CLASS, class_row(3)]
    made["27_printed_pages.csv"] = text([TITLE, ["(단위: 명)"], CLASS, *TWO, ["- 1 -"], TITLE, ["(단위: 명)"], *page])
    scratch = [f"메모 {n}" if n % 7 else ["운영횟수", "강좌명", "시도"][n % 3] for n in range(200)]
    junk = [[(n * row) % 97 if n % 2 else "가상" for n in range(200)] for row in range(1, 9)]
    made["27_two_hundred_columns.xlsx"] = book(("실적", beside([TITLE, CLASS, *TWO], [[], scratch, *junk])))
    made["27_text_two_hundred_columns.csv"] = text(beside([[], scratch, *junk], [TITLE, CLASS, *TWO]))
    return made


if __name__ == "__main__":
    for name, data in fixtures().items():
        (HERE / unicodedata.normalize("NFC", name)).write_bytes(data)
