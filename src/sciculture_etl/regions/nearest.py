"""Find the divisions that an unknown word comes nearest to: never an answer, only a hint for whoever wrote it."""

from functools import cache, lru_cache

from sciculture_etl.regions import spelling
from sciculture_etl.regions.gazetteer import gazetteer
from sciculture_etl.regions.place_index import Place, below, names_below, places

_MAX_SUGGESTIONS = 5


def nearest(above: Place | None, word: str, day: int) -> list[str]:
    """Return at most five codes valid on the day: namesakes elsewhere, names that lack a suffix, names spelt alike."""
    if not word:
        return []
    known = gazetteer()
    found: dict[str, str] = {}
    alike = (place for name in _alike(above, word) for place in below(above, name))
    for place in (*below(None, word), *places().shortened.get(word, ()), *alike):
        for code in place.codes:
            if known.divisions[code].is_valid(day):
                found.setdefault(known.divisions[code].full_name, code)
    return list(found.values())[:_MAX_SUGGESTIONS]


@lru_cache(maxsize=1 << 14)
def _alike(above: Place | None, word: str) -> tuple[str, ...]:
    """Names below the place, or all names, that differ in one letter; failing that, below a place, in one syllable."""
    letters = spelling.strokes(spelling.without_ordinal(word))
    known = places().letters
    names = {name: known[name] for name in (_almost(letters) if above is None else names_below(above))}
    one_letter = [name for name, form in names.items() if spelling.is_one_letter_off(letters, form)]
    if one_letter or above is None:
        return tuple(sorted(one_letter))
    return tuple(sorted(name for name in names if spelling.is_one_syllable_off(word, name)))


@cache
def _lacking_one() -> dict[str, list[str]]:
    """Letters of all names, whole and each time without one of them → the names: what differs in one letter meets."""
    found: dict[str, list[str]] = {}
    for name, letters in places().letters.items():
        for form in _without_one(letters):
            found.setdefault(form, []).append(name)
    return found


@cache
def _longest() -> int:
    return max(map(len, places().letters.values()))


def _almost(letters: str) -> set[str]:
    """All names that may differ in one letter, and few others."""
    if len(letters) > _longest() + 1:
        return set()
    return {name for form in _without_one(letters) for name in _lacking_one().get(form, ())}


def _without_one(letters: str) -> set[str]:
    return {letters, *(letters[:at] + letters[at + 1 :] for at in range(len(letters)))}
