"""The years that a title, a sheet's name or a file's name speaks for."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from sciculture_etl.tables.moments import DAY, END_BEFORE, MONTH, SENT_FOR, SENT_IN, spaced, without

# Best first: a year that is called the programme's. Days and months ("2021년 1월 제출") are no program years.
YEAR_WORDS = (
    re.compile(r"사업\s?[연년]도\s?[:：]?\s?(20\d{2})"),
    re.compile(r"(?<!\d)(20\d{2})\s?(?:학년도|년도|사업)"),
    re.compile(r"(?<!\d)(20\d{2})\s?년"),
)
# At the head of a line, 20년 is a year and no length of time.
SHORT_YEAR = re.compile(
    r"['’‘`](\d{2})\s?년|(?<!\d)(\d{2})\s?년도|^[^\w\n]*([12]\d)\s?년(?=\s)(?!\s?(?:간|동안|이상|만에|기념|연속))", re.M
)
# From day to day: that of the programme, by its name, or a whole year (2020. 1. 1. ~ 12. 31.). A label is looked for
# from the first of its syllables alone: from each of thousands in a row, it would take the square of their number.
PERIOD = re.compile(
    r"(?:(?<![가-힣])(?P<label>[가-힣]+)\s?기간\s?[:：]?\s?)?(?P<year>20\d{2})\s?[.\-/년]\s?(?P<first>\d{1,2}\s?[.\-/월]\s?\d{1,2})\s?[일.]?"
    r"\s?[~∼\-–]\s?(?:(?P<end>20\d{2})\s?[.\-/년]\s?)?(?P<last>\d{1,2}\s?[.\-/월]\s?\d{1,2})"
)
OF_PROGRAMME = ("운영", "사업", "실적", "대상", "활동")
# The year that another is held against.
COMPARED = re.compile(r"20\d{2}\s?(?:년도?)?\s?\)?\s?(?:대비|에\s?비해|보다)")
BOTH_COMPARED = re.compile(r"비교|→|vs", re.IGNORECASE)
# The year in which something began that is reported on: of the rows only where no other is named.
BEGUN = re.compile(r"20\d{2}\s?년?도?\s?(?:에\s?)?(?:선정|협약|개관|설립|창립|지정|신규|이월|개정|제정|착공|개소)")
# Several years at once: 2020~2021년, 2019·2020, ’19~’20, 2018년부터 2020년까지.
_ONE = r"(?:20\d{2}(?!\d)|['’‘`]\d{2}(?!\d)|(?<![\d.])\d{2}(?=\s?년))\s?+(?:학년도|년도?+)?+"
_BETWEEN = r"\s?+(?:[~∼～〜\-–—·,/&]|부터|에서|및|와|과)\s?+"
SEVERAL_YEARS = re.compile(rf"(?<![\d.]){_ONE}(?:{_BETWEEN}{_ONE}){{1,9}}+(?!\s?[.\-]?\d)(?!\s?\.)")
YEAR_OR_RANGE = re.compile(r"(?P<range>[~∼～〜\-–—]|부터|에서)|(?<!\d)(?P<year>20\d{2}|\d{2})(?!\d)")
# Several, which aren't named.
OPEN_ENDED = re.compile(
    r"20\d{2}\s?년?도?\s?(?:이후|이래|부터|까지)|20\d{2}\s?년?도?\s?[~∼～〜]\s?(?:현재|[)\]]|\n|$)"
    r"|(?:^|[(\[\s])[~∼～〜]\s?20\d{2}\s?+년?+도?+(?![\d.\s\-/]*\d)"
)
YEAR_BY_YEAR = re.compile(r"\d\s?개\s?년|최근\s?\d{1,2}\s?년|[연년]도\s?별|역대|전체\s?[연년]도")
MAX_YEARS = 30  # from the first to the last of several
BARE_YEAR = re.compile(r"(?<![\d.\-])(20\d{2})(?![\d.\-])")
_TERM = r"[1-4]\s?(?:/\s?4)?\s?분기|[1-4]\s?기수?|[상하]반기|1?\d\s?월"
_WORDS = rf"[\s_]*+(?:(?:{_TERM})[\s_]*+)?(?:운영)?\s?(?:실적|현황|자료)?\s?"
YEAR_SHEET = re.compile(
    r"\s?(?:(?:운영)?\s?(?:실적|현황|자료)\s?)?\(?"
    rf"(?:(20\d{{2}})\s?(?:년도?|학년도)?|['’‘`]?(\d{{2}})\s?년도?|['’‘`](\d{{2}}))\)?{_WORDS}"
)
SHEET_WORDS = re.compile(_WORDS)
YEAR_IN_NAME = re.compile(r"(?<!\d)(20\d{2})(?:0[1-9]|1[0-2])?(?!\d)")
DAY_IN_NAME = re.compile(r"(?<!\d)20\d{2}_\d{1,2}_\d{1,2}(?!\d)")
SHORT_YEAR_IN_NAME = re.compile(r"(?<!\d)(\d{2})년|['’‘`](\d{2})(?!\d)")


@dataclass(frozen=True)
class StatedYears:
    """What a text says of years.

    Attributes:
        one: the year that its rows are of, where they say none; None where several may be meant.
        all: those that it speaks for; empty where it names none or speaks for any.
        is_open: whether it speaks for several that it doesn't all name (``최근 3개년``, ``2019년 이후``).
    """

    one: int | None = None
    all: frozenset[int] = frozenset()
    is_open: bool = False

    @classmethod
    def of(cls, *years: int) -> StatedYears:
        """Those years alone."""
        return cls(years[0] if len(years) == 1 else None, frozenset(years))

    def __bool__(self) -> bool:
        return self.one is not None or bool(self.all) or self.is_open


UNSTATED = StatedYears()


def stated_years(text: str) -> StatedYears:
    """The years that a title speaks for; not those compared with, nor those in which something was sent."""
    sent = without((SENT_IN,), text)
    named = sent if BOTH_COMPARED.search(sent) else without((COMPARED,), sent)
    several = frozenset(year for found in SEVERAL_YEARS.finditer(named) for year in _years_between(found[0]))
    whole = without((SEVERAL_YEARS,), named)
    # What a table is as of, was sent for or began in is its year only where nothing else is.
    years = _years(without((END_BEFORE, SENT_FOR, BEGUN), whole)) or _years(whole)
    one = years[0] if years else None
    if YEAR_BY_YEAR.search(named):
        return StatedYears(one, several and several | set(years), not several)
    if years and OPEN_ENDED.search(whole):
        least, most = min(years), max(years)
        if least == most and not several:
            return StatedYears(is_open=True)
        return StatedYears(None, several.union(range(least, min(most, least + MAX_YEARS) + 1)))
    if BOTH_COMPARED.search(named) and len(set(years)) > 1:
        one = None
    return StatedYears(one, frozenset(years) or several)


def _years_between(text: str) -> list[int]:
    """``2018~2020`` → 2018, 2019, 2020; ``2018, 2020`` → 2018, 2020."""
    years: list[int] = []
    is_range = False
    for found in YEAR_OR_RANGE.finditer(text):
        if found["range"]:
            is_range = True
            continue
        year = int(found["year"]) + (2000 if len(found["year"]) == 2 else 0)
        if is_range and years and years[-1] < year <= years[-1] + MAX_YEARS:
            years += range(years[-1] + 1, year)
        years.append(year)
        is_range = False
    return years


def _years(whole: str) -> list[int]:
    """The years that it calls so in the best of ways."""
    text = without((DAY, MONTH), whole)
    for words in YEAR_WORDS:
        if found := words.findall(text):
            return [int(year) for year in found]
    if short := SHORT_YEAR.findall(text):
        return [2000 + int("".join(digits)) for digits in short]
    # A monthly report says its year only with its month (2021년 5월 ... 실적).
    for plain in (text, DAY.sub(" ", whole).replace(".", " ")):
        if found := BARE_YEAR.findall(plain):
            return [int(year) for year in found]
    year = _year_of_period(whole)
    return [year] if year else []


def _year_of_period(text: str) -> int | None:
    for found in PERIOD.finditer(text):
        ends = [tuple(int(part) for part in re.findall(r"\d+", found[name])) for name in ("first", "last")]
        if found["end"] in (None, found["year"]) and (
            found["label"] in OF_PROGRAMME or (not found["label"] and ends == [(1, 1), (12, 31)])
        ):
            return int(found["year"])
    return None


def years_of_sheet(name: str | None) -> StatedYears:
    """``2020년``, ``2020 실적``, ``2020년 1분기`` → 2020; none of a sheet that is called by more than its time."""
    plain = spaced(unicodedata.normalize("NFKC", name or ""))
    if found := YEAR_SHEET.fullmatch(plain):
        digits = found[1] or found[2] or found[3]
        return StatedYears.of(int(digits) + (2000 if len(digits) == 2 else 0))
    found = SEVERAL_YEARS.match(plain)
    if found and SHEET_WORDS.fullmatch(plain[found.end() :]):
        return StatedYears.of(*_years_between(found[0]))
    return UNSTATED


def years_in_file_name(name: str) -> StatedYears:
    """``2020 생활과학교실.xlsx`` → 2020; a whole date like 20200415 is no program year."""
    name = without((SENT_IN,), spaced(unicodedata.normalize("NFC", name)))
    several = [year for found in SEVERAL_YEARS.finditer(name) for year in _years_between(found[0])]
    whole = DAY.sub(" ", DAY_IN_NAME.sub(" ", without((SEVERAL_YEARS,), name)))
    is_open = bool(YEAR_BY_YEAR.search(name))
    # The month of a name is often that of sending.
    name = without((MONTH, SENT_FOR, BEGUN), whole)
    name = name if YEAR_IN_NAME.search(name) or SHORT_YEAR_IN_NAME.search(name) else whole
    years = [int(year) for year in YEAR_IN_NAME.findall(name)]
    years = years or [2000 + int("".join(digits)) for digits in SHORT_YEAR_IN_NAME.findall(name)]
    one = years[0] if years and not several else None
    return StatedYears(one, frozenset(several if is_open else [*several, *years]), is_open and not several)
