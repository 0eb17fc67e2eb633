"""Read a place text into readings: chains of named places, each below the one before, whatever the date.

Dates come in later (resolution.py): a place here is a name together with all codes that bore it along one line of
succession, so that 강원 춘천시 is one reading although its codes changed.
"""

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from sciculture_etl.regions import spelling
from sciculture_etl.regions.gazetteer import RANKS, SEJONG, SEJONG_CITY, Division, gazetteer

SIGUNGU, EMD = RANKS["sigungu"], RANKS["eupmyeondong"]
_SUFFIXES = "시군구읍면동"
_JOINED_WORDS = 3  # 제주 특별 자치도


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """One name along one line of succession: its codes, and the families of what was directly and anywhere above."""

    name: str
    codes: tuple[str, ...]
    rank: int
    family: str
    is_legal: bool
    parents: frozenset[str]
    above: frozenset[str]


@dataclass(frozen=True, slots=True)
class Reading:
    """Places from the widest to the narrowest, how many letters they explain, and whether a suffix was left out."""

    places: tuple[Place, ...] = ()
    letters: int = 0
    shortened: bool = False

    @property
    def last(self) -> Place | None:
        return self.places[-1] if self.places else None


@dataclass(frozen=True, slots=True)
class Parsed:
    """All readings that explain most of a text; if there are none, the word that failed and what stood before it."""

    readings: tuple[Reading, ...]
    failed_word: str = ""
    before: Reading = Reading()


class Places:
    """All places by name (`named`), by name without suffix (`shortened`), and sido by every spelling."""

    def __init__(self) -> None:
        self.named: dict[str, list[Place]] = defaultdict(list)
        self.shortened: dict[str, list[Place]] = defaultdict(list)
        known = gazetteer()
        legal_names = {item.name for item in known.divisions.values() if item.kind != "administrative"}
        groups: dict[tuple[str, str], list[Division]] = defaultdict(list)
        for item in known.divisions.values():
            if item.rank > 0 and item.code != SEJONG_CITY:
                groups[_key(item, legal_names), known.family[item.code]].append(item)
        for (name, family), items in groups.items():
            place = _place(name, family, items)
            self.named[name].append(place)
            if name[-1] in _SUFFIXES and len(name) > 2:
                self.shortened[name[:-1]].append(place)
        self.sido = {
            form: Place(form, codes, 0, known.family[codes[0]], True, frozenset(), frozenset())
            for form, codes in spelling.sido_forms().items()
        }
        self.by_code = {code: place for items in self.named.values() for place in items for code in place.codes}
        self.by_code |= {place.codes[0]: place for place in self.sido.values() if len(place.codes) == 1}
        self.longest = max(map(len, self.named))


@cache
def places() -> Places:
    """Return all places, indexed on first use."""
    return Places()


def parse(text: str, within: Reading | None = None) -> Parsed:
    """Return the readings of a text, below the last place of `within` if given.

    A word that is shaped like a division and is none below the place before it ends a reading; so does a sido that
    contradicts it. Roads, ri, numbers and other words are passed over. Of the rest, those that explain most letters
    are kept.
    """
    tokens = spelling.words(text)
    waiting: list[list[Reading]] = [[] for _ in range(len(tokens) + 1)]
    waiting[0].append(within or Reading())
    failed: tuple[str, Reading] = ("", Reading())
    for position, token in enumerate(tokens):
        for reading in waiting[position]:
            moves = [(1, onward) for onward in _onward(reading, token, _following(tokens, position))]
            moves += _joined(reading, tokens, position)
            if not moves and _passes_over(reading, token):
                moves = [(1, reading)]
            if not any(step == 1 for step, _ in moves) and len(reading.places) >= len(failed[1].places):
                failed = (token, reading)
            for step, onward in moves:
                waiting[position + step].append(onward)
    start = len(within.places) if within else 0
    done = [reading for reading in waiting[-1] if len(reading.places) > start]
    if not done:
        return Parsed((), *failed)
    most = max(reading.letters for reading in done)
    best = {reading.places: reading for reading in done if reading.letters == most}
    unshortened = tuple(reading for reading in best.values() if not reading.shortened)
    return Parsed(unshortened or tuple(best.values()))


def below(place: Place | None, word: str) -> tuple[Place, ...]:
    """Return the places of that full name below a place, or anywhere."""
    return _below(place, word) if len(word) <= places().longest + 4 else ()


