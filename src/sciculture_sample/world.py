"""The invented year of Daily Science Class: centres, facilities and classes whose sums are its figures exactly."""

import datetime as dt
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sciculture_sample.apportion import apportion, contiguous_slices
from sciculture_sample.history import ClassFigures
from sciculture_sample.places import Place
from sciculture_sample.register import Institution
from sciculture_sample.vocabulary import (
    CLASS_NAMES,
    EVENT_CLASS_NAMES,
    FACILITY_KINDS,
    FACILITY_WORDS,
    INSTITUTION_KINDS,
    INSTITUTION_WORDS,
    INSTITUTION_WORDS_EN,
    MOST_INSTITUTIONS,
    TARGET_GROUPS,
    TRACKS,
)

TERMS = (1, 2, 3, 4)


class Facility(NamedTuple):
    code: str
    name: str
    facility_type: str
    place: Place


class ClassRow(NamedTuple):
    term: int
    facility: Facility
    class_name: str
    class_no: int
    track: str
    target: str
    sessions: int
    beneficiaries: int
    attendances: int
    satisfaction: float | None


@dataclass
class Centre(Institution):
    """A regional operation centre with all it has to report for the year."""

    lead_instructors: int
    assistant_instructors: int
    national_fund_krw: int
    local_fund_krw: int
    facilities: list[Facility]
    classes: list[ClassRow]

    @property
    def instructors(self) -> int:
        return self.lead_instructors + self.assistant_instructors


def build_world(
    figures: ClassFigures, places: Sequence[Place], count: int, seed: int, gives_codes: Sequence[bool]
) -> list[Centre]:
    """Invent the `count` centres of the year that the others are told from.

    `gives_codes` says which of them write facility codes: only those share a facility.
    """
    if not 1 <= count <= min(figures.sigungu, MOST_INSTITUTIONS):
        raise ValueError(f"institutions must be 1 to {min(figures.sigungu, MOST_INSTITUTIONS)}, not {count}")
    rng = random.Random(seed)
    areas = _choose_areas(figures, places, rng)
    regions = [areas[part] for part in contiguous_slices(len(areas), count)]
    facilities = _invent_facilities(figures, [place for area in areas for place in area], rng)
    own = [[f for area in region for place in area for f in facilities[place]] for region in regions]
    share_facilities(own, gives_codes)
    classes = invent_classes(figures, own, rng)
    instructors = apportion(figures.instructors, [rng.uniform(0.6, 1.6) for _ in range(count)], low=3)
    return [
        centre(index, regions[index][0][0], own[index], classes[index], instructors[index], rng)
        for index in range(count)
    ]


def repeat_classes(rows: Sequence[ClassRow], scale: int) -> list[ClassRow]:
    """Every class `scale` times, as further groups (반) whose numbers come from the next rows of the same file."""
    if scale == 1:
        return list(rows)
    step = max((row.class_no for row in rows), default=1)
    repeated = []
    for index, row in enumerate(rows):
        for copy in range(scale):
            source = rows[(index + copy) % len(rows)]
            term, facility, name, number, track, target = row[:6]
            repeated.append(ClassRow(term, facility, name, number + copy * step, track, target, *source[6:]))
    return repeated


def _choose_areas(figures: ClassFigures, places: Sequence[Place], rng: random.Random) -> list[list[Place]]:
    """The places used, by si, gun and gu in the order of their codes; every sido has one at least."""
    by_sigungu: dict[str, list[Place]] = defaultdict(list)
    for place in places:
        by_sigungu[place.sigungu_code].append(place)
    by_sido: dict[str, list[str]] = defaultdict(list)
    for code in sorted(by_sigungu):
        by_sido[code[:2]].append(code)
    chosen = {rng.choice(codes) for codes in by_sido.values()}
    others = [code for code in sorted(by_sigungu) if code not in chosen]
    chosen |= set(rng.sample(others, figures.sigungu - len(chosen)))
    used = {rng.choice(by_sigungu[code]) for code in sorted(chosen)}
    pool = [place for code in sorted(chosen) for place in by_sigungu[code] if place not in used]
    used |= set(rng.sample(pool, figures.eupmyeondong - len(used)))
    return [[place for place in by_sigungu[code] if place in used] for code in sorted(chosen)]


def _invent_facilities(
    figures: ClassFigures, places: Sequence[Place], rng: random.Random
) -> dict[Place, list[Facility]]:
    """Facilities for every place, no name twice in a si, gun or gu."""
    per_place = apportion(figures.facilities, [rng.expovariate(1) for _ in places], low=1, high=8)
    taken: set[tuple[str, str]] = set()
    invented: dict[Place, list[Facility]] = {place: [] for place in places}
    number = 0
    for place, count in zip(places, per_place, strict=True):
        while len(invented[place]) < count:
            kind = rng.choices(FACILITY_KINDS, [kind.weight for kind in FACILITY_KINDS])[0]
            name = kind.pattern.format(dong=place.dong.replace(".", "·"), word=rng.choice(FACILITY_WORDS))
            if (place.sigungu_code, name) in taken:
                continue
            taken.add((place.sigungu_code, name))
            number += 1
            invented[place].append(Facility(f"DSC-{number:04d}", name, kind.facility_type, place))
    return invented


