"""The editions of congresses, forums and symposia: what is known of the real ones, the rest invented around it."""

import datetime as dt
from typing import NamedTuple

MINISTRY, MUSEUM = "Ministry of Science and ICT", "National Science Museum"


class Edition(NamedTuple):
    """An edition. `month_only`: its days are not known. Without `city` it was online."""

    series: str
    number: int | None
    title: str
    start: dt.date
    end: dt.date
    venue: str
    city: str = ""
    country: str = "KR"
    theme: str = ""
    subtheme: str = ""
    host: tuple[str, ...] = ()
    organizer: tuple[str, ...] = ()
    sponsor: tuple[str, ...] = ()
    papers: int | None = None
    month_only: bool = False
    participants: int | None = None
    accompanying: int | None = None
    countries: int = 8


def _days(start: str, last: int) -> tuple[dt.date, dt.date]:
    first = dt.date.fromisoformat(start)
    return first, first + dt.timedelta(days=last - 1)


SPONSORS_OF_THE_13TH = (
    "Gwacheon National Science Museum", "Gwangju National Science Museum", "Daegu National Science Museum",
    "Busan National Science Museum", "Korea Foundation for the Advancement of Science and Creativity",
    "Daejeon Metropolitan City", "Daejeon Transportation Culture Institute",
)  # fmt: skip
# Number, first day, days, venue, city, theme, papers, countries. Days of the 1st and venues of some are invented.
_SYMPOSIA = (
    (1, "2011-10-20", 2, "국립중앙과학관", "Daejeon", "", None, 8),
    (2, "2012-09-01", 30, "BEXCO", "Busan", "", None, 8),
    (3, "2013-10-31", 1, "국립중앙과학관", "Daejeon", "우리가 바라는 미래의 과학관", None, 9),
    (4, "2014-11-07", 2, "국립중앙과학관", "Daejeon", "과학, 대중에게 말을 걸다", 102, 10),
    (5, "2015-10-22", 2, "대전컨벤션센터", "Daejeon", "상상력과 창의력 기반의 과학문화 확산", 209, 12),
    (6, "2016-10-06", 2, "국립중앙과학관", "Daejeon", "과학관의 사회적 책무", 179, 15),
    (7, "2017-11-09", 2, "국립중앙과학관", "Daejeon", "과학관에서 예술을 읽다", 116, 11),
    (8, "2018-11-08", 2, "국립중앙과학관", "Daejeon", "", None, 9),
    (9, "2019-11-07", 2, "국립중앙과학관", "Daejeon", "과학문화의 플랫폼", 109, 9),
    (10, "2020-11-05", 2, "온라인", "", "Science Museums & Centers with SDGs", 126, 9),
    (11, "2021-11-04", 2, "온라인", "", "과학자본과 과학관", 73, 9),
    (12, "2022-11-03", 2, "국립중앙과학관", "Daejeon", "과학과 사회의 조화를 위한 시민참여와 과학관", None, 9),
    (13, "2023-11-02", 2, MUSEUM, "Daejeon", "SPACE: Crisis or Opportunity", None, 9),
    (14, "2024-10-18", 3, "대전컨벤션센터", "Daejeon", "디지털 대전환 속 과학관의 기회와 도전", None, 10),
    (15, "2025-10-30", 2, "국립중앙과학관", "Daejeon", "AI 시대 과학관이 추구해야 할 가치와 역할", None, 6),
)


def symposia() -> list[Edition]:
    """The International Symposium of Science Museums, yearly since 2011."""
    editions = []
    for number, start, days, venue, city, theme, papers, countries in _SYMPOSIA:
        edition = Edition(
            "ISSM",
            number,
            f"제{number}회 국제과학관심포지엄",
            *_days(start, days),
            venue,
            city,
            theme=theme,
            papers=papers,
            host=("과학기술정보통신부",) if number > 6 else ("미래창조과학부",),
            organizer=("국립중앙과학관",),
            month_only=number == 2,
            countries=countries,
        )
        if number == 13:
            edition = edition._replace(
                title="13th International Symposium of Science Museums 2023",
                subtheme="Power of Space that Gathers People",
                host=(MINISTRY,), organizer=(MUSEUM,), sponsor=SPONSORS_OF_THE_13TH,
            )  # fmt: skip
        editions.append(edition)
    return editions


