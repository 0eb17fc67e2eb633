"""The parts of a year (halves, quarters, months) that a title, a sheet's name or a file's name speaks for."""

from __future__ import annotations

import re
import unicodedata

from sciculture_etl.header_text import MIDDLE_DOTS
from sciculture_etl.tables.moments import AS_OF, DAY, SENT_FOR, SENT_IN, spaced, without

TERM_WORD = {2: r"반기", 4: r"(?:/\s?4\s?)?(?:분기|기수)", 12: r"월"}
SEVERAL = {
    count: re.compile(rf"(?<!\d)(\d{{1,2}})\s?(?:{word})?\s?([~∼～〜\-–·,])\s?(\d{{1,2}})\s?{word}")
    for count, word in TERM_WORD.items()
}
SAID = {
    2: re.compile(r"(?<!\d)([12])\s?반기()"),
    4: re.compile(
        r"(?<!\d)([1-4])\s?(?:/\s?4\s?)?(?:분기|기수)|(?<![\dA-Za-z])[Qq]([1-4])(?!\d)|(?<!\d)([1-4])[Qq](?![A-Za-z])"
    ),
    12: re.compile(
        r"(?<!\d)(1[0-2]|0?[1-9])\s?월|(?<!\d)20\d{2}[-_]?(0[1-9]|1[0-2])(?!\d)"
        r"|(?<!\d)20\d{2}\s?\.\s?(1[0-2]|0?[1-9])\s?\.?(?![\s\d]*\d)"
    ),
}
SEVERAL_TERMS = -1
# Parts of a year that are no month: halves, quarters, 2022. 1.~6.
PART_OF_YEAR = re.compile(r"반기|분기|20\d{2}\s?\.\s?\d{1,2}\s?\.?\s?[~∼～\-–]\s?\d")
# Of a part of the year and those before it.
CUMULATIVE = re.compile(r"까지|누계|누적|(?:분기|반기)\s?(?:말|현재|기준)")
# The part that another is held against.
COMPARED = re.compile(
    r"(?:[1-4]\s?(?:/\s?4\s?)?분기|[12]\s?반기|[상하전후]반기|(?<!\d)1?\d월)\s?\)?\s?(?:대비|에\s?비해|보다)"
)
YEAR = re.compile(r"20\d{2}|\d{2}\s?년")
MONTHS = re.compile(r"20\d{2}\s?\.\s?(\d{1,2})\s?\.?\s?[~∼～\-–]\s?(\d{1,2})(?!\d)")


def stated_term(text: str, per_year: int) -> int | None:
    """Which half (``상반기``), quarter (``2분기``, ``3/4분기``) or month (``5월``) a title or file name is of.

    0 where it names them all, ``SEVERAL_TERMS`` where it names several, None where none. Days (``7월 15일``), and when
    something was made or sent (``2020년 7월 제출``), are no terms.
    """
    plain = _plain(text)
    if per_year == 12 and PART_OF_YEAR.search(plain):
        return SEVERAL_TERMS
    terms = _terms(plain, per_year)
    if len(terms) == per_year:
        return 0
    if len(terms) == 1:
        return terms.pop()
    # What stands as of the end of a month is of that month and those before it.
    return SEVERAL_TERMS if terms or (per_year == 12 and AS_OF.search(plain)) else None


def stated_terms(text: str, per_year: int) -> frozenset[int]:
    """All parts of the year that a title or name speaks for; of a half or quarter, its months.

    Empty where it names none, or all up to one (``3분기까지``).
    """
    plain = _plain(text)
    if CUMULATIVE.search(plain):
        return frozenset()
    if per_year == 12 and PART_OF_YEAR.search(plain):
        spans = [(6 * half - 5, 6 * half) for half in _terms(plain, 2)]
        spans += [(3 * quarter - 2, 3 * quarter) for quarter in _terms(plain, 4)]
        spans += [(int(first), int(last)) for first, last in MONTHS.findall(plain)]
        return frozenset(month for first, last in spans for month in range(first, min(last, 12) + 1))
    return frozenset(term for term in _terms(plain, per_year) if 1 <= term <= per_year)


def _plain(text: str) -> str:
    plain = spaced(unicodedata.normalize("NFKC", text.translate(MIDDLE_DOTS)))
    plain = without((DAY, SENT_IN, COMPARED), plain)
    besides = without((SENT_FOR,), plain)
    plain = besides if YEAR.search(besides) else plain
    plain = re.sub(r"상\s?[·,/]?\s?하반기", "1·2반기", plain)
    return re.sub("[하후]반기", "2반기", re.sub("[상전]반기", "1반기", plain))


def _terms(plain: str, per_year: int) -> set[int]:
    plain = without((AS_OF,), plain)
    terms: set[int] = set()
    for first, mark, last in SEVERAL[per_year].findall(plain):
        terms |= {int(first), int(last)} if mark in "·," else set(range(int(first), int(last) + 1))
    plain = without((SEVERAL[per_year],), plain)
    return terms | {int(next(part for part in hit if part)) for hit in SAID[per_year].findall(plain)}