def share_facilities(own: list[list[Facility]], gives_codes: Sequence[bool], most: int = 2) -> None:
    """Let two neighbouring centres use one facility, twice: one code, so that it counts once."""
    shared = 0
    for index in range(len(own) - 1):
        if shared < most and gives_codes[index] and gives_codes[index + 1]:
            own[index + 1].append(own[index][-1])
            shared += 1


def invent_classes(figures: ClassFigures, own: list[list[Facility]], rng: random.Random) -> list[list[ClassRow]]:
    """The class rows of every institution: each of its facilities at least once, each term at least once."""
    sites = [(index, facility) for index, facilities in enumerate(own) for facility in facilities]
    sites += rng.choices(sites, k=figures.class_rows - len(sites))
    rng.shuffle(sites)
    seen_of: Counter[int] = Counter()
    keys: Counter[tuple[int, int, str, str]] = Counter()
    rows: list[tuple[int, ClassRow]] = []
    numbers = _invent_numbers(figures, len(sites), rng)
    sharing = _sharing_rows([row[0] for row in numbers], figures.sharing_share, rng)
    for number, (index, facility) in enumerate(sites):
        term = TERMS[seen_of[index]] if seen_of[index] < len(TERMS) else rng.choice(TERMS)
        seen_of[index] += 1
        is_event = number < figures.event_rows
        name = rng.choice(EVENT_CLASS_NAMES if is_event else CLASS_NAMES)
        key = (index, term, facility.code, name)
        keys[key] += 1
        track = TRACKS["sharing" if sharing[number] else "creative"]
        target = rng.choices(list(TARGET_GROUPS), list(TARGET_GROUPS.values()))[0]
        rows.append((index, ClassRow(term, facility, name, keys[key], track, target, *numbers[number])))
    return [[row for owner, row in rows if owner == index] for index in range(len(own))]


Numbers = tuple[int, int, int, float | None]  # sessions, persons, attendances, satisfaction


def _invent_numbers(figures: ClassFigures, count: int, rng: random.Random) -> list[Numbers]:
    """Sessions, persons, attendances and satisfaction of every row: some large events first, cancelled classes last."""
    crowds = (300, 600, 1_100)
    events = [(rng.randint(2, 4), rng.choice(crowds) + rng.randrange(300)) for _ in range(figures.event_rows)]
    ordinary = count - figures.event_rows - figures.cancelled_rows
    sessions = apportion(
        figures.sessions - sum(event[0] for event in events),
        [rng.choice((0.5, 0.8, 1, 1, 1, 1.2, 1.5)) for _ in range(ordinary)],
        low=1,
        high=400,
    )
    persons = apportion(
        figures.beneficiaries - sum(event[1] for event in events),
        [rng.lognormvariate(0, 0.5) for _ in range(ordinary)],
        low=3,
        high=2_000,
    )
    held = [*events, *zip(sessions, persons, strict=True)]
    numbers: list[Numbers] = []
    for times, people in held:
        attendances = people + int(people * (times - 1) * rng.uniform(0.55, 0.95))
        score = round(rng.triangular(72, 100, 93), 1) if rng.random() < 0.92 else None
        numbers.append((times, people, attendances, score))
    return numbers + [(0, 0, 0, None)] * figures.cancelled_rows


def _sharing_rows(sessions: Sequence[int], share: float, rng: random.Random) -> list[bool]:
    """Which rows are free of charge, so that they hold `share` of all sessions as nearly as whole rows allow."""
    wanted = round(share * sum(sessions))
    chosen = [False] * len(sessions)
    for index in rng.sample(range(len(sessions)), len(sessions)):
        if sessions[index] <= wanted:
            chosen[index] = True
            wanted -= sessions[index]
    return chosen


def centre(
    index: int,
    seat: Place,
    facilities: list[Facility],
    classes: list[ClassRow],
    instructors: int,
    rng: random.Random,
) -> Centre:
    word, turn = index % len(INSTITUTION_WORDS), index // len(INSTITUTION_WORDS)
    kind = INSTITUTION_KINDS[(index + 2 * turn) % len(INSTITUTION_KINDS)]
    lead = max(1, round(instructors * rng.uniform(0.5, 0.8)))
    return Centre(
        code=f"INST-{index + 1:04d}",
        name=f"가상{INSTITUTION_WORDS[word]}{kind.ending}",
        name_en=f"Gasang {INSTITUTION_WORDS_EN[word]} {kind.ending_en} (fictional)",
        register_type=kind.register_type,
        registered=dt.date(2004, 3, 2) + dt.timedelta(days=rng.randrange(5_500)),
        seat=seat,
        lead_instructors=lead,
        assistant_instructors=instructors - lead,
        national_fund_krw=rng.randrange(60_000, 160_000) * 1_000,
        local_fund_krw=rng.randrange(40_000, 160_000) * 1_000,
        facilities=sorted(facilities, key=lambda facility: (facility.place.admin_code, facility.code)),
        classes=sorted(classes, key=lambda row: (row.facility.place.admin_code, row.facility.code, row.class_name)),
    )
