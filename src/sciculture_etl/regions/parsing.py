"""Read a place text into readings: chains of named places, each below the one before, whatever the date.

Dates come in later (resolution.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from sciculture_etl.regions import spelling
from sciculture_etl.regions.dotted import words
from sciculture_etl.regions.gazetteer import gazetteer
from sciculture_etl.regions.glued import cut_apart
from sciculture_etl.regions.parsed_place import ParsedPlace
from sciculture_etl.regions.passing import is_building, passed_over
from sciculture_etl.regions.place_index import EMD, Place, below, is_sigungu_name, places, shortened_below

_JOINED_WORDS = 3  # 제주 특별 자치도
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
    tokens = words(text)
    waiting: list[list[ParsedPlace]] = [[] for _ in range(len(tokens) + 1)]
    waiting[0].append(within or _NOTHING)
    failed: tuple[str, ParsedPlace] = ("", _NOTHING)
    addressed = False  # a lot or road number has been read
    for position, token in enumerate(tokens):
        for reading in waiting[position] if len(waiting[position]) < 2 else dict.fromkeys(waiting[position]):
            joined = _joined(reading, tokens, position)
            for step, onward in joined:
                waiting[position + step].append(onward)
            next_readings = _onward(reading, token, spelling.sort_of(tokens[position + 1 : position + 2]), addressed)
            if not next_readings and not joined:
                next_readings = passed_over(reading, token, tokens[position - 1] if position else "", addressed)
            waiting[position + 1] += next_readings
            if not next_readings and len(reading.places) >= len(failed[1].places):
                failed = (token, reading)
        addressed = addressed or (position > 0 and spelling.is_address_number(token))
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
def _onward(reading: ParsedPlace, token: str, following: spelling.Sort, addressed: bool) -> list[ParsedPlace]:
    """The readings that one word leads to, given the sort of word that follows."""
    last = reading.last
    if last is not None and last.rank == EMD:
        return _after_emd(reading, token, addressed)
    full = below(last, token)
    if reading.closed and last is not None:
        direct = [place for place in full if last.family in place.parents]
        return [reading.extended((place,), len(token)) for place in direct]
    if reading.turned:
        return [reading.extended((place,), len(token)) for place in full] or _names_no_new_place(reading, token)
    if full:
        onward = [reading.extended((place,), len(token)) for place in full]
        # 광주 may be a sido or, when a word below it says so, a si; 안동 a dong or 안동시; 충북 영동 is 영동군.
        if last is None or last.rank == 0:
            rivals = [place for place in shortened_below(last, token) if place.rank < EMD or full[0].rank == 0]
            shorter = [reading.extended((place,), len(token), shortened=True) for place in rivals]
            if shorter and last is not None:
                return shorter
            return [way._replace(vague=bool(shorter) and _is_emd(way)) for way in onward] + shorter
        return onward
    if reading.places and (same_place := _names_no_new_place(reading, token)):
        return same_place
    if not (spelling.ROAD.fullmatch(token) and following in ("number", "part")):
        short = shortened_below(last, token)
        vague = bool(short) and _can_mean_more(short, token, following)
        if spelling.ROAD.fullmatch(token):  # 종로 may stand for 종로구, 을지로 is a road before it is a dong
            short = [place for place in short if place.rank < EMD]
        if short:
            onward = [reading.extended((place,), len(token), shortened=True) for place in short]
            return [way._replace(vague=way.vague or (vague and _is_emd(way))) for way in onward]
        if last is not None and not spelling.ROAD.fullmatch(token):
            deeper = places().shortened_below.get((last.family, token))
            if deeper:
                return [reading.extended((place,), len(token), shortened=True, vague=True) for place in deeper]
    return [reading.extended(way.chain, way.letters, shortened=way.shortened) for way in cut_apart(last, token)]


def _can_mean_more(short: Sequence[Place], token: str, following: spelling.Sort) -> bool:
    """Tell whether a dong's name without its suffix may be another word: 강남구 일원, 여수시 중앙 도서관, 목포 무안."""
    if following in ("part", "other") or spelling.GLUED.fullmatch(token):
        return True
    return any(place.rank < EMD for place in short) or is_sigungu_name(token)


