"""Support for private science culture activities: the grantees and their projects (private_activity_project)."""

from sciculture_sample.history import GRANTEE_TYPES, GRANTEES
from sciculture_sample.records import Period, Record, Table
from sciculture_sample.register import GRANTEE_POOLS
from sciculture_sample.years import AGENCY, ProgramYear, Report

TRACKS = ("지정", "자율", "기획")
TOPICS = (
    "과학 토크콘서트",
    "과학극",
    "청소년 과학캠프",
    "과학 유튜브 제작",
    "과학책 읽기",
    "우주 사진전",
    "과학융합 공방",
)


def grants(year: ProgramYear) -> Report:
    """Every grantee has a project, every fourth one has two."""
    rng = year.rng("grants")
    counts = dict(zip(GRANTEE_TYPES, GRANTEES[year.year], strict=True))
    grantees = {kind: year.institutions(GRANTEE_POOLS[kind], count) for kind, count in counts.items()}
    records: list[Record] = []
    by_type = {}
    for kind, institutions in grantees.items():
        own: list[Record] = []
        for one in institutions:
            for turn in range(2 if int(one.code[-2:]) % 4 == 0 else 1):
                period = Period(year.day(rng.randint(3, 6), rng.randint(1, 28)), year.day(11, rng.randint(1, 30)))
                own.append(
                    {
                        "project_code": f"{year.year}-민간-{len(records) + len(own) + 1:03d}",
                        "institution_name": one.name,
                        "institution_type": one.register_type,
                        "project_title": f"{rng.choice(TOPICS)} {turn + 1}",
                        "project_track": rng.choice(TRACKS),
                        "sido_name": one.seat.sido,
                        "grant_amount_krw": rng.randint(5, 60) * 1_000_000,
                        "period": period,
                        "participant_count": rng.randint(40, 2_500),
                    }
                )
        records += own
        amounts = [record["grant_amount_krw"] for record in own]
        by_type[kind] = {
            "institution_count": len(institutions),
            "project_count": len(own),
            "grant_amount_krw": sum(amount for amount in amounts if isinstance(amount, int)),
        }
    agreed = [record | {"participant_count": None} for record in records[:-1]]
    table = Table(
        "private_activity_project", year.year, AGENCY, records, year.received(13, 8), year.year, earlier=agreed
    )
    everyone = [one for institutions in grantees.values() for one in institutions]
    return Report([table], everyone, {"private_activity_by_type": by_type})
