"""How people spell divisions: one normal form for every way of typing a name, and which words are no divisions."""

import re
import unicodedata
from typing import Literal

# Every dot that Korean tables put between numbers or names, some of which NFKC would turn into other letters.
_DOTS = {ord(char): "." for char in "·ㆍ・‧∙•⋅･ᆞ"} | dict.fromkeys(
    map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"), None
)
_PLAIN = re.compile(r"[가-힣0-9 ]*")  # most texts: nothing to do
_LIST_DOT = re.compile(r"(?<=\d)\s*[.,/]\s*(?=\d)")
_LIST_DOT_SIGN = "\x00"
_INNER_DOT = re.compile(r"(?<=\S)\.(?=\S)")
_SEPARATORS = re.compile(r"[\s,./|>;:*※\"'()\[\]{}<_~\-–—→]+")
ORDINAL = re.compile(r"제(?=\d)")

# What may stand before the first division.
LEADING = re.compile(r"(대한민국|한국|주소|소재지|지역|우|\d+|\W+)")
_ROAD = r"[가-힣A-Za-z\d.]+(로|길)(\d+(번?길\d*)?)?"

# What may be glued to a division's name without being part of it: 강남구청, 강남구일대, 역삼동123.
GLUED = re.compile(r"(청|청사|주민센터|행정복지센터|사무소|일대|일원|관내|지역|전역|전체|내|소재|\d+(번지.*)?)")
# 영북면산정리, 강남구테헤란로12
GLUED_RI = re.compile(r"[가-힣]+\d*리(\d.*)?")
# 1동 of no name; 4가동 of 종로1~4가동
PART = re.compile(r"\d+(동|가동?)")
# What commonly follows a place: a ri, a road, 일대.
DETAIL = re.compile(rf"{GLUED.pattern}|{GLUED_RI.pattern}|{_ROAD}")
# Words that say that the text means more than one place.
SEVERAL = re.compile(r"외(\d+.*)?|등|등지|및|각지")
# 서울 중: too short to stand for a name, too much like one to be passed over.
STUB = re.compile(r"[동서남북중]")
# 가동, 나동: a building of an estate, unless it is a dong of that very sigungu.
BUILDING = re.compile(r"[가-힣]동")
SHAPED = re.compile(r"[가-힣][가-힣\d.]*([시군구읍면동]|\d가)")
ROAD = re.compile(_ROAD)

Sort = Literal["nothing", "number", "part", "detail", "other"]

_SIDO = {
    "1100000000": "서울 서울시 서울특별시",
    "2600000000": "부산 부산시 부산광역시",
    "2700000000": "대구 대구시 대구광역시",
    "2800000000": "인천 인천시 인천광역시",
    "2900000000": "광주 광주시 광주광역시",
    "3000000000": "대전 대전시 대전광역시",
    "3100000000": "울산 울산시 울산광역시",
    "3600000000": "세종 세종시 세종특별자치시 세종특별시 세종자치시",
    "4100000000": "경기 경기도",
    "4200000000": "강원 강원도",
    "5100000000": "강원 강원특별자치도 강원자치도 강원특별도 강원특자도",
    "4300000000": "충북 충북도 충청북도",
    "4400000000": "충남 충남도 충청남도",
    "4500000000": "전북 전북도 전라북도",
    "5200000000": "전북 전북도 전북특별자치도 전북자치도 전북특별도 전북특자도",
    "4600000000": "전남 전남도 전라남도",
    "4700000000": "경북 경북도 경상북도",
    "4800000000": "경남 경남도 경상남도",
    "5000000000": "제주 제주도 제주특별자치도 제주자치도 제주특별도 제주특자도",
    "1200000000": "전남광주통합특별시 전남광주 전남광주통합시 전남광주특별시 전남광주시 광주전남통합특별시",
}


def sido_forms() -> dict[str, tuple[str, ...]]:
    """Return every spelling of a sido -> its codes: 강원 is right before and after 2023, 강원도 only before."""
    forms: dict[str, list[str]] = {}
    for code, spellings in _SIDO.items():
        for spelling in spellings.split():
            forms.setdefault(spelling, []).append(code)
    return {spelling: tuple(codes) for spelling, codes in forms.items()}


def words(text: str) -> list[str]:
    """Split a text into words in normal form: NFKC, one dot in lists of numbers, no other marks.

    >>> words("경기도,성남시 분당구(서현제1동)"), words("숭의1, 3동 율량·사천동")
    (['경기도', '성남시', '분당구', '서현제1동'], ['숭의1.3동', '율량사천동'])
    """
    if _PLAIN.fullmatch(text):
        return text.split()
    text = unicodedata.normalize("NFKC", text.translate(_DOTS))
    text = _INNER_DOT.sub("", _LIST_DOT.sub(_LIST_DOT_SIGN, text))
    return [word.replace(_LIST_DOT_SIGN, ".") for word in _SEPARATORS.split(text) if word]


def sort_of(following: list[str]) -> Sort:
    """Tell what the first of the words is: a number, part of a list or of a name, or what commonly follows a place."""
    if not following:
        return "nothing"
    word = following[0]
    if PART.fullmatch(word):
        return "part"
    if word[0].isdigit():
        return "number"
    return "detail" if DETAIL.fullmatch(word) else "other"


def key(name: str) -> str:
    """Return an official name as `words` would leave it when typed without spaces: 율량.사천동 -> 율량사천동."""
    return "".join(words(name))


def without_ordinal(word: str) -> str:
    """Leave out the 제 before a number: 상일제1동 -> 상일1동."""
    return ORDINAL.sub("", word)


def strokes(text: str) -> str:
    """Return a text as single letters (jamo), in which a misspelling is one letter and not a whole syllable."""
    return unicodedata.normalize("NFD", text)


def is_one_letter_off(left: str, right: str) -> bool:
    """Tell whether two jamo strings are equal but for one letter put in, left out or changed."""
    if abs(len(left) - len(right)) > 1:
        return False
    if len(left) > len(right):
        left, right = right, left
    same = 0
    while same < len(left) and left[same] == right[same]:
        same += 1
    return left[same + (len(left) == len(right)) :] == right[same + 1 :]


def is_one_syllable_off(left: str, right: str) -> bool:
    """Tell whether two words of three syllables or more differ in one of them."""
    return len(left) == len(right) > 2 and sum(a != b for a, b in zip(left, right, strict=True)) == 1
