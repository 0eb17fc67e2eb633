"""Read a place text into readings: chains of named places, each below the one before, whatever the date.

Dates come in later (resolution.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

from sciculture_etl.regions import spelling
from sciculture_etl.regions.gazetteer import gazetteer
from sciculture_etl.regions.place_index import EMD, Place, below, is_sigungu_name, names_below, places, shortened_below

_JOINED_WORDS = 3  # 제주 특별 자치도


class ParsedPlace(NamedTuple):
    """Places from the widest to the narrowest, and how many letters of the text they explain.

    `shortened`: a suffix was left out; `vague`: and a level too, so that 고양 일산 may mean more than 일산동.
    `closed`: an unknown word came after the places, so that no level may be skipped.
    """

    places: tuple[Place, ...] = ()
    letters: int = 0
    shortened: bool = False
    vague: bool = False
    closed: bool = False

    @property
    def last(self) -> Place | None:
        return self.places[-1] if self.places else None


_NOTHING = ParsedPlace()


@dataclass(frozen=True, slots=True)
class ParsedText:
    """All readings that explain most of a text; if there are none, the word that failed and what stood before it."""

    readings: tuple[ParsedPlace, ...]
    failed_word: str = ""
    before: ParsedPlace = _NOTHING


def parse(text: str, within: ParsedPlace | None = None) -> ParsedText:
    """Return the readings of a text, below the last place of `within` if given.

    A word that is shaped like a division and is none below the place before it ends a reading; so does a sido that
    contradicts it. Roads, numbers and other words are passed over. Of the rest, those that explain most letters are
    kept.
    """
    tokens = spelling.words(text)
    waiting: list[list[ParsedPlace]] = [[] for _ in range(len(tokens) + 1)]
    waiting[0].append(within or _NOTHING)
    failed: tuple[str, ParsedPlace] = ("", _NOTHING)
    for position, token in enumerate(tokens):
        for reading in waiting[position]:
            joined = _joined(reading, tokens, position)
            for step, onward in joined:
                waiting[position + step].append(onward)
            next_readings = _onward(reading, token, spelling.sort_of(tokens[position + 1 : position + 2]))
            if not next_readings and not joined:
                next_readings = _passed_over(reading, token, tokens[position - 1] if position else "")
            waiting[position + 1] += next_readings
            if not next_readings and len(reading.places) >= len(failed[1].places):
                failed = (token, reading)
    start = len(within.places) if within else 0
    done = [reading for reading in waiting[-1] if len(reading.places) > start]
    if not done:
        return ParsedText((), *failed)
    most = max(reading.letters for reading in done)
    best = {reading.places: reading for reading in done if reading.letters == most}
    sure = tuple(reading for reading in best.values() if not reading.shortened and not _is_level_skipped(reading))
    return ParsedText(sure or tuple(best.values()))


def _is_level_skipped(reading: ParsedPlace) -> bool:
    """Tell whether a dong is named with no sigungu above it: 충북 영동 may as well be 영동군, 광주 송정동 the si's."""
    return all(place.rank in (0, EMD) for place in reading.places) and reading.places[-1].rank == EMD


@lru_cache(maxsize=1 << 16)
def _onward(reading: ParsedPlace, token: str, following: spelling.Sort) -> list[ParsedPlace]:
    """The readings that one word leads to, given the sort of word that follows."""
    last = reading.last
    if last is not None and last.rank == EMD:
        return _after_emd(reading, token)
    full = below(last, token)
    if reading.closed and last is not None:
        direct = [place for place in full if last.family in place.parents]
        return [_extended(reading, (place,), len(token)) for place in direct]
    if full:
        onward = [_extended(reading, (place,), len(token)) for place in full]
        # 광주 may be a sido or, when a word below it says so, a si; 안동 a dong or 안동시; 충북 영동 is 영동군.
        if last is None or last.rank == 0:
            rivals = [place for place in shortened_below(last, token) if place.rank < EMD or full[0].rank == 0]
            shorter = [_extended(reading, (place,), len(token), shortened=True) for place in rivals]
            if shorter and last is not None:
                return shorter
            return [way._replace(vague=bool(shorter) and _is_emd(way)) for way in onward] + shorter
        return onward
    if reading.places and _is_repetition(reading, token):
        return [reading]
    if not (spelling.ROAD.fullmatch(token) and following in ("number", "part")):
        short = shortened_below(last, token)
        vague = bool(short) and _can_mean_more(short, token, following)
        if spelling.ROAD.fullmatch(token):  # 종로 may stand for 종로구, 을지로 is a road before it is a dong
            short = [place for place in short if place.rank < EMD]
        if short:
            onward = [_extended(reading, (place,), len(token), shortened=True) for place in short]
            return [way._replace(vague=way.vague or (vague and _is_emd(way))) for way in onward]
        if last is not None and not spelling.ROAD.fullmatch(token):
            deeper = places().shortened_below.get((last.family, token))
            if deeper:
                return [_extended(reading, (place,), len(token), shortened=True, vague=True) for place in deeper]
    return [_extended(reading, way.chain, way.letters, shortened=way.shortened) for way in _glued(last, token)]


