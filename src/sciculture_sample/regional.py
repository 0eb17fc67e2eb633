"""Local science culture centres and the Science City of the Year (regional_culture_support)."""

import random

from sciculture_sample.history import HUB_CENTRES
from sciculture_sample.places import SHORT_SIDO, Place
from sciculture_sample.records import Record, Table
from sciculture_sample.register import CITY_POOL, HUB_POOL, Institution
from sciculture_sample.years import ProgramYear, Report

# The provinces in the order in which their centres began, the cities by year; those after 2021 are invented.
HUB_SIDO = ("경남", "충북", "대전", "부산", "강원", "경기", "경북", "세종", "인천", "전남")
CITIES = {
    2020: ("대전", "유성구"), 2021: ("강원", "강릉시"), 2022: ("전남", "순천시"), 2023: ("경북", "포항시"),
    2024: ("충북", "청주시"), 2025: ("경남", "창원시"),
}  # fmt: skip
PROJECTS = (
    "지역 과학축제", "과학문화 해설사 양성", "시민과학 프로젝트", "과학 강연 시리즈", "동네 과학관 탐방",
    "과학문화 콘텐츠 제작", "청소년 과학기자단", "과학문화 네트워크 포럼", "찾아가는 과학버스", "과학산책로 조성",
)  # fmt: skip


def regional_support(year: ProgramYear) -> Report:
    """A table of some ten projects by every centre, and one by the year's city."""
    count, rng = HUB_CENTRES.get(year.year, 0), year.rng("regional")
    if not count:
        return Report([])
    operators = year.institutions(HUB_POOL, count)
    tables = []
    for number, (one, sido) in enumerate(zip(operators, HUB_SIDO, strict=False)):
        place = next(place for place in year.districts if SHORT_SIDO[place.sido] == sido)
        tables.append(_table(year, one, "거점센터", place, number, rng))
    city_office = year.institutions(CITY_POOL, len(CITIES))[year.year - min(CITIES)]
    identity = (*CITIES[year.year], "")
    city = next(place for place in year.districts if place.identity == identity)
    tables.append(_table(year, city_office, "과학문화도시", city, count, rng))
    amounts = [record["participant_count"] for table in tables for record in table.records]
    summary = {
        "hub_center_count": count,
        "science_city_count": 1,
        "project_count": len(amounts),
        "participant_count": sum(amount for amount in amounts if isinstance(amount, int)),
    }
    return Report(tables, [*operators, city_office], {"regional_culture_support": summary})


def _table(year: ProgramYear, operator: Institution, kind: str, place: Place, number: int, rng: random.Random) -> Table:
    records: list[Record] = []
    for project in rng.sample(PROJECTS, rng.randint(8, 10)):
        national = rng.randint(5, 35) * 1_000_000
        records.append(
            {
                "support_type": kind,
                "place": place,
                "operator_name": operator.name,
                "designated_date": year.day(2, 14),
                "project_name": project,
                "session_count": rng.randint(1, 40),
                "participant_count": rng.randint(60, 4_000),
                "national_fund_krw": national,
                "local_fund_krw": national,
            }
        )
    received = year.received(13, 6, number)
    return Table("regional_culture_support", year.year, operator.name, records, received, number + 4)
