"""The published figures that a sample carries, by the ids under which they are listed, each counted from its world."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sciculture_sample.editions import DEBATE, FEDERATION_HISTORY, symposia
from sciculture_sample.history import GRANTEE_TYPES

Published = dict[str, int | float | str]
CLASS_FIGURES = {
    "K11": "institution_count", "K12": "sigungu_count", "K13": "eupmyeondong_count", "K14": "instructor_count",
    "K15": "facility_count", "K16": "session_count", "K17": "beneficiary_count",
}  # fmt: skip


def published_figures(
    by_year: Mapping[int, Mapping[str, Any]], datasets: Sequence[str], has_whole_network: bool
) -> Published:
    """Figure id to value, for what the years and datasets written hold."""
    published: Published = {}
    if 2020 in by_year:
        figures, summaries = by_year[2020]["figures"], by_year[2020]["summaries"]
        if has_whole_network:
            published |= {key: figures[name] for key, name in CLASS_FIGURES.items() if name in figures}
        published |= _of_2020(summaries)
    if 2021 in by_year and (members := by_year[2021]["summaries"].get("overseas_membership")):
        founded = re.findall(r"\d+", members["KSEA"]["founded"])
        published |= {"F01": members["country_count"], "F02": members["member_count"], "F03": ", ".join(founded)}
        published |= {"F04": members["KSEA"]["founded_place"], "F05": members["KSEA"]["association_name_en"]}
    if "event_edition" in datasets:
        published["F10"] = next(one.city for one in FEDERATION_HISTORY if one.series == "SNSTC")
        if DEBATE.start.year in by_year:
            published["F24"] = 1
        if 2023 in by_year:
            published |= _thirteenth_symposium()
    return published


def _of_2020(summaries: Mapping[str, Any]) -> Published:
    published: Published = {}
    if by_type := summaries.get("private_activity_by_type"):
        counts = [by_type[kind]["institution_count"] for kind in GRANTEE_TYPES]
        published |= {f"K{number:02d}": count for number, count in enumerate(counts, start=1)} | {"K10": sum(counts)}
    if rooms := summaries.get("imagination_room"):
        published |= {"K18": rooms["user_count"], "K19": rooms["institution_count"], "K20": rooms["program_count"]}
        published["K20a"] = sum(rooms["program_count_by_type"].values())
    if tours := summaries.get("do_dream"):
        published |= {"K21": tours["session_count"], "K22": tours["operating_day_count"], "K23": tours["visitor_count"]}
    if survey := summaries.get("do_dream_satisfaction"):
        published["K24"] = survey["satisfaction_score"]
    return published


def _thirteenth_symposium() -> Published:
    one = next(one for one in symposia() if one.number == 13)
    published: Published = {
        "I01": 13,
        "I02": one.title,
        "I03": one.start.year,
        "I04": one.start.isoformat(),
        "I05": one.end.isoformat(),
        "I06": (one.end - one.start).days + 1,
        "I07": one.theme,
        "I08": one.subtheme,
        "I09": one.venue,
        "I10": one.host[0],
        "I11": one.organizer[0],
        "I12": len(one.sponsor),
    }
    return published | {f"I12{letter}": name for letter, name in zip("abcdefg", one.sponsor, strict=True)}
