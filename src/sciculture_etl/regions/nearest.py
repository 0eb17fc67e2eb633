"""Find the divisions that an unknown word comes nearest to: never an answer, only a hint for whoever wrote it."""

from functools import cache

from sciculture_etl.regions import spelling
from sciculture_etl.regions.gazetteer import gazetteer
from sciculture_etl.regions.reading import Place, below, names_below, places

_MOST = 5


def nearest(above: Place | None, word: str, day: int) -> list[str]:
    """Return at most five codes valid on the day, nearest first: a namesake elsewhere, else names spelt alike."""
    if not word:
        return []
    known = gazetteer()
    found: dict[str, str] = {}
    for name, where in ((word, None), *((name, above) for name in _alike(above, word))):
        for place in below(where, name):
            for code in place.codes:
                if known.divisions[code].valid(day):
                    found.setdefault(known.divisions[code].full_name, code)
    return list(found.values())[:_MOST]


@cache
def _alike(above: Place | None, word: str) -> tuple[str, ...]:
    """Names below the place at most two letters away, nearest first; anywhere in the country, at most one."""
    letters = spelling.strokes(word)
    most = 2 if len(word) > 2 else 1
    near = [(spelling.distance(letters, spelling.strokes(name), most), name) for name in names_below(above)]
    if above is None:
        near += [(1, name) for name in places().named if spelling.one_letter_off(letters, spelling.strokes(name))]
    return tuple(dict.fromkeys(name for far, name in sorted(near) if far <= most))