def _is_emd(reading: ParsedPlace) -> bool:
    return reading.places[-1].rank == EMD


def _after_emd(reading: ParsedPlace, token: str, addressed: bool) -> list[ParsedPlace]:
    """After a dong only its other names and wider places matter: 역삼동 (역삼1동). Another dong contradicts it."""
    last = reading.places[-1]
    known = below(None, token)
    if not known:
        return [] if spelling.SEVERAL.fullmatch(token) else [reading]
    if last in known:
        return [reading]
    named = [place for place in known if place.rank > 0]
    same_place = _names_no_new_place(reading, token)
    if spelling.BUILDING.fullmatch(token) or (addressed and is_building(token, "")):
        named = [place for place in named if not place.parents.isdisjoint(last.parents)]
    if same_place or not named:
        return same_place or ([] if token in places().sido else [reading])
    partners = [
        place
        for place in named
        if place.rank == EMD and place.is_legal != last.is_legal and _has_common_ground(last, place)
    ]
    # The legal dong comes last, since its name is the stronger.
    return [
        ParsedPlace(reading.places[:-1], reading.letters).extended(
            (place, last) if last.is_legal else (last, place), len(token)
        )
        for place in partners
    ]


def _names_no_new_place(reading: ParsedPlace, token: str) -> list[ParsedPlace]:
    """The readings of a word that says no new place: one that was named, by this or another name, or a wider one."""
    if _is_repetition(reading, token):
        return [reading]
    if not below(None, token):
        return []
    return _renamed(reading, token) or _widened(reading, token)


def _renamed(reading: ParsedPlace, token: str) -> list[ParsedPlace]:
    """A former or later name of what was named: 청량읍 (청량면). Of the last place the name of the day counts."""
    families = {place.family for place in reading.places}
    known = (*below(None, token), *(below(reading.places[-2], token) if len(reading.places) > 1 else ()))
    named = [place for place in dict.fromkeys(known) if place.family in families]
    others = [place for place in named if place.family == reading.places[-1].family]
    return [reading, *(reading._replace(places=(*reading.places[:-1], place)) for place in others)] if named else []


def _widened(reading: ParsedPlace, token: str) -> list[ParsedPlace]:
    """A wider place after a narrower one: 강남구, 서울; 역삼동 (서울 강남구).

    Not 광주시, 경기, nor 동구, 광주시: where 광주시 may be a sido or a si, these may be two places.
    """
    index, is_dong = places(), _is_emd(reading)
    may_be_two = not is_dong and (token in index.sido_or_si or reading.places[0].name in index.sido_or_si)
    if may_be_two or (is_dong and reading.shortened):
        return []
    wider = [(place, False) for place in below(None, token) if place.rank < EMD]
    if token in index.sido:  # 송정동, 광주
        wider += [(place, True) for place in shortened_below(None, token) if place.rank < EMD]
    readings = []
    for place, is_shortened in wider:
        above = tuple(named for named in reading.places if named.rank < place.rank)
        beneath = reading.places[len(above) :]
        is_between = all(named.family in place.above for named in above)
        if beneath and is_between and all(place.family in named.above for named in beneath):
            ordered = reading._replace(places=(*above, place, *beneath), letters=reading.letters + len(token))
            vague = reading.vague and place.rank == 0  # 안동, 김해시 is no 안동시
            readings.append(ordered._replace(shortened=reading.shortened or is_shortened, vague=vague, turned=True))
    return readings


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
        moves += [(step, reading.extended((place,), len(word))) for place in below(last, word)]
    return moves


def _is_repetition(reading: ParsedPlace, token: str) -> bool:
    """Columns that are put together often say a name twice: 경기도 경기도 성남시, 세종특별자치시 세종시."""
    sido = places().sido.get(token)
    return any(
        token in (place.name, place.name[:-1]) or (sido is not None and place.family == sido.family)
        for place in reading.places
    )