def _can_mean_more(short: Sequence[Place], token: str, following: spelling.Sort) -> bool:
    """Tell whether a dong's name without its suffix may be another word: 강남구 일원, 여수시 중앙 도서관, 목포 무안."""
    if following in ("part", "other") or spelling.GLUED.fullmatch(token):
        return True
    return any(place.rank < EMD for place in short) or is_sigungu_name(token)


def _is_emd(reading: ParsedPlace) -> bool:
    return reading.places[-1].rank == EMD


def _after_emd(reading: ParsedPlace, token: str) -> list[ParsedPlace]:
    """After a dong only its other name is of interest: 역삼동 (역삼1동). Another dong or sido contradicts it."""
    last = reading.places[-1]
    if _is_repetition(reading, token):
        return [reading]
    named = [place for place in below(None, token) if place.rank > 0]
    if spelling.BUILDING.fullmatch(token):
        named = [place for place in named if not place.parents.isdisjoint(last.parents)]
    if not named:
        return [] if token in places().sido or spelling.SEVERAL.fullmatch(token) else [reading]
    partners = [
        place
        for place in named
        if place.rank == EMD and place.is_legal != last.is_legal and _has_common_ground(last, place)
    ]
    # The legal dong comes last, since its name is the stronger.
    return [
        _extended(
            ParsedPlace(reading.places[:-1], reading.letters),
            (place, last) if last.is_legal else (last, place),
            len(token),
        )
        for place in partners
    ]


def _has_common_ground(one: Place, other: Place) -> bool:
    known = gazetteer()
    legal, administrative = (one, other) if one.is_legal else (other, one)
    return any(known.has_ever_shared(a, b) for a in legal.codes for b in administrative.codes)


def _joined(reading: ParsedPlace, tokens: list[str], position: int) -> list[tuple[int, ParsedPlace]]:
    """Full names written with spaces in them: 서현 1동."""
    last = reading.last
    if reading.closed or (last is not None and last.rank == EMD):
        return []
    moves: list[tuple[int, ParsedPlace]] = []
    word = tokens[position]
    two_sido = word in places().sido and tokens[position + 1 : position + 2] and tokens[position + 1] in places().sido
    if two_sido:  # 전남 광주
        return moves
    if word[-1] in "도시군구읍면" and below(last, word):
        return moves
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


@lru_cache(maxsize=1 << 16)
def _glued(last: Place | None, token: str) -> tuple[_Way, ...]:
    """Read several names written as one word: 경기도성남시분당구."""
    ways: list[_Way] = []
    for cut in range(len(token) - 1, 1, -1):
        head, rest = token[:cut], token[cut:]
        full = below(last, head)
        if last is None and full and is_sigungu_name(head):  # 성동·종로
            full = [place for place in full if place.rank < EMD]
        for place in full:
            if _is_appendix(place, rest):
                ways.append(_Way((place,), cut))
            ends = below(place, rest)
            ways += [_Way((place, end), len(token)) for end in ends]
            if not ends and not spelling.GLUED.fullmatch(rest):
                ways += [_Way((place, end), len(token), True) for end in shortened_below(place, rest)]
            if not ends:
                ways += [way.after(place, cut) for way in _glued(place, rest)]
                if place.rank == 0:
                    ways += [way.after(place, cut) for way in _repeated_sido(place, rest)]
        if all(place.rank == 0 for place in full):  # 성남분당구; 광주오포읍, where 광주 is no sido
            short = [place for place in shortened_below(last, head) if place.rank < EMD]
            ways += [_Way((place, end), len(token), True) for place in short for end in below(place, rest)]
    return tuple(ways)


