"""The places that a form offers: those that stand at the end of its program year, each with the names above it."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from sciculture_etl.regions.gazetteer import RANKS, SEJONG_CITY, Division, gazetteer

SEJONG_SIGUNGU = "세종시"  # Sejong has no si/gun/gu; the column would otherwise stand empty
Names = tuple[str, ...]


@lru_cache(maxsize=8)
def offered_places(year: int, levels: int) -> list[list[Names]]:
    """Per level the chains of names that a row may hold: (시도,), (시도, 시군구), (시도, 시군구, 읍면동).

    levels: how many of the three columns the form has. A name that went out of use within the year is read too, but
    offered is what took its place, so that no ground stands twice. Where dongs are asked for, a si that has general gu
    is offered by them alone (수원시 장안구), since its dongs lie in them. Dongs are administrative ones (행정동).
    """
    known = gazetteer().divisions
    day = date(year, 12, 31).toordinal()
    chains: list[dict[Names, None]] = [{}, {}, {}]
    for code in sorted(known):
        division = known[code]
        if not division.is_valid(day) or division.kind == "legal":
            continue
        names = _names(division, known)
        if division.rank in (RANKS["sigungu"], RANKS["general_gu"]) and levels < 3:
            chains[1][names] = None
        elif division.rank == RANKS["eupmyeondong"]:
            chains[2][names] = None
            chains[1][names[:2]] = None
        elif division.rank == RANKS["sido"]:
            chains[0][names] = None
    order = {sido: place for place, sido in enumerate(chains[0])}
    # The lists of what lies in one place must stand together.
    sorted_chains = [sorted(chain, key=lambda names: (order[names[:1]], names[1:])) for chain in chains]
    sorted_chains[0] = list(chains[0])
    return sorted_chains[:levels]


def _names(division: Division, known: dict[str, Division]) -> Names:
    line = [division]
    while line[0].parent:
        line.insert(0, known[line[0].parent])
    sigungu = " ".join(
        SEJONG_SIGUNGU if item.code == SEJONG_CITY else item.name
        for item in line
        if item.rank in (RANKS["sigungu"], RANKS["general_gu"])
    )
    emd = [item.name for item in line if item.rank == RANKS["eupmyeondong"]]
    return tuple(name for name in (line[0].name, sigungu, *emd) if name)
