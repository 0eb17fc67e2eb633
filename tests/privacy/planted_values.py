"""Invented personal values in many spellings, and what only looks like them. No number here is given out: blocks of
zeros, days that don't exist, domains that can't; no such person lives."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

SIGNS = ["-", ".", " ", "~", "_", ":", "/", ",", " - ", "  ", "–", "ㅡ", "·", ") ", "－", "] ["]
UNSEEN = ["\u200f", "\u200e", "\u200b", "\u00ad", "\u2060"]
FULL_WIDTH = str.maketrans("0123456789-@.", "０１２３４５６７８９－＠．")
NAMES = ["홍가상", "김가상", "이상상", "박없음이", "남궁가상", "최모상", "정허구", "John Doe", "홍 가 상"]
Random = random.Random


def _digits(rng: Random, count: int) -> str:
    return "".join(rng.choice("0123456789") for _ in range(count))


def mobile(rng: Random) -> str:
    prefix, sign = rng.choice(["010", "010", "010", "011", "016", "019"]), rng.choice(SIGNS)
    middle, last = "0000", f"{rng.randrange(9000, 10000)}"
    return rng.choice(
        [
            lambda: f"{prefix}{sign}{middle}{sign}{last}",
            lambda: f"({prefix}) {middle}-{last}",
            lambda: f"{prefix}){middle}){last}",
            lambda: f"{prefix}{middle}{last}",
            lambda: f"{prefix}-{middle}{last}",
            lambda: f"Mob{prefix}-{middle}-{last}",
            lambda: f"M. {prefix} {middle} {last}",
            lambda: f"+82 10-{middle}-{last}",
            lambda: f"+82(0)10 {middle} {last}",
            lambda: f"0082-10-{middle}-{last}",
            lambda: " ".join(f"{prefix}{middle}{last}"),
            lambda: f"{prefix}{rng.choice(UNSEEN)}-{middle}-{last}",
            lambda: f"{prefix}-{middle}-{last}".translate(FULL_WIDTH),
            lambda: f"H.P:{prefix}-{middle}-{last}",
        ]
    )()


def resident(rng: Random) -> str:
    birth, rest = (
        f"{rng.randrange(60, 100):02}{rng.randrange(1, 13):02}00",
        f"{rng.choice('12345678')}00000{_digits(rng, 1)}",
    )
    sign = rng.choice(["-", " - ", "–", ".", " ", ",", "~", "/", ":", "_", "－"])
    return rng.choice(
        [
            lambda: f"{birth}{sign}{rest}",
            lambda: f"{birth}{rest}",
            lambda: f"{birth}-{rest[0]} {rest[1:]}",
            lambda: " ".join(birth) + " - " + " ".join(rest),
            lambda: f"{birth}\u200f-{rest}",
            lambda: f"({birth}-{rest})",
            lambda: f"{birth}-{rest}".translate(FULL_WIDTH),
            lambda: f"주민번호 {birth}-{rest[0]}******",
        ]
    )()


def email(rng: Random) -> str:
    local, domain = (
        f"invented{_digits(rng, 4)}",
        rng.choice(["naver.com", "gmail.com", "example.invalid", "hanmail.net"]),
    )
    name, ending = domain.split(".")
    return rng.choice(
        [
            lambda: f"{local}@{domain}",
            lambda: f"{local}@{name},{ending}",
            lambda: f"{local}@{name} .{ending}",
            lambda: f"{local}@{name}. {ending}",
            lambda: f"{local}@@{domain}",
            lambda: f"{local} @ {domain}",
            lambda: f"{local}(at){domain}",
            lambda: f"{local}[at]{name}.{ending}",
            lambda: f"{local}@{name}..{ending}",
            lambda: f"{local}＠{domain}",
            lambda: f"{local} 골뱅이 {domain}",
            lambda: f"{local}@{name}(dot){ending}",
            lambda: f"{local}@{name}\u200b.{ending}",
            lambda: f"가상인<{local}@{domain}>",
        ]
    )()


def card(rng: Random) -> str:
    sign = rng.choice(["-", " ", "/", ".", "_", "~", ":"])
    return rng.choice(
        [
            lambda: sign.join(["4000", "0000", "0000", "0002"]),
            lambda: "4000000000000002",
            lambda: f"카드번호: 9400{_digits(rng, 12)}",
            lambda: "-".join(["5100", "0000", "0000", "0008"]).translate(FULL_WIDTH),
            lambda: "3700-000000-00002",
        ]
    )()


def account(rng: Random) -> str:
    return rng.choice(
        [
            lambda: f"112-0000-0000-{_digits(rng, 2)}",
            lambda: f"신한 110-000-{_digits(rng, 6)}",
            lambda: f"카카오뱅크 3333-00-{_digits(rng, 7)}",
            lambda: f"토스뱅크 1000-0000-{_digits(rng, 4)}",
            lambda: f"국민은행 000000-01-{_digits(rng, 6)}",
            lambda: f"농협 301-0000-{_digits(rng, 4)}-01",
            lambda: f"부산은행 {_digits(rng, 12)}",
            lambda: f"새마을금고 9000-0000-{_digits(rng, 4)}-0",
            lambda: f"계좌 {_digits(rng, 3)}.{_digits(rng, 6)}.00.001",
            lambda: f"케이뱅크 100-100-{_digits(rng, 6)}",
            lambda: f"우체국 000000/02/{_digits(rng, 6)}",
            lambda: f"{_digits(rng, 11)} 예금주 홍가상",
        ]
    )()


def passport(rng: Random) -> str:
    letter = rng.choice("MSRG")
    return rng.choice(
        [
            lambda: f"{letter}000A0{_digits(rng, 3)}",
            lambda: f"여권 {letter} 0000{_digits(rng, 4)}",
            lambda: f"여권번호: {letter}{_digits(rng, 8)}",
            lambda: f"PASSPORT {letter}0000{_digits(rng, 4)}",
            lambda: f"passport no. {letter.lower()}000a0{_digits(rng, 3)}",
            lambda: f"여권 {letter} 000 A 0{_digits(rng, 3)}",
        ]
    )()


def licence(rng: Random) -> str:
    return rng.choice(
        [
            lambda: f"11-{_digits(rng, 2)}-000000-{_digits(rng, 2)}",
            lambda: f"면허번호 11{_digits(rng, 2)}000000{_digits(rng, 2)}",
            lambda: f"운전면허 26 {_digits(rng, 2)} 000000 {_digits(rng, 2)}",
            lambda: f"면허 서울 {_digits(rng, 2)}-000000-{_digits(rng, 2)}",
            lambda: f"12.{_digits(rng, 2)}.000000.{_digits(rng, 2)}",
        ]
    )()


def birth(rng: Random) -> str:
    year, month, day = rng.randrange(1950, 2012), rng.randrange(1, 13), rng.randrange(1, 29)
    return rng.choice(
        [
            lambda: f"생년월일 {year}-{month:02}-{day:02}",
            lambda: f"홍가상({year}.{month:02}.{day:02}생)",
            lambda: f"홍가상 {year}.{month}.{day}",
            lambda: f"김가상 / {year}{month:02}{day:02}",
            lambda: f"DOB: {year}/{month:02}/{day:02}",
            lambda: f"{year}년 {month}월 {day}일생",
            lambda: f"출생일: {year % 100:02}{month:02}{day:02}",
        ]
    )()


KINDS: list[Callable[[Random], str]] = [
    mobile,
    mobile,
    resident,
    resident,
    email,
    email,
    card,
    account,
    passport,
    licence,
    birth,
]

PERSON_HEADERS = [
    "참여학생명",
    "수혜아동명",
    "담당자",
    "담당자명",
    "담당자(명)",
    "대표자",
    "대표자명",
    "대표자 성명",
    "보호자",
    "참가자",
    "참가자 이름",
    "강사",
    "강사명",
    "주강사",
    "보조강사명",
    "심사위원",
    "평가위원명",
    "신청인",
    "신청자",
    "책임자",
    "연구책임자",
    "참여자 명단",
    "명단",
    "성명",
    "학생",
    "학부모 성명",
    "멘토",
    "멘티",
    "위원",
    "직원",
    "지도교사",
    "인솔교사",
    "수상자",
    "센터장",
    "기관장 성명",
    "봉사자명",
    "회원명",
    "작성자",
    "Participant",
    "Teacher",
    "교육생(명단)",
    "발표자",
    "토론자",
    "해설사",
    "수령인",
    "입금자명",
]
ANY_CONTENT_HEADERS = [
    "출생일",
    "DOB",
    "생년월일",
    "생 년 월 일",
    "출생년월일",
    "주민등록번호",
    "휴대폰",
    "Birth date",
    "학생 생년월일",
    "여권번호",
]
COLUMN_NAMES = [
    ["홍가상", "김가상", "이상상"],
    ["남궁가상", "박허구", "최모상"],
    ["홍 가 상", "김 가 상"],
    ["John Doe", "Jane Roe"],
    ["홍*상", "김○상"],
    ["홍가상, 김가상", "이상상"],
    ["홍가상 교수", "김가상 박사"],
    ["홍가상(가상대학교)", "김가상(가상초)"],
    ["응우옌 반", "레 티 가"],
    ["김가", "홍상"],
    ["洪假想", "金假想"],
    ["홍가상 외 2명", "김가상"],
    ["1. 홍가상", "2. 김가상"],
]

# (header, cells) that are no person's.
INNOCENT: list[tuple[str, list[str]]] = [
    ("비고", ["37.9410148007839,127.2515157501227", "37.5665, 126.9780"]),
    ("위도", ["37.9410148007839", "35.1795543"]),
    ("경도", ["127.2515157501227", "129.0756416"]),
    ("만족도", ["82.18085106382979", "42.2009253139458"]),
    ("비율", ["0.010123456789", "99.9001001000000"]),
    ("발생년월일", ["2020-01-01", "20200302"]),
    ("발생일", ["2020.1.1", "2020.3.2"]),
    ("소재지 상세주소", ["가상로 12", "가상동 3-4"]),
    ("도로명상세주소", ["가상로 12, 3층"]),
    ("학교 상세주소", ["가상길 7"]),
    ("도서관 상세주소", ["가상대로 100 (가상동)"]),
    ("소재지도로명주소", ["서울특별시 종로구 가상로 12"]),
    ("대표전화", ["02-559-3800", "031)000-0000", "1588-0000", "070-0000-0000"]),
    ("담당자 연락처", ["042-000-0000"]),
    ("기관 이메일", ["info@example.re.kr"]),
    ("문의", ["※ 문의: 운영팀 02-559-3847, edu@example.go.kr"]),
    ("사업자등록번호", ["123-45-67890"]),
    ("법인등록번호", ["110111-1234567"]),
    ("ISBN", ["9788912345678"]),
    ("바코드", ["8801234567893"]),
    ("비고", ["8801234567893"]),
    ("과제번호", ["2020-01-001234", "11-00-000000-00"]),
    ("관리번호", ["B01012345678", "123-456-789012"]),
    ("문서번호", ["제011-2020-0001호"]),
    ("기간", ["2020-03-02 ~ 2020-05-30", "2020.03.02.~05.30.", "20.3.2-20.5.30"]),
    ("시간", ["10:00~11:30", "01:10 - 02:20"]),
    ("사업비", ["1,101,111,234,567", "1101111234567", "12,345,678,901원"]),
    ("금액(원)", ["9001001000000"]),
    ("강사", ["3", "12명"]),
    ("강사수", ["3"]),
    ("참가자", ["1,015", "15명"]),
    ("수강생 명", ["15", "20"]),
    ("학생", ["120", "98"]),
    ("담당자", ["있음", "없음"]),
    ("보호자", ["O", "X"]),
    ("대표자", ["가상대학교", "가상재단"]),
    ("강사", ["초등교사", "대학교수", "전문가"]),
    ("참가자", ["초등학생", "지역주민", "학부모"]),
    ("신청인", ["가상초등학교", "가상도서관"]),
    ("직원", ["정규직", "계약직"]),
    ("위원", ["내부", "외부"]),
    ("멘토", ["대학생", "대학원생"]),
    ("책임자", ["센터장", "팀장"]),
    ("참여학생", ["중학생", "고등학생", "전체"]),
    ("담당자", ["과학문화팀", "교육지원과", "운영부"]),
    ("수혜자", ["다문화가정", "장애인", "어르신"]),
    ("회원", ["정회원", "준회원"]),
    ("강사명", ["3", "4"]),
    ("프로그램 이름", ["신나는 과학", "로봇 교실"]),
    ("시설명", ["가상 주민센터"]),
    ("이메일 발송 건수", ["120"]),
    ("좌표", ["198765.4321098", "200925.3139458"]),
    ("PNU코드", ["4113510900106700000"]),
    ("연도별", ["2016 2017 2018 2019"]),
    ("비고", ["1 2 3 4 5 6 7 8 9 10 11 12", "10, 20, 30, 40, 50"]),
    ("버전", ["1.10.0123.4567"]),
    ("IP", ["192.168.0.101"]),
    ("비고", ["은행나무 관찰 12345", "우리 동네 과학 2020-01-001234", "한국은행 화폐박물관 2020-03-02 견학"]),
    ("비고", ["박물관 1995.05.03 개관", "과학관(2010.10.10)", "2020.3.2 생태 체험", "재생일 2020-01-01"]),
    ("우편번호", ["13529"]),
    ("비고", ["로봇@과학관", "100원 @ 3개", "SNS @science_invented"]),
    ("면적", ["1234.56㎡"]),
    ("여권", ["해당없음"]),
    ("카드", ["교통카드 태그 1200회"]),
    ("면허", ["해당없음"]),
    ("계좌 수", ["3"]),
    ("비고", ["통장 정리 2020.03.02"]),
    ("순번", ["1", "2"]),
    ("URL", ["https://example.re.kr/view?id=20200302143000&no=0101"]),
    ("비고", ["20200302143000123"]),
    ("참가자 구분", ["참가자", "학생"]),
    ("주소", ["서울특별시 종로구 삼청로 30 (소격동)", "경기도 수원시 장안구 정조로 1012-3"]),
]


def planted(count: int, seed: int) -> Iterator[tuple[Random, str]]:
    """So many invented values, each with what chance decides on it."""
    rng = random.Random(seed)
    for number in range(count):
        yield rng, KINDS[number % len(KINDS)](rng)
