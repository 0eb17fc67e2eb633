"""Pass over words that name no place: numbers, roads, buildings, institutions; and tell which may not be left out."""

from functools import cache, lru_cache

from sciculture_etl.regions import spelling
from sciculture_etl.regions.parsed_place import ParsedPlace
from sciculture_etl.regions.place_index import EMD, Place, below, is_sigungu_name, names_below, places, shortened_below


def passed_over(reading: ParsedPlace, token: str, previous: str, addressed: bool) -> list[ParsedPlace]:
    """The reading after a word that names nothing, or none where such a word may not be left out.

    Numbers, roads and words like 소재 may stand between places, and parts of buildings once a lot or road number was
    read. After any other word only what lies directly below the place before it is believed: 경기도 안성리 죽산면 is
    not taken for 안성시 죽산면.
    """
    if not reading.places:
        return [reading] if spelling.LEADING.fullmatch(token) else []
    after_address = previous[:1].isdigit() or spelling.ROAD.fullmatch(previous)
    if addressed and is_building(token, previous):
        return [reading]
    if spelling.PART.fullmatch(token) and (token[-2:] == "가동" or not after_address):
        return []
    if token[0].isdigit() or spelling.GLUED.fullmatch(token) or token in spelling.NAME_MARKERS:
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
    if reading.turned:
        return []
    if _is_misspelling(reading.places[-1], token) and not reading.closed:
        return []
    headed = _with_head(reading, token)
    return [headed._replace(closed=True)] if headed else []


def is_building(token: str, previous: str) -> bool:
    """Tell whether a word after a lot or road number is part of a building: 105동, 가동, 관리동, 입구.

    One or two digits (힐스테이트 5동) only where the word before is no dong's name that they may belong to.
    """
    if spelling.NUMBERED_DONG.fullmatch(token):
        is_name = previous in places().stems or bool(spelling.SHAPED.fullmatch(previous))
        return not is_name and (len(previous) > 1 or previous.isascii())
    return bool(spelling.BUILDING_PART.fullmatch(token))


def _with_head(reading: ParsedPlace, token: str) -> ParsedPlace | None:
    """The si, gun or gu that an institution is named after, 분당구보건소; a dong's name may have travelled.

    None where the word names several, 청주시외, or begins like a sigungu without saying so, 서울 강남서초.
    """
    last = reading.places[-1]
    if last.rank == EMD or reading.closed:
        return reading
    for cut in range(min(len(token) - 1, places().max_letters), 1, -1):
        for place in below(last, token[:cut]):
            if place.rank < EMD and last.family in place.parents:
                return None if spelling.SEVERAL.fullmatch(token[cut:]) else reading.extended((place,), cut)
        if last.rank == 0 and any(place.rank < EMD for place in shortened_below(last, token[:cut])):
            return None
    return reading


@lru_cache(maxsize=1 << 16)
def _is_misspelling(place: Place, token: str) -> bool:
    """Tell whether a word is one letter away from a name below the place: 성남씨, and for sigungu 성냠 too."""
    if not 1 < len(token) <= places().max_letters + 1:
        return False
    letters = spelling.strokes(spelling.without_ordinal(token))
    namesakes = places().named.get(place.name) or [place]  # 창원시 before and after 2010
    return any(spelling.is_one_letter_off(letters, form) for namesake in namesakes for form in _forms_below(namesake))


@cache
def _forms_below(place: Place) -> tuple[str, ...]:
    names = names_below(place)
    short = [name[:-1] for name in names if len(name) > 2 and name[-1] in "시군구"]
    return tuple(spelling.strokes(form) for form in (*names, *short))