@cache
def _below(place: Place | None, word: str) -> tuple[Place, ...]:
    index = places()
    found = index.named.get(word) or index.named.get(spelling.without_ordinal(word)) or []
    if place is None:
        sido = index.sido.get(word)
        return ((sido,) if sido else ()) + tuple(found)
    return tuple(item for item in found if item.rank > place.rank and place.family in item.above)


@cache
def _shortened_below(place: Place | None, word: str) -> tuple[Place, ...]:
    """Return the places whose name without its suffix is the word: directly below a place; if none, si and gun first."""
    found = places().shortened.get(word, [])
    if place is not None:
        return tuple(item for item in found if place.family in item.parents)
    si_gun = tuple(item for item in found if item.rank == SIGUNGU and item.name[-1] in "시군")
    return si_gun or (tuple(found) if any(item.rank < EMD for item in found) else ())


def _onward(reading: Reading, token: str, following: str) -> list[Reading]:
    """The readings that one word leads to."""
    last = reading.last
    if last is not None and last.rank == EMD:
        return _after_emd(reading, token)
    full = below(last, token)
    if full:
        onward = [_extended(reading, (place,), len(token)) for place in full]
        if last is None and full[0].rank == 0:  # 광주 may be a sido or, when a word below it says so, a si
            onward += [_extended(reading, (p,), len(token), shortened=True) for p in _shortened_below(None, token)]
        return onward
    if reading.places and _repeats(reading, token):
        return [reading]
    if not (spelling.ROAD.fullmatch(token) and following[:1].isdigit()):
        short = _shortened_below(last, token)
        if spelling.ROAD.fullmatch(token):  # 종로 may stand for 종로구, 을지로 is a road before it is a dong
            short = tuple(place for place in short if place.rank < EMD)
        if short:
            return [_extended(reading, (place,), len(token), shortened=True) for place in short]
    return [_extended(reading, way.chain, way.letters, shortened=way.shortened) for way in _glued(last, token)]


def _after_emd(reading: Reading, token: str) -> list[Reading]:
    """After a dong only its other name is of interest: 역삼동 (역삼1동). Another dong or sido contradicts it."""
    last = reading.places[-1]
    if _repeats(reading, token):
        return [reading]
    named = [place for place in below(None, token) if place.rank > 0]
    if spelling.BUILDING.fullmatch(token):
        named = [place for place in named if not place.parents.isdisjoint(last.parents)]
    if not named:
        return [] if token in places().sido or spelling.SEVERAL.fullmatch(token) else [reading]
    partners = [
        place for place in named if place.rank == EMD and place.is_legal != last.is_legal and _share_ground(last, place)
    ]
    # The legal dong comes last, since its name is the stronger.
    return [
        _extended(
            Reading(reading.places[:-1], reading.letters), (place, last) if last.is_legal else (last, place), len(token)
        )
        for place in partners
    ]


def _share_ground(one: Place, other: Place) -> bool:
    known = gazetteer()
    legal, administrative = (one, other) if one.is_legal else (other, one)
    return any(known.ever_share(a, b) for a in legal.codes for b in administrative.codes)


def _joined(reading: Reading, tokens: list[str], position: int) -> list[tuple[int, Reading]]:
    """Full names written with spaces in them: 서현 1동."""
    last = reading.last
    if last is not None and last.rank == EMD:
        return []
    moves: list[tuple[int, Reading]] = []
    word = tokens[position]
    for step in range(2, min(_JOINED_WORDS, len(tokens) - position) + 1):
        word += tokens[position + step - 1]
        moves += [(step, _extended(reading, (place,), len(word))) for place in below(last, word)]
    return moves


class _Way(NamedTuple):
    """One way to cut a word into places, and how many of its letters that explains."""

    chain: tuple[Place, ...]
    letters: int
    shortened: bool = False

    def after(self, place: Place, cut: int) -> "_Way":
        return _Way((place, *self.chain), cut + self.letters, self.shortened)


@cache
def _glued(last: Place | None, token: str) -> tuple[_Way, ...]:
    """Read several names written as one word: 경기도성남시분당구."""
    ways: list[_Way] = []
    for cut in range(len(token) - 1, 1, -1):
        head, rest = token[:cut], token[cut:]
        full = below(last, head)
        for place in full:
            if _is_appendix(place, rest):
                ways.append(_Way((place,), cut))
            ends = below(place, rest)
            ways += [_Way((place, end), len(token)) for end in ends]
            if not ends:
                ways += [_Way((place, end), len(token), True) for end in _shortened_below(place, rest)]
                ways += [way.after(place, cut) for way in _glued(place, rest)]
                ways += [way.after(place, cut) for way in _sido_again(place, rest)]
        if all(place.rank == 0 for place in full):  # 성남분당구; 광주오포읍, where 광주 is no sido
            short = [place for place in _shortened_below(last, head) if place.rank < EMD]
            ways += [_Way((place, end), len(token), True) for place in short for end in below(place, rest)]
    return tuple(ways)