class Series(NamedTuple):
    """A yearly series: its title, the year before its first edition, and the countries in which it may be held."""

    title: str
    zero: int
    size: int
    sponsor: tuple[str, ...]


SERIES = {
    "UKC": Series(
        "한미 과학기술 학술대회 {} UKC", 1998, 1_100, ("과학기술정보통신부", "한국연구재단", "KIST", "KAIST")
    ),
    "EKC": Series(
        "한·유럽 과학기술 학술대회 {} EKC", 2007, 640, ("과학기술정보통신부", "한국연구재단", "KIST 유럽연구소")
    ),
    "CKC": Series("한·캐나다 과학기술대회 {} CKC", 2010, 330, ("과학기술정보통신부", "재외동포재단", "NRC")),
    "AKC": Series("한·아시아 과학기술 학술대회 {} AKC", 2008, 240, ("과학기술정보통신부", "한국연구재단")),
    "CISKC": Series("한·CIS 과학기술 학술대회 {} CISKC", 2010, 160, ("과학기술정보통신부", "재외동포재단")),
    "YGF": Series("{} 한민족청년과학도포럼", 2001, 105, ("과학기술정보통신부", "재외동포재단")),
    "YPF": Series("{} 차세대과학기술리더포럼", 2017, 80, ("과학기술정보통신부",)),
    "WCKSE": Series(
        "{} 세계한인과학기술인대회", 2022, 500, ("과학기술정보통신부", "한국과학기술한림원", "한국공학한림원")
    ),
}
# First day, days, city, country. Known ones as they were; the others are invented. No city: online.
_HELD: dict[str, tuple[tuple[str, int, str, str], ...]] = {
    "UKC": (
        ("2016-08-10", 4, "Dallas", "US"), ("2017-08-09", 4, "Washington", "US"), ("2018-08-01", 4, "New York", "US"),
        ("2019-08-14", 4, "Chicago", "US"), ("2020-12-16", 3, "", "US"), ("2021-12-15", 4, "Orange County", "US"),
        ("2022-08-17", 4, "Arlington", "US"), ("2023-08-09", 4, "Dallas", "US"),
        ("2024-08-21", 4, "San Francisco", "US"), ("2025-08-06", 4, "Atlanta", "US"),
    ),
    "EKC": (
        ("2016-07-27", 4, "Berlin", "DE"), ("2017-07-26", 4, "Stockholm", "SE"), ("2018-07-15", 4, "Glasgow", "GB"),
        ("2019-07-15", 4, "Vienna", "AT"), ("2021-08-03", 2, "", "FR"), ("2022-07-18", 4, "Marseille", "FR"),
        ("2023-08-14", 4, "Munich", "DE"), ("2024-07-29", 4, "Coventry", "GB"), ("2025-07-28", 4, "Vienna", "AT"),
    ),
    "CKC": (
        ("2016-07-31", 3, "Ottawa", "CA"), ("2017-07-30", 4, "Montreal", "CA"), ("2018-06-17", 4, "Toronto", "CA"),
        ("2019-07-21", 4, "Vancouver", "CA"), ("2020-11-19", 2, "", "CA"), ("2021-10-21", 2, "", "CA"),
        ("2022-07-24", 4, "Halifax", "CA"), ("2023-07-23", 4, "Banff", "CA"), ("2024-06-16", 5, "Toronto", "CA"),
        ("2025-07-13", 4, "Calgary", "CA"),
    ),
    "AKC": (
        ("2016-11-10", 3, "Tokyo", "JP"), ("2018-11-15", 3, "Singapore", "SG"), ("2019-11-21", 3, "Osaka", "JP"),
        ("2022-11-17", 3, "Tokyo", "JP"), ("2024-11-14", 3, "Singapore", "SG"),
    ),
    "CISKC": (
        ("2017-09-21", 3, "Moscow", "RU"), ("2019-09-19", 3, "Almaty", "KZ"), ("2021-10-14", 2, "", "UZ"),
        ("2023-09-14", 3, "Tashkent", "UZ"), ("2025-09-18", 3, "Almaty", "KZ"),
    ),
    "YGF": (
        ("2016-07-11", 6, "Seoul", "KR"), ("2017-07-10", 6, "Seoul", "KR"), ("2018-07-09", 6, "Seoul", "KR"),
        ("2019-07-08", 6, "Seoul", "KR"), ("2020-08-24", 3, "", "KR"), ("2021-08-23", 3, "", "KR"),
        ("2022-07-04", 6, "Seoul", "KR"), ("2023-07-03", 6, "Seoul", "KR"), ("2024-07-08", 6, "Seoul", "KR"),
        ("2025-07-07", 6, "Seoul", "KR"),
    ),
    "YPF": (
        ("2018-07-12", 2, "Seoul", "KR"), ("2019-07-11", 2, "Seoul", "KR"), ("2020-09-10", 2, "", "KR"),
        ("2021-09-09", 2, "", "KR"), ("2022-07-07", 2, "Seoul", "KR"), ("2023-07-06", 2, "Seoul", "KR"),
        ("2024-07-11", 2, "Seoul", "KR"), ("2025-07-10", 2, "Seoul", "KR"),
    ),
    "WCKSE": (
        ("2023-07-04", 4, "Seoul", "KR"), ("2024-07-09", 3, "Seoul", "KR"), ("2025-07-08", 3, "Seoul", "KR"),
    ),
}  # fmt: skip
# Series that weren't held every year number their editions without a gap.
_FIRST_NUMBER = {"AKC": 8, "CISKC": 6}


