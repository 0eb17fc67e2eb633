"""How people spell divisions: one normal form for every way of typing a name, and which words are no divisions."""

import re
import unicodedata
from typing import Literal

# Every dot that Korean tables put between numbers or names, some of which NFKC would turn into other letters, and every
# bracket.
_SIGNS = (
    {ord(char): "." for char in "·ㆍ・‧∙•⋅･ᆞ"}
    | dict.fromkeys(map(ord, "([{<（［｛＜〔【「『《〈〖〘｟"), "(")
    | dict.fromkeys(map(ord, ")]}>）］｝＞〕】」』》〉〗〙｠"), ")")
    | dict.fromkeys(map(ord, "、，､"), ",")
    | dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"), None)
)
_PLAIN = re.compile(r"[가-힣0-9 ]*")  # most texts: nothing to do
_LIST_DOT = re.compile(r"(?<=\d)\s*[.,/]\s*(?=\d)")
_LIST_DOT_SIGN = "\x00"
INNER_DOT = "\x01"  # 율량·사천동, 신정동.목동중학교
_BETWEEN_LETTERS = re.compile(r"(?<=[^\s(),])\.(?=[^\s(),])")
_SEPARATORS = re.compile(r"[\s,./|;:*※\"'()_~\-–—→]+")
# 외 2필지, 등 3필지, 외1리: the lots beside, which say nothing of the division.
_OTHER_LOTS = re.compile(
    r"(?:(?<![가-힣])|(?<=[지호리]))(?:외|등|및)\s{0,3}"
    r"(?:\d{1,4}\s{0,3}개?\s{0,3}(?:필지?|번지|리(?![가-힣]))|(?:수|여러)?\s{0,3}개?\s{0,3}필지)"
)
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
ADDRESS_NUMBER = re.compile(r"\d.*|[^\d].*[로길동리가읍면산]\d+|산\d+")
# 가동, 나동: a building of an estate, unless it is a dong of that very sigungu.
BUILDING = re.compile(r"[가-힣]동")
# What is part of a building where a lot or road number stands before it.
BUILDING_PART = re.compile(
    r"(?:[가나다라마바사아자차카타파하]|에이|비|씨|디|제?\d{3,4}[A-Za-z]?|\d{1,4}[A-Za-z]|[A-Za-z]\d{0,3}"
    r"|지하|지상|관리|상가|본|별|본관|별관|신관|구관|주|부속|부속실|기숙사|생활관|사무|사무실|공장|창고|연구|실험|실습|강의|교육|전시"
    r"|행정|복지|주민|판매|근생|주차|아파트|오피스텔|체육관|도서관|유치원|어린이집|경비실)동"
    r"|[가-힣]*(?:입구|출구)|(?:전|후|정|측)면"
)
NUMBERED_DONG = re.compile(r"제?\d{1,2}동")
# Words that introduce a former or present name: (구)청량면.
NAME_MARKERS = frozenset(["구", "옛", "전", "현", "舊", "現", "종전", "당시"])
SHAPED = re.compile(r"[가-힣][가-힣\d.]*([시군구읍면동]|\d가)")
ROAD = re.compile(_ROAD)

Sort = Literal["nothing", "number", "part", "detail", "other"]

NUMERALS = "영일이삼사오육칠팔구십"
_NUMBERED = re.compile(r"([가-힣]+)([1-9]|10)(동|가)")

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


_ANY_SIDO = "|".join(sorted(" ".join(_SIDO.values()).split(), reverse=True))
# 고성군(경남)
_SIDO_AFTER = re.compile(rf"(?<![가-힣\d])([가-힣\d]++)\s{{0,3}}\(\s{{0,3}}({_ANY_SIDO})\s{{0,3}}\)")


def sido_forms() -> dict[str, tuple[str, ...]]:
    """Return every spelling of a sido -> its codes: 강원 is right before and after 2023, 강원도 only before."""
    forms: dict[str, list[str]] = {}
    for code, spellings in _SIDO.items():
        for spelling in spellings.split():
            forms.setdefault(spelling, []).append(code)
    return {spelling: tuple(codes) for spelling, codes in forms.items()}


def words(text: str) -> list[str]:
    """Split a text into words in normal form: NFKC, one dot in lists of numbers, no other marks.

    A dot between letters stays as ``INNER_DOT``. A sido in brackets comes before the name it belongs to.

    >>> words("경기도,성남시 분당구(서현제1동)"), words("숭의1, 3동 고성군(경남) 외 2필지")
    (['경기도', '성남시', '분당구', '서현제1동'], ['숭의1.3동', '경남', '고성군'])
    """
    if "외" in text or "필지" in text:
        text = _OTHER_LOTS.sub(" ", text)
    if _PLAIN.fullmatch(text):
        return text.split()
    text = unicodedata.normalize("NFKC", text.translate(_SIGNS))
    if "(" in text:
        text = _SIDO_AFTER.sub(r"\2 \1", text)
    text = _BETWEEN_LETTERS.sub(INNER_DOT, _LIST_DOT.sub(_LIST_DOT_SIGN, text))
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


def is_address_number(word: str) -> bool:
    """Tell whether a word is a lot or road number, or ends in one: 12번지, 테헤란로12, but not 3동, 2가."""
    if not (word[0].isdigit() or word[-1].isdigit()):
        return False
    return bool(ADDRESS_NUMBER.fullmatch(word)) and not PART.fullmatch(word)


def key(name: str) -> str:
    """Return an official name as it is typed without spaces and dots: 율량.사천동 -> 율량사천동."""
    return "".join(words(name)).replace(INNER_DOT, "")


def other_names(name: str) -> list[str]:
    """Return how else people write a dong's name with a numeral: 역삼일동, 원대1가 (원대동1가), 명륜동1가 (명륜1가)."""
    numbered = _NUMBERED.fullmatch(name)
    if numbered is None:
        return []
    stem, number, suffix = numbered.groups()
    stems = [stem]
    if suffix == "가" and stem[-1] == "동":
        stems.append(stem[:-1])
    elif suffix == "가" and stem[-1] != "로":
        stems.append(f"{stem}동")
    forms = [f"{form}{numeral}{suffix}" for form in stems for numeral in (number, NUMERALS[int(number)])]
    return [form for form in forms if form != name]


def spelt_out(name: str) -> tuple[str, str] | None:
    """Return a dong's name without its numeral, and as it is with a digit: 도련일동 -> 도련동, 도련1동."""
    if len(name) < 3 or name[-1] != "동" or name[-2] not in NUMERALS[1:]:
        return None
    return f"{name[:-2]}동", f"{name[:-2]}{NUMERALS.index(name[-2])}동"


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
