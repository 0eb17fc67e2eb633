"""Congresses, forums and symposia as their organisers report them.

Editions (event_edition), who came (event_attendance).
"""

import random
from collections.abc import Sequence

from sciculture_sample.apportion import apportion
from sciculture_sample.editions import DEBATE, FEDERATION_HISTORY, SERIES, Edition, congresses, symposia
from sciculture_sample.records import Period, Record, Table
from sciculture_sample.years import FEDERATION, SCIENCE_MUSEUM, ProgramYear, Report

STATUS = {"plan": "계획", "actual": "실적"}
MODES = {"onsite": "대면", "online": "온라인", "hybrid": "혼합"}
PLANS = {("YGF", 2024): 110}
COUNTRIES = (
    "KR", "US", "JP", "DE", "GB", "CA", "FR", "CN", "SG", "AT", "AU", "NL", "CH", "SE", "RU", "KZ", "UZ", "FI", "NZ",
    "VN",
)  # fmt: skip
TYPES = {"연사": 1, "일반": 6, "학생": 3}
ONLINE_TYPES = {"연사": 1, "온라인": 9}
COUNTRIES_OF_THE_FORUM = {2024: 16}  # 18 in other years
MISCOUNT = 5  # so many more came to one edition by the attendance than by the edition's own number


def events(year: ProgramYear) -> Report:
    """Every organiser's plans at the start of the year, what became of them, and who came."""
    held = {
        FEDERATION: [one for one in [*congresses(), DEBATE] if one.start.year == year.year],
        SCIENCE_MUSEUM: [one for one in symposia() if one.start.year == year.year],
    }
    rng = year.rng("events")
    tables, counted = [], []
    for number, (sender, editions) in enumerate(held.items()):
        whole = [_with_numbers(one, year, rng) for one in editions]
        actual = [_row(one, "actual") for one in whole if not _is_planned_yet(one)]
        plans = [_row(_planned(one), "plan") for one in whole]
        received, style = year.received(13, 12, number), year.year * 5 + 7 * number
        early = year.received(2, 20, number)
        tables.append(Table("event_edition", year.year, sender, plans, early, style + 3, about="계획"))
        tables.append(Table("event_edition", year.year, sender, actual, received, style, about="실적"))
        attendance, sums = _attendance(whole, rng)
        counted += sums
        tables.append(Table("event_attendance", year.year, sender, attendance, received, style + 1))
    summary = {"edition_count": sum(map(len, held.values())), "attendance": counted}
    return Report(tables, [], {"events": summary})


def event_history(year: ProgramYear) -> Report:
    """What was held before the years of the sample: a table by every organiser, whose rows have years of their own."""
    tables = []
    before = [one for one in symposia() if one.start.year < 2016]
    for number, (sender, editions) in enumerate({FEDERATION: FEDERATION_HISTORY, SCIENCE_MUSEUM: before}.items()):
        records: list[Record] = [{"program_year": one.start.year, **_row(one, "actual")} for one in editions]
        received, latest = year.received(2, 3, number), max(one.start.year for one in editions)
        tables.append(
            Table("event_edition", latest, sender, records, received, 5 + 7 * number, about="역대", has_errors=False)
        )
    return Report(tables)


def _with_numbers(one: Edition, year: ProgramYear, rng: random.Random) -> Edition:
    size = SERIES[one.series].size if one.series in SERIES else 260
    came = round(size * rng.uniform(0.85, 1.15) * (0.6 if year.year in (2020, 2021) else 1))
    if one.series == "YGF":
        one = one._replace(countries=COUNTRIES_OF_THE_FORUM.get(year.year, 18))
    return one._replace(participants=one.participants or came, papers=one.papers or rng.randint(40, 260))


def _is_planned_yet(one: Edition) -> bool:
    """Of every other forum of young leaders only the plan is told."""
    return one.series == "YPF" and one.start.year % 2 == 0


def _planned(one: Edition) -> Edition:
    expected = PLANS.get((one.series, one.start.year), round((one.participants or 0) * 0.12) * 10)
    return one._replace(participants=expected, accompanying=None, papers=None)


def _row(one: Edition, status: str) -> Record:
    mode = "onsite" if one.city else "online"
    if one.city and one.start.year == 2021:
        mode = "hybrid"
    text = f"{one.start.year}년 {one.start.month}월" if one.month_only else ""
    return {
        "series_code": one.series,
        "edition_no": one.number,
        "event_title": one.title,
        "period": Period(one.start, one.end, text),
        "theme": one.theme or None,
        "subtheme": one.subtheme or None,
        "venue_name": one.venue,
        "city": one.city or None,
        "country_code": one.country,
        "mode": MODES[mode],
        "host": one.host,
        "organizer": one.organizer,
        "sponsor": one.sponsor,
        "participant_count": one.participants,
        "accompanying_count": one.accompanying,
        "paper_count": one.papers,
        "figure_status": STATUS[status],
    }


def _attendance(editions: Sequence[Edition], rng: random.Random) -> tuple[list[Record], list[dict[str, object]]]:
    """Rows by country and type that add up to each edition's participants, but for one edition's."""
    records: list[Record] = []
    sums: list[dict[str, object]] = []
    reported = [one for one in editions if not _is_planned_yet(one) and one.participants]
    miscounted = next((one for one in reported if one.series == "EKC"), None)
    for one in reported:
        assert one.participants is not None
        types = TYPES if one.city else ONLINE_TYPES
        names = list(dict.fromkeys([one.country, *COUNTRIES]))[: 2 if one.series == "NSTI_DEBATE" else one.countries]
        parts = [(name, kind) for name in names for kind in types]
        weights = [types[kind] * (4 if name in ("KR", one.country) else rng.uniform(0.3, 1)) for name, kind in parts]
        total = one.participants + (MISCOUNT if one is miscounted else 0)
        for (name, kind), count in zip(parts, apportion(total, weights), strict=True):
            if count:
                records.append(_came(one, name, kind, count))
        if one is miscounted and one.accompanying:
            records.append(_came(one, one.country, "동반자", one.accompanying))
        sums.append(
            {
                "series_code": one.series,
                "edition_no": one.number,
                "event_year": one.start.year,
                "participant_count": one.participants,
                "attendee_count_without_accompanying": total,
            }
        )
    return records, sums


def _came(one: Edition, country: str, kind: str, count: int) -> Record:
    return {
        "series_code": one.series,
        "edition_no": one.number,
        "country_code": country,
        "attendee_type": kind,
        "attendee_count": count,
    }