def congresses() -> list[Edition]:
    """The federation's editions of 2016 to 2025."""
    editions = []
    for code, held in _HELD.items():
        series = SERIES[code]
        for index, (start, days, city, country) in enumerate(held):
            year = int(start[:4])
            number = _FIRST_NUMBER[code] + index if code in _FIRST_NUMBER else year - series.zero
            participants, accompanying = _KNOWN_NUMBERS.get((code, year), (None, None))
            editions.append(
                Edition(
                    code,
                    number,
                    series.title.format(year),
                    *_days(start, days),
                    f"{city} 컨벤션센터" if city else "온라인",
                    city,
                    country,
                    host=("한국과학기술단체총연합회",),
                    organizer=("한국과학기술단체총연합회",),
                    sponsor=series.sponsor,
                    participants=participants,
                    accompanying=accompanying,
                )
            )
    return editions


_KNOWN_NUMBERS = {("EKC", 2019): (707, 205), ("YGF", 2024): (103, None)}
# An edition of EKC before the years of the sample, and events without a number.
FEDERATION_HISTORY = (
    Edition(
        "SNSTC", None, "민족과학기술학술대회", *_days("2006-04-04", 5), "인민문화궁전", "Pyeongyang", "KP",
        host=("한국과학기술단체총연합회",), participants=126,
    ),
    Edition(
        "EKC", 7, SERIES["EKC"].title.format(2014), *_days("2014-07-22", 4), "Vienna 컨벤션센터", "Vienna", "AT",
        host=("한국과학기술단체총연합회",), sponsor=SERIES["EKC"].sponsor, participants=450, accompanying=200,
    ),
)  # fmt: skip
DEBATE = Edition(
    "NSTI_DEBATE", None, "2017 국가 과학기술혁신 국회 대토론회", *_days("2017-11-28", 1), "국회의원회관", "Seoul",
    host=("한국과학기술단체총연합회", "국회"), organizer=("한국과학기술단체총연합회",), participants=400,
)  # fmt: skip