def _is_appendix(place: Place, rest: str) -> bool:
    """Tell whether what is glued to a place's name is no part of it: 강남구일대, 영북면산정리, 강남구테헤란로12."""
    if spelling.GLUED.fullmatch(rest) or spelling.ROAD.fullmatch(rest):
        return True
    return place.rank == EMD and bool(spelling.GLUED_RI.fullmatch(rest))


def _sido_again(place: Place, rest: str) -> list[_Way]:
    """A sido said twice within one word: 세종특별자치시세종시조치원읍."""
    ways: list[_Way] = []
    for form, sido in places().sido.items() if place.rank == 0 else ():
        if sido.family == place.family and rest.startswith(form):
            left = rest[len(form) :]
            ways += [_Way((end,), len(rest)) for end in below(place, left)] if left else [_Way((), len(rest))]
    return ways


def _extended(reading: Reading, chain: tuple[Place, ...], letters: int, *, shortened: bool = False) -> Reading:
    return Reading(reading.places + chain, reading.letters + letters, reading.shortened or shortened)


def _repeats(reading: Reading, token: str) -> bool:
    """Columns that are put together often say a name twice: 경기도 경기도 성남시, 세종특별자치시 세종시."""
    sido = places().sido.get(token)
    return any(place.name == token or (sido is not None and place.family == sido.family) for place in reading.places)


def _passes_over(reading: Reading, token: str) -> bool:
    """Tell whether a word that names nothing may be left out."""
    if not reading.places:
        return bool(spelling.LEADING.fullmatch(token))
    if token in places().sido or spelling.SEVERAL.fullmatch(token) or spelling.STUB.fullmatch(token):
        return False
    if token[0].isdigit() or token[-1] == "리" or spelling.ROAD.fullmatch(token):
        return True
    return not spelling.SHAPED.fullmatch(token) and not _misspells(reading.places[-1], token)


@cache
def _misspells(place: Place, token: str) -> bool:
    """Tell whether a word is one letter away from a name below the place: 성남씨, and for sigungu 성냠 too."""
    letters = spelling.strokes(token)
    return len(token) > 1 and any(spelling.one_letter_off(letters, form) for form in _forms_below(place))


@cache
def _forms_below(place: Place) -> tuple[str, ...]:
    names = names_below(place)
    short = [name[:-1] for name in names if len(name) > 2 and name[-1] in "시군구"]
    return tuple(spelling.strokes(form) for form in (*names, *short))


@cache
def names_below(place: Place | None) -> tuple[str, ...]:
    """Return the names directly below a place, or all sido and sigungu."""
    index = places()
    if place is None:
        upper = [name for name, items in index.named.items() if any(item.rank < EMD for item in items)]
        return tuple(sorted({*index.sido, *upper}))
    found = {name for name, items in index.named.items() if any(place.family in item.parents for item in items)}
    return tuple(sorted(found))


def _following(tokens: list[str], position: int) -> str:
    return tokens[position + 1] if position + 1 < len(tokens) else ""


def _key(item: Division, legal_names: set[str]) -> str:
    """The name as words() leaves it; 제 before a number is dropped unless it belongs to the name, as in 거제1동."""
    name = spelling.key(item.name)
    ordinal = spelling.ORDINAL.search(name)
    if ordinal is None or f"{name[: ordinal.end()]}동" in legal_names:
        return name
    return spelling.without_ordinal(name)


def _place(name: str, family: str, items: list[Division]) -> Place:
    known = gazetteer()
    above = {known.family[code] for item in items for code in known.lines[item.code] if code != item.code}
    parents = {known.family[item.parent] for item in items if item.parent}
    # A dong of which only the new sigungu is known may be written below that one too.
    for item in items:
        for code in known.successors.get(item.code, ()):
            if known.divisions[code].rank < item.rank:
                above |= {known.family[line] for line in known.lines[code]}
    rank, is_legal = items[0].rank, items[0].kind != "administrative"
    if SEJONG in above:
        parents.add(SEJONG)
    return Place(name, tuple(item.code for item in items), rank, family, is_legal, frozenset(parents), frozenset(above))
