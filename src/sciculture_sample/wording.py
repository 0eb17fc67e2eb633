"""How single values are written: numbers, regions, years, terms and dates, each in the spelling a style asks for."""

import datetime as dt
import re
from collections.abc import Callable
from functools import cache

from sciculture_sample.places import SHORT_SIDO, Place
from sciculture_sample.styles import RegionStyle, Spelling
from sciculture_sample.tables import Cell

FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
WEEKDAYS = "월화수목금토일"


def number_writer(spelling: Spelling, unit: str, zero: str = "0") -> Callable[[int], Cell]:
    """A function that writes a count in this spelling; zero may be a dash, as in Korean tables."""

    @cache
    def write(number: int) -> Cell:
        if number == 0 and zero != "0":
            return zero
        match spelling:
            case "number":
                return number
            case "comma":
                return f"{number:,}"
            case "unit":
                return f"{number:,}{unit}"
            case "full_width":
                return str(number).translate(FULL_WIDTH)
            case "spaced":
                return f"{number:,}".replace(",", " ")
            case _:
                return str(number)

    return write


def write_score(score: float | None, spelling: Spelling) -> Cell:
    """A satisfaction of 0 to 100, or nothing where nobody was asked."""
    if score is None:
        return None
    if spelling == "number":
        return score
    return f"{score:.1f}%" if spelling == "unit" else f"{score:.1f}"


def write_region(place: Place, style: RegionStyle) -> tuple[str, ...]:
    """The region as one text or as three: sido, sigungu, eupmyeondong."""
    sido = SHORT_SIDO.get(place.sido, place.sido) if style.short_sido else place.sido
    sigungu = place.sigungu.replace(" ", "") if style.joined_sigungu else place.sigungu
    dong = write_dong(place.dong, style)
    if style.one_cell:
        return (" ".join(part for part in (sido, sigungu, dong) if part) + style.trailing,)
    return (sido, sigungu or style.sejong_city, dong)


def write_dong(dong: str, style: RegionStyle) -> str:
    """An administrative dong in one of its usual spellings: 제1동 or 1동, lists with a dot, a middle dot or a comma."""
    numbered = re.fullmatch(r"([가-힣]+[가-힣])(제?)(\d)동", dong)
    if numbered:
        stem, ordinal, number = numbered.groups()
        stem, ordinal = (stem[:-1], "제") if stem.endswith("제") and not ordinal else (stem, ordinal)
        if len(stem) > 1 and not stem.endswith("제") and style.ordinal != "as_is":
            return f"{stem}{'제' if style.ordinal == 'with_je' else ''}{number}동"
    return re.sub(r"[.·]", style.list_mark, dong) if style.list_mark else dong


def write_date(day: dt.date, spelling: int) -> str:
    """A date in the `spelling`-th of the usual ways."""
    weekday = WEEKDAYS[day.weekday()]
    return (
        day.isoformat(),
        f"{day.year}.{day.month}.{day.day}",
        f"{day.year}. {day.month}. {day.day}.({weekday})",
        f"{day.year}/{day.month}/{day.day}",
        f"{day:%Y%m%d}",
        f"{day.year}년 {day.month}월 {day.day}일",
        f"{day:%y.%m.%d}",
        f"'{day:%y}.{day.month}.{day.day}",
    )[spelling % 8]


def write_period(start: dt.date, end: dt.date, spelling: int, year: int) -> str:
    """From a day to another in the `spelling`-th of the usual ways; the year stands there where it isn't `year`."""
    if start.year != year or end.year != year or spelling % 4 == 2:
        return f"{start.isoformat()} ~ {end.isoformat()}"
    first, last = WEEKDAYS[start.weekday()], WEEKDAYS[end.weekday()]
    return (
        f"{start.month}.{start.day}~{end.month}.{end.day}",
        f"{year}. {start.month}. {start.day}.({first}) ~ {end.month}. {end.day}.({last})",
        "",
        f"{year}.{start.month}.{start.day}.~{end.month}.{end.day}.",
    )[spelling % 4]
