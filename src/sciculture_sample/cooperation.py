"""The federation's cooperation with abroad, quarter by quarter (cooperation_record). Awards are counts, never names."""

import random

from sciculture_sample.records import Record, Table, Value
from sciculture_sample.years import FEDERATION, QUARTERS, ProgramYear, Report

PARTNERS = {"AAAS": "US", "CAST": "CN", "VUSTA": "VN", "JST": "JP", "ERC": "BE", "ASM": "MY"}
# A type of record: its word, what its rows are called, whether a partner is named, how many rows a quarter has.
KINDS = {
    "mou": ("업무협약", "{} 업무협약 체결 및 이행 점검", True, 1),
    "diplomacy_center": ("과학기술외교센터", "과학기술외교 정책 포럼", False, 2),
    "oda_center": ("과학기술ODA센터", "개도국 과학기술 자문단 파견", False, 2),
    "employment_support": ("인재지원", "재외 한인 전문가 취업 연계", False, 1),
    "next_generation": ("차세대", "차세대 과학기술인 멘토링", False, 1),
    "association_activity": ("협회활동", "{} 공동 학술세미나", True, 2),
}
AWARD = ("포상", "올해의 해외과학기술인상")
AWARDED_AT = {"UKC": "US", "EKC": "DE", "CKC": "CA"}
NORTH = ("남북교류", "남북 과학기술 교류 자문회의")
DEVELOPING = ("VN", "KZ", "UZ", "MY")
NOTED = {
    (2021, 4): ("mou", "VUSTA 업무협약 체결", "VUSTA", 11, 18),
    (2023, 3): ("mou", "AAAS 협력 협의", "AAAS", 8, 23),
}


def cooperation(year: ProgramYear) -> Report:
    """Some records of every type in every quarter; awards in the third, the exchange with the North until 2019."""
    rng = year.rng("cooperation")
    tables = []
    counts: dict[str, int] = {}
    partners: set[str] = set()
    for number, quarter in enumerate(QUARTERS, start=1):
        records: list[Record] = []
        for kind, (word, title, has_partner, many) in KINDS.items():
            for turn in range(many):
                partner = list(PARTNERS)[(number + turn - 1) % 3 if kind == "mou" else rng.randrange(len(PARTNERS))]
                country = PARTNERS[partner] if has_partner else rng.choice(DEVELOPING)
                own = _row(year, number, word, title.format(partner), rng)
                own |= {"partner_code": partner if has_partner else None, "country_code": country}
                if turn == 0 and NOTED.get((year.year, number), ("",))[0] == kind:
                    _, noted, partner, month, day = NOTED[year.year, number]
                    own |= {"title": noted, "partner_code": partner, "country_code": PARTNERS[partner]}
                    own |= {"record_date": year.day(month, day)}
                partners |= {partner} if has_partner else set()
                records.append(own)
                counts[kind] = counts.get(kind, 0) + 1
        if number == 3:
            for series, country in AWARDED_AT.items():
                award: Record = {"series_code": series, "country_code": country, "award_count": rng.randint(1, 2)}
                records.append(_row(year, 3, *AWARD, rng) | award)
            counts["award"] = len(AWARDED_AT)
        if number == 2 and year.year < 2020:
            records.append(_row(year, 2, *NORTH, rng) | {"country_code": "KP"})
            counts["north_korea_exchange"] = 1
        for index, own in enumerate(records, start=1):
            own["record_no"] = f"{year.year}-{number}-{index:02d}"
        received = year.received(3 * number + 1, 9)
        tables.append(
            Table("cooperation_record", year.year, FEDERATION, records, received, year.year + 5 * number, quarter)
        )
    return Report(tables, [], {"cooperation": {"count_by_type": counts, "partners": sorted(partners)}})


def _row(year: ProgramYear, quarter: int, word: str, title: str, rng: random.Random) -> Record:
    day: Value = year.day(3 * quarter - rng.randint(0, 2), rng.randint(1, 28))
    return {
        "record_type": word,
        "record_no": "",
        "title": title,
        "series_code": None,
        "partner_code": None,
        "country_code": None,
        "record_date": day,
        "expert_count": rng.randint(1, 20),
        "participant_count": None if word == AWARD[0] else rng.randint(5, 160),
        "award_count": None,
        "status": rng.choice(("진행", "종료")),
    }
