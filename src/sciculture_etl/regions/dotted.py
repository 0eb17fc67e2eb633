"""Words of a place text: a dot between letters is part of a name (율량·사천동) or parts two words (신정동.목동중)."""

from functools import cache

from sciculture_etl.regions import spelling
from sciculture_etl.regions.gazetteer import gazetteer
from sciculture_etl.regions.place_index import places


def words(text: str) -> list[str]:
    """Split a text into words in normal form.

    >>> words("청주시 율량·사천동 12 (신정동.목동중학교)")
    ['청주시', '율량사천동', '12', '신정동', '목동중학교']
    """
    found = spelling.words(text)
    if not any(spelling.INNER_DOT in word for word in found):
        return found
    return [piece for word in found for piece in _pieces(word)]


def _pieces(word: str) -> list[str]:
    for name in _dotted_names():
        word = word.replace(name, name.replace(spelling.INNER_DOT, ""))
    pieces: list[str] = []
    for piece in word.split(spelling.INNER_DOT):
        if pieces and piece and _is_one_name(pieces[-1], piece):
            pieces[-1] += piece
        elif piece:
            pieces.append(piece)
    return pieces


def _is_one_name(left: str, right: str) -> bool:
    """Tell whether a dot stands within a name (내·외동) or a list of short names (강남·서초), and parts no words."""
    index = places()
    both = left + right
    if both in index.sido or both in index.named:
        return True
    for cut in range(1, min(len(left), index.max_letters)):  # 김해시내·외동
        if left[cut - 1] in "도시군구" and both[cut:] in index.named:
            return True
    is_short = len(left) < 3 or left in index.shortened or left in index.stems or left in index.sido
    return is_short and left not in index.named


@cache
def _dotted_names() -> tuple[str, ...]:
    """Official names with a dot between letters, as `spelling.words` leaves them."""
    names = {"".join(spelling.words(item.name)) for item in gazetteer().divisions.values() if "." in item.name}
    return tuple(sorted(name for name in names if spelling.INNER_DOT in name))
