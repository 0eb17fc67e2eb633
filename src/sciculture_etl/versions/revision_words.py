"""What a file's name says of its place among versions: the name without that, a day, and revision words in order.

``2020_실적_최종_수정2.xlsx`` → stem ``2020실적``, rank ``최종 00000001/수정 00000002/``. Which ranks are comparable is
up to ``sql/rules/version_order.sql``. A number is a revision only at the end of a name (``_2``, ``(1)``) or after a
revision word: years, terms and days of months are none.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import NamedTuple

EXTENSION = re.compile(r"\.[a-z][a-z0-9]{1,4}$")
SEPARATOR = r"""[\s_\-–—~.,·+!*★☆※"'“”‘’()\[\]{}<>「」『』【】〔〕〈〉《》]"""
WHAT = "(?:본|안|분|판|완료|파일|자료|버전)?"
# A number belongs to the word before it, unless it is the beginning of something else (수정_2기, 수정_2020).
NUMBER = rf"(?:{SEPARATOR}{{0,3}}(?P<n_WORD>\d{{1,2}})차?(?![0-9a-z가-힣]))?"
REPEATED = rf"(?:(?P<nth_WORD>\d{{1,2}})차{SEPARATOR}?)?(?P<re_WORD>재{{0,4}})"
VERY = rf"(?P<very>(?:진짜|찐|레알|완전|최(?=최)|(?:real|true){SEPARATOR}?){{0,4}})"
WORDS = {
    **{word: f"{REPEATED}{word}{WHAT}" for word in ("수정", "정정", "보완", "재제출")},
    "최종": f"{VERY}(?:최종|final){WHAT}",
    "복사본": "복사본|사본|copy",
}
VERSION = (
    r"(?<![a-z])(?P<kind>version|ver|v|버전|revision|revised|rev)[.\s_]?(?P<major>\d{1,2})(?:\.(?P<minor>\d{1,2}))?"
)
TOKEN = re.compile(
    "|".join(f"(?P<{word}>{pattern}){NUMBER}".replace("WORD", word) for word, pattern in WORDS.items())
    + rf"|(?P<version>{VERSION})(?![0-9a-z가-힣])"
)
# At the end alone: what browsers and file managers add, and a number after a separator (not 2020_1: a term).
AT_THE_END = re.compile(rf"\((?P<download>\d)\){SEPARATOR}*$|(?<![\d_\-\s])(?:_|-|\s)+(?P<number>[1-9])$")
DAYS = (
    re.compile(r"(?<!\d)(?P<y>20\d\d)(?P<m>\d\d)(?P<d>\d\d)(?!\d)"),
    re.compile(r"(?<!\d)(?P<y>20\d\d)(?P<s>[-._/])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})(?!\d|(?P=s)\d)"),
    re.compile(r"(?<!\d)(?P<y>20\d\d)년\s?(?P<m>\d{1,2})월\s?(?P<d>\d{1,2})일"),
    re.compile(r"(?<!\d)(?P<y>\d\d)(?P<m>\d\d)(?P<d>\d\d)(?!\d)"),
    re.compile(r"(?<![\d.])(?P<y>\d\d)\.(?P<m>\d\d)\.(?P<d>\d\d)(?!\.?\d)"),
)
# 201012 may be December 2010 as well as 12 October 2020.
YEAR_AND_MONTH = re.compile(r"20[01]\d(?:0[1-9]|1[0-2])")


class NamedVersion(NamedTuple):
    """What a name says.

    Attributes:
        stem: what is left of it; names with the same one are otherwise equal.
        day: the one day that stands in it.
        rank: ``<word> <number>/`` for each revision word, in order; empty where there is none.
    """

    stem: str
    day: date | None
    rank: str


def named_version(file_name: str) -> NamedVersion:
    """What the name says; composed or not, in full or half width, with any extension."""
    name = EXTENSION.sub("", unicodedata.normalize("NFKC", file_name).casefold().strip())
    name, day = _without_day(name)
    tokens: list[tuple[str, int]] = []
    if found := AT_THE_END.search(name):
        tokens = [("()" if found["download"] else "_", int(found["download"] or found["number"]))]
        name = name[: found.start()]
    name, words = _without_words(name)
    return NamedVersion(_stem(name), day, _rank([*words, *tokens]))


def _without_day(name: str) -> tuple[str, date | None]:
    """Of several days, as of a period, none is when the file was made."""
    found = [
        (match.span(), day)
        for pattern in DAYS
        for match in pattern.finditer(name)
        if (day := _day_of(match)) is not None
    ]
    if len({span for span, _ in found}) != 1:
        return name, None
    (start, end), day = found[0]
    return f"{name[:start]} {name[end:]}".strip(), day


def _day_of(match: re.Match[str]) -> date | None:
    if YEAR_AND_MONTH.fullmatch(match[0]):
        return None
    year = int(match["y"])
    try:
        return date(year if year > 99 else 2000 + year, int(match["m"]), int(match["d"]))
    except ValueError:
        return None


def _without_words(name: str) -> tuple[str, list[tuple[str, int]]]:
    """Words that stand by themselves, and those that the name ends with."""
    left, tokens, at = [], list[tuple[str, int]](), 0
    for first, last, own in _runs(name):
        is_apart = re.fullmatch(SEPARATOR, name[first - 1 : first] or " ") and re.fullmatch(
            SEPARATOR, name[last : last + 1] or " "
        )
        if is_apart or re.fullmatch(f"{SEPARATOR}*", name[last:]):
            left.append(name[at:first])
            tokens += own
            at = last
    return " ".join([*left, name[at:]]), tokens


def _runs(name: str) -> list[tuple[int, int, list[tuple[str, int]]]]:
    """Revision words that follow one another directly (최종수정2): where they begin and end, and what they say."""
    runs: list[tuple[int, int, list[tuple[str, int]]]] = []
    for match in TOKEN.finditer(name):
        first, last = match.span()
        if runs and runs[-1][1] == first:
            runs[-1] = (runs[-1][0], last, [*runs[-1][2], *_tokens(match)])
        else:
            runs.append((first, last, _tokens(match)))
    return runs


def _tokens(match: re.Match[str]) -> list[tuple[str, int]]:
    if match["version"]:
        kind = "rev" if match["kind"].startswith("rev") else "v"
        return [(kind, int(match["major"]) * 100 + int(match["minor"] or 0))]
    word = next(word for word in WORDS if match[word])
    number = int(match[f"n_{word}"] or 1)
    if word == "최종":
        very = len(re.findall("진짜|찐|레알|완전|최|real|true", match["very"]))
        return [(word, number), *([("진짜", very)] if very else [])]
    if word != "복사본":
        number = int(match[f"nth_{word}"] or 0) or number + len(match[f"re_{word}"])
    return [(word, number)]


def _rank(tokens: list[tuple[str, int]]) -> str:
    """The same word twice is one with both numbers: 최종최종 is the second one."""
    joined: list[tuple[str, int]] = []
    for word, number in tokens:
        if joined and joined[-1][0] == word:
            joined[-1] = (word, joined[-1][1] + number)
        else:
            joined.append((word, number))
    return "".join(f"{word} {number:08}/" for word, number in joined)


def _stem(name: str) -> str:
    """Without separators, but for those between digits: 2020_1 is not 20201."""
    return re.sub(r"(?<!\d) | (?!\d)", "", " ".join(re.sub(SEPARATOR, " ", name).split()))