def _is_appendix(place: Place, rest: str) -> bool:
    """Tell whether what is glued to a place's name is no part of it: 강남구일대, 영북면산정리, 강남구테헤란로12."""
    if spelling.GLUED.fullmatch(rest) or (place.rank > 0 and spelling.ROAD.fullmatch(rest)):
        return True  # but not 제주특별자치로
    return place.rank == EMD and bool(spelling.GLUED_RI.fullmatch(rest))


def _repeated_sido(place: Place, rest: str) -> list[_Way]:
    """A sido said twice within one word: 세종특별자치시세종시조치원읍."""
    ways: list[_Way] = []
    for form in places().forms.get(place.family, ()):
        if rest.startswith(form):
            left = rest[len(form) :]
            ways += [_Way((end,), len(rest)) for end in below(place, left)] if left else [_Way((), len(rest))]
    return ways


def _extended(
    reading: ParsedPlace, chain: tuple[Place, ...], letters: int, *, shortened: bool = False, vague: bool = False
) -> ParsedPlace:
    return ParsedPlace(
        reading.places + chain, reading.letters + letters, reading.shortened or shortened, reading.vague or vague
    )


def _is_repetition(reading: ParsedPlace, token: str) -> bool:
    """Columns that are put together often say a name twice: 경기도 경기도 성남시, 세종특별자치시 세종시."""
    sido = places().sido.get(token)
    return any(
        token in (place.name, place.name[:-1]) or (sido is not None and place.family == sido.family)
        for place in reading.places
    )


def _passed_over(reading: ParsedPlace, token: str, previous: str) -> list[ParsedPlace]:
    """The reading after a word that names nothing, or none where such a word may not be left out.

    Numbers, roads and words like 소재 may stand between places. After any other word only what lies directly below
    the place before it is believed: 경기도 안성리 죽산면 is not taken for 안성시 죽산면.
    """
    if not reading.places:
        return [reading] if spelling.LEADING.fullmatch(token) else []
    after_address = previous[:1].isdigit() or spelling.ROAD.fullmatch(previous)
    if spelling.PART.fullmatch(token) and (token[-2:] == "가동" or not after_address):
        return []
    if token[0].isdigit() or spelling.GLUED.fullmatch(token):
        return [reading]
    if token in places().sido or spelling.SEVERAL.fullmatch(token) or spelling.STUB.fullmatch(token):
        return []
    if spelling.SHAPED.fullmatch(token):
        return []
    is_road = spelling.ROAD.fullmatch(token)
    if is_sigungu_name(token) and not (is_road and shortened_below(reading.last, token)):  # 여수 순천, but 서울 종로 33
        return []
    if is_road:
        return [reading]
    if _is_misspelling(reading.places[-1], token) and not reading.closed:
        return []
    headed = _with_head(reading, token)
    return [headed._replace(closed=True)] if headed else []


def _with_head(reading: ParsedPlace, token: str) -> ParsedPlace | None:
    """The si, gun or gu that an institution is named after, 분당구보건소; a dong's name may have travelled.

    None where the word names several, 청주시외, or begins like a sigungu without saying so, 서울 강남서초.
    """
    last = reading.places[-1]
    for cut in range(len(token) - 1, 1, -1) if last.rank < EMD and not reading.closed else ():
        for place in below(last, token[:cut]):
            if place.rank < EMD and last.family in place.parents:
                return None if spelling.SEVERAL.fullmatch(token[cut:]) else _extended(reading, (place,), cut)
        if last.rank == 0 and any(place.rank < EMD for place in shortened_below(last, token[:cut])):
            return None
    return reading


@lru_cache(maxsize=1 << 16)
def _is_misspelling(place: Place, token: str) -> bool:
    """Tell whether a word is one letter away from a name below the place: 성남씨, and for sigungu 성냠 too."""
    letters = spelling.strokes(spelling.without_ordinal(token))
    namesakes = places().named.get(place.name) or [place]  # 창원시 before and after 2010
    return len(token) > 1 and any(
        spelling.is_one_letter_off(letters, form) for namesake in namesakes for form in _forms_below(namesake)
    )


@cache
def _forms_below(place: Place) -> tuple[str, ...]:
    names = names_below(place)
    short = [name[:-1] for name in names if len(name) > 2 and name[-1] in "시군구"]
    return tuple(spelling.strokes(form) for form in (*names, *short))
