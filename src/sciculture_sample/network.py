"""How the network of centres was in other years, told from the year that is known best: what goes on keeps its code.

Districts, places and facilities of that year come first, the others in an order that is the same for every year, so
that a larger network holds the smaller one wherever the regions stayed what they are.
"""

import random
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from sciculture_sample.apportion import apportion
from sciculture_sample.history import YEARS, ClassFigures
from sciculture_sample.places import Identity, Place, draw, load_places
from sciculture_sample.vocabulary import FACILITY_KINDS, FACILITY_WORDS, FacilityKind
from sciculture_sample.world import Centre, Facility, centre, invent_classes, share_facilities

SLOTS = 8  # facilities that a place can have
Area = tuple[str, str]  # sido and si, gun or gu


def centres_of(
    year: int, figures: ClassFigures, known: Sequence[Centre], count: int, seed: int, gives_codes: Sequence[bool]
) -> list[Centre]:
    """The `count` centres of `year`, made from those of the year that is known."""
    known_facilities = _facilities_by_place(known)
    places = _choose_places(figures, load_places(year), known_facilities, seed)
    facilities = _choose_facilities(figures, places, known_facilities, seed)
    owners = _owners(sorted({_area(place) for place in places}), known, count)
    own: list[list[Facility]] = [[] for _ in range(count)]
    for place in sorted(places, key=lambda place: place.admin_code):
        own[owners[_area(place)]] += facilities[place]
    share_facilities(own, gives_codes)
    rng = random.Random(f"{seed} {year}")
    classes = invent_classes(figures, own, rng)
    weights = [draw(f"instructors {seed} {index}") + 0.6 for index in range(count)]
    instructors = apportion(figures.instructors, weights, low=3)
    centres = []
    for index in range(count):
        one = centre(index, own[index][0].place, own[index], classes[index], instructors[index], rng)
        if index < len(known):
            seat = _same_place(known[index].seat, places) or one.seat
            one = replace(
                one,
                registered=known[index].registered,
                seat=seat,
                national_fund_krw=_fund(known[index].national_fund_krw, rng),
                local_fund_krw=_fund(known[index].local_fund_krw, rng),
            )
        centres.append(one)
    return centres


def _facilities_by_place(centres: Sequence[Centre]) -> dict[Identity, list[Facility]]:
    found: dict[Identity, dict[str, Facility]] = defaultdict(dict)
    for one in centres:
        for facility in one.facilities:
            found[facility.place.identity][facility.code] = facility
    return {identity: [by_code[code] for code in sorted(by_code)] for identity, by_code in found.items()}


def _choose_places(
    figures: ClassFigures, places: Sequence[Place], known: dict[Identity, list[Facility]], seed: int
) -> list[Place]:
    """As many places in as many districts as the figures say: those known first, one at least in every district."""

    def order(place: Place) -> tuple[bool, float]:
        return place.identity not in known, draw(f"place {seed} {place.identity}")

    by_area: dict[Area, list[Place]] = defaultdict(list)
    for place in sorted(places, key=order):
        by_area[_area(place)].append(place)
    areas = sorted(by_area, key=lambda area: (by_area[area][0].identity not in known, draw(f"area {seed} {area}")))
    chosen = areas[: figures.sigungu]
    others = sorted((place for area in chosen for place in by_area[area][1:]), key=order)
    return [by_area[area][0] for area in chosen] + others[: figures.eupmyeondong - len(chosen)]


def _choose_facilities(
    figures: ClassFigures, places: Sequence[Place], known: dict[Identity, list[Facility]], seed: int
) -> dict[Place, list[Facility]]:
    """As many facilities as the figures say, one at least in every place: those known first, then new ones."""
    chosen: dict[Place, list[Facility]] = {}
    others: list[tuple[bool, float, Facility]] = []
    for place in places:
        old = [facility._replace(place=place) for facility in known.get(place.identity, [])]
        new = [_new_facility(place, slot) for slot in range(len(old), SLOTS)]
        first, *rest = old + new
        chosen[place] = [first]
        others += [(one not in old, draw(f"facility {seed} {one.code}"), one) for one in rest]
    for _, _, facility in sorted(others)[: figures.facilities - len(places)]:
        chosen[facility.place].append(facility)
    return chosen


def _new_facility(place: Place, slot: int) -> Facility:
    number = 10_000 + SLOTS * _place_numbers()[place.identity] + slot
    kind = _kinds()[int(draw(f"kind {number}") * len(_kinds()))]
    dong = place.dong.replace(".", "·")
    if "{dong}" in kind.pattern:
        name = f"{kind.pattern.format(dong=dong)} {slot + 1}관"
    else:
        word = FACILITY_WORDS[(number + slot) % len(FACILITY_WORDS)]
        name = f"{dong} {kind.pattern.format(word=word)}"
    return Facility(f"DSC-{number}", name, kind.facility_type, place)


def _owners(areas: Sequence[Area], known: Sequence[Centre], count: int) -> dict[Area, int]:
    """Which centre serves which district: the known one, or that of the nearest before; none is left without any."""
    served: dict[Area, int] = {}
    for index, one in enumerate(known):
        for facility in one.facilities:
            served.setdefault(_area(facility.place), index)
    ordered = sorted(served)
    owners = {}
    for area in areas:
        nearest = area if area in served else ordered[max(0, bisect_right(ordered, area) - 1)]
        owners[area] = min(served[nearest], count - 1)
    for index in range(count):
        if index not in owners.values():
            of_each = [[area for area in areas if owners[area] == other] for other in range(count)]
            largest = max(of_each, key=len)
            owners |= dict.fromkeys(largest[len(largest) // 2 :], index)
    return owners


def _fund(known: int, rng: random.Random) -> int:
    """A centre's money in another year: about as much as in the year known, in whole thousands of won."""
    return round(known * rng.uniform(0.9, 1.1) / 1_000) * 1_000


def _same_place(wanted: Place, places: Sequence[Place]) -> Place | None:
    return next((place for place in places if place.identity == wanted.identity), None)


def _area(place: Place) -> Area:
    return place.identity[0], place.city


@cache
def _place_numbers() -> dict[Identity, int]:
    """A number for every place there ever was in these years."""
    everywhere = {place.identity for year in YEARS for place in load_places(year)}
    return {identity: number for number, identity in enumerate(sorted(everywhere))}


@cache
def _kinds() -> tuple[FacilityKind, ...]:
    return tuple(kind for kind in FACILITY_KINDS for _ in range(kind.weight))
