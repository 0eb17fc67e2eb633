"""Korean scientists' associations overseas and their members at 31 December (overseas_association_membership).

How the members split over associations and kinds is invented.
"""

from sciculture_sample.apportion import apportion
from sciculture_sample.associations import ASSOCIATIONS, Association
from sciculture_sample.history import MEMBERS
from sciculture_sample.records import Record, Table, Value
from sciculture_sample.years import FEDERATION, ProgramYear, Report

NOTE = "협회별 회원 수 배분과 일부 협회의 약칭·명칭은 가상임"
SHARES = {"정회원": 0.66, "학생회원": 0.3, "명예회원": 0.04}
WIDE_FIELDS = {"정회원": "regular_count", "학생회원": "student_count", "명예회원": "honorary_count"}


def overseas_members(year: ProgramYear) -> Report:
    """One table at the end of the year: a row for every kind of member, in odd years a column for every kind."""
    present = [one for one in ASSOCIATIONS if one.joined <= year.year]
    rng = year.rng("members")
    shares = [(one, kind) for one in present for kind in SHARES]
    weights = [one.weight * SHARES[kind] * rng.uniform(0.9, 1.1) for one, kind in shares]
    counts = dict(zip(shares, apportion(MEMBERS[year.year], weights, low=1), strict=True))
    is_wide = year.year % 2 == 1
    records: list[Record] = []
    for one in present:
        own = {kind: counts[one, kind] for kind in SHARES}
        if is_wide:
            each: dict[str, Value] = {WIDE_FIELDS[kind]: count for kind, count in own.items()}
            records.append(_row(one, year) | each | {"all_members_count": sum(own.values()), "count_basis": "등록"})
        else:
            for kind, count in own.items():
                records.append(_row(one, year) | {"member_type": kind, "member_count": count, "count_basis": "등록"})
    received = year.received(13, 20)
    table = Table(
        "overseas_association_membership", year.year, FEDERATION, records, received, year.year * 5,
        note=NOTE, has_errors=not is_wide,
    )  # fmt: skip
    ksea = next(one for one in present if one.code == "KSEA")
    summary = {
        "association_count": len({one.code for one in present}),
        "country_count": len({one.country for one in present}),
        "member_count": MEMBERS[year.year],
        "KSEA": {"founded": ksea.founded, "founded_place": ksea.place, "association_name_en": ksea.name_en},
    }
    return Report([table], [], {"overseas_membership": summary})


def _row(one: Association, year: ProgramYear) -> Record:
    return {
        "reference_date": year.day(12, 31),
        "association_code": one.code,
        "association_name": one.name,
        "association_name_en": one.name_en or None,
        "country_code": one.country,
        "world_region": one.world_region,
        "founded": one.founded or None,
        "founded_place": one.place or None,
    }
