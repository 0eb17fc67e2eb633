"""What the museums' association reports.

Do Dream tours (do_dream_operation), travelling exhibits (science_museum_support).
"""

import datetime as dt

from sciculture_sample.apportion import apportion, contiguous_slices
from sciculture_sample.history import MUSEUM_VISITORS, TOURS
from sciculture_sample.places import SHORT_SIDO, Place
from sciculture_sample.records import Period, Record, Table
from sciculture_sample.register import MUSEUM_POOL
from sciculture_sample.years import MUSEUM_ASSOCIATION, ProgramYear, Report

TOUR_REGIONS = ("서울", "인천·경기", "강원", "충북", "대전·충남", "전북", "광주·전남", "대구·경북", "부산·경남", "제주")
VENUES = ("초등학교 체육관", "군민회관", "청소년수련관", "마을회관", "지역아동센터")
EXHIBITS = ("빛의 과학", "공룡의 시간", "바다 탐험", "인공지능 놀이터", "달에 가다", "미래의 탈것")
KINDS = ("국립", "공립", "사립")
DAYS_AT_A_STOP = 2


def do_dream(year: ProgramYear) -> Report:
    """A table for every tour region: stops of two days each, and one stop-day that was called off."""
    figures, rng = TOURS[year.year], year.rng("do dream")
    institutions = year.institutions(MUSEUM_POOL, len(TOUR_REGIONS))
    sessions = apportion(figures.sessions, [rng.uniform(0.6, 1.4) for _ in range(figures.operating_days)], 1, 30)
    visitors = apportion(figures.visitors, [rng.uniform(0.3, 1.7) for _ in range(figures.operating_days)], low=3)
    days = list(zip(sessions, visitors, strict=True))
    tables = []
    for number, part in enumerate(contiguous_slices(len(days), len(TOUR_REGIONS))):
        region, museum, own = TOUR_REGIONS[number], institutions[number], days[part]
        districts = _districts_of(region, year)
        rng.shuffle(districts)
        records: list[Record] = []
        for index, (times, people) in enumerate(own):
            stop = districts[index // DAYS_AT_A_STOP % len(districts)]
            day = year.day(4 + index // DAYS_AT_A_STOP % 8, 5 + 2 * number) + dt.timedelta(days=index % DAYS_AT_A_STOP)
            records.append(_stop_day(region, stop, museum.name, rng.choice(VENUES), day, times, people))
        if number == len(TOUR_REGIONS) - 2:
            called_off = year.day(12, 3)
            records.append(_stop_day(region, districts[0], museum.name, VENUES[0], called_off, 0, 0))
        about = f"{region} 권역"
        received = year.received(13, 4, number)
        tables.append(
            Table("do_dream_operation", year.year, MUSEUM_ASSOCIATION, records, received, number + 3, about=about)
        )
    summary = {
        "session_count": figures.sessions,
        "operating_day_count": figures.operating_days,
        "visitor_count": figures.visitors,
    }
    return Report(tables, institutions, {"do_dream": summary})


def _districts_of(region: str, year: ProgramYear) -> list[Place]:
    names = region.split("·")
    return [place for place in year.districts if SHORT_SIDO[place.sido] in names]


def _stop_day(region: str, stop: Place, museum: str, venue: str, day: dt.date, times: int, people: int) -> Record:
    return {
        "tour_region": region,
        "stop_name": " ".join(part for part in (SHORT_SIDO[stop.sido], stop.sigungu) if part),
        "place": stop,
        "institution_name": museum,
        "venue_name": venue,
        "operation_date": day,
        "session_count": times,
        "visitor_count": people,
    }


def travelling_exhibits(year: ProgramYear) -> Report:
    """Ten museums with two exhibits each."""
    rng = year.rng("exhibits")
    institutions = year.institutions(MUSEUM_POOL, 20)[10:]
    visitors = apportion(MUSEUM_VISITORS[year.year], [rng.uniform(0.4, 1.6) for _ in range(20)], low=100)
    records: list[Record] = []
    for one in sorted(institutions, key=lambda one: one.seat.sigungu_code):
        for exhibit in rng.sample(EXHIBITS, 2):
            start = year.some_day(rng, 3, 10)
            period = Period(start, start + dt.timedelta(days=rng.randint(14, 60)))
            records.append(
                {
                    "place": one.seat,
                    "museum_name": one.name,
                    "museum_type": KINDS[int(one.code[-1]) % len(KINDS)],
                    "exhibit_name": exhibit,
                    "period": period,
                    "visitor_count": visitors.pop(),
                    "operating_day_count": (period.end - period.start).days,
                    "support_amount_krw": rng.randint(10, 50) * 1_000_000,
                }
            )
    received = year.received(13, 11)
    table = Table("science_museum_support", year.year, MUSEUM_ASSOCIATION, records, received, year.year + 5)
    summary = {"museum_count": len(institutions), "visitor_count": MUSEUM_VISITORS[year.year]}
    return Report([table], institutions, {"science_museum_support": summary})
