"""Cut a word apart that holds several names: 경기도성남시분당구."""

from functools import lru_cache
from typing import NamedTuple

from sciculture_etl.regions import spelling
from sciculture_etl.regions.place_index import EMD, Place, below, is_sigungu_name, places, shortened_below


class Way(NamedTuple):
    """One way to cut a word into places, and how many of its letters that explains."""

    chain: tuple[Place, ...]
    letters: int
    shortened: bool = False

    def after(self, place: Place, cut: int) -> "Way":
        return Way((place, *self.chain), cut + self.letters, self.shortened)


@lru_cache(maxsize=1 << 16)
def cut_apart(last: Place | None, token: str) -> tuple[Way, ...]:
    """Read several names written as one word: 경기도성남시분당구."""
    ways: list[Way] = []
    for cut in range(min(len(token) - 1, places().max_letters), 1, -1):
        head, rest = token[:cut], token[cut:]
        full = below(last, head)
        if last is None and full and is_sigungu_name(head):  # 성동·종로
            full = [place for place in full if place.rank < EMD]
        for place in full:
            if _is_appendix(place, rest):
                ways.append(Way((place,), cut))
            ends = below(place, rest)
            ways += [Way((place, end), len(token)) for end in ends]
            if not ends and not spelling.GLUED.fullmatch(rest):
                ways += [Way((place, end), len(token), True) for end in shortened_below(place, rest)]
            if not ends:
                ways += [way.after(place, cut) for way in cut_apart(place, rest)]
                if place.rank == 0:
                    ways += [way.after(place, cut) for way in _repeated_sido(place, rest)]
        if all(place.rank == 0 for place in full):  # 성남분당구; 광주오포읍, where 광주 is no sido
            short = [place for place in shortened_below(last, head) if place.rank < EMD]
            ways += [Way((place, end), len(token), True) for place in short for end in below(place, rest)]
    return tuple(ways)


def _is_appendix(place: Place, rest: str) -> bool:
    """Tell whether what is glued to a place's name is no part of it: 강남구일대, 영북면산정리, 강남구테헤란로12.

    목동동로 and 중앙동1길 are roads, which may lie in another dong; so may what 목동사거리 names.
    """
    if spelling.GLUED.fullmatch(rest):
        return True
    if place.rank == EMD:
        return place.name[-1] in "읍면" and bool(spelling.GLUED_RI.fullmatch(rest))
    is_full_name = place.rank > 0 or len(place.name) > 3  # not 제주특별자치로
    return is_full_name and bool(spelling.ROAD.fullmatch(rest))


def _repeated_sido(place: Place, rest: str) -> list[Way]:
    """A sido said twice within one word: 세종특별자치시세종시조치원읍."""
    ways: list[Way] = []
    for form in places().forms.get(place.family, ()):
        if rest.startswith(form):
            left = rest[len(form) :]
            ways += [Way((end,), len(rest)) for end in below(place, left)] if left else [Way((), len(rest))]
    return ways
