"""What the rows above a header, and a file's name, say: the program year, units, who submits, when it was made."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sciculture_etl.contracts.form import TEMPLATE_ID, TemplateId
from sciculture_etl.header_text import MIDDLE_DOTS as MIDDLE_DOTS

# Texts come with runs of white space as one (``spaced``): each of them is one character at most.
DAY = re.compile(r"(20\d{2})\s?[.\-/년]\s?(\d{1,2})\s?[.\-/월]\s?(\d{1,2})(?!\d|\s?분기|\s?월)\s?일?\.?")
MONTH = re.compile(r"20\d{2}\s?년\s?\d{1,2}\s?월|20\d{2}\s?\.\s?\d{1,2}\s?\.")
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
COMPARED = re.compile(r"20\d{2}\s?(?:년도?)?\s?\)?\s?(?:대비|에\s?비해|보다|→|vs\.?)")
# Several years at once: 2020~2021년.
SEVERAL_YEARS = re.compile(
    r"(?<![\d.])20\d{2}\s?년?도?\s?[~∼〜]\s?(?:20\d{2}|['’‘`]?\d{2}\s?년)(?:\s?년도?)?(?!\s?[.\d])"
)
BARE_YEAR = re.compile(r"(?<![\d.\-])(20\d{2})(?![\d.\-])")
YEAR_SHEET = re.compile(r"\s?\(?(20\d{2})\s?(?:년도?|학년도)?\)?[\s_]*+(?:운영)?\s?(?:실적|현황|자료)?\s?")
YEAR_IN_NAME = re.compile(r"(?<!\d)(20\d{2})(?:0[1-9]|1[0-2])?(?!\d)")
SHORT_YEAR_IN_NAME = re.compile(r"(?<!\d)(\d{2})년|['’‘`](\d{2})(?!\d)")
MONEY_UNIT = re.compile(r"(천|만|백\s?만|억)\s?원")
MONEY_WORD = re.compile(r"(?:천|만|백\s?만|억)?\s?원")
ROUNDED = re.compile(r"(?:천|만|백\s?만)\s?(?:명|인|회|건|개)")
UNIT_LINE = re.compile(rf"단위\s?[:：]?\s?([^)\]>›〉]+)|[(\[<‹〈]\s?({MONEY_UNIT.pattern})\s?[)\]>›〉]")
SUBMITTER_LINE = re.compile(r"(?:기관명|운영기관|제출기관|수행기관|책임운영기관)[^\S\n]?[:：][^\S\n]?([^,;/|\n]+)")
MADE_ON = re.compile(r"(?:제출|수정|작성)\s?(?:일자|일시|일)?\s?[:：]?\s?(?=20\d{2})")
DAY_BEFORE = re.compile(
    rf"(?P<day>{DAY.pattern}|(?<![\d.])['’‘`]?\d{{2}}\s?\.\s?\d{{1,2}}\s?\.\s?\d{{1,2}}\.?"
    r"|(?<!\d)20\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))"
    r"\s?(?:\(\s?[월화수목금토일](?:요일)?\s?\)\s?)?(?:자\s?)?(?:기준|현재)"
)
END_BEFORE = re.compile(r"(20\d{2})\s?(?:년|\.)?\s?(?:(\d{1,2})\s?(?:월|\.)\s?)?말\s?(?:일\s?)?(?:자\s?)?(?:기준|현재)")
DAY_AFTER = re.compile(
    rf"(?:기준\s?(?:일?자?|시점|연월일)|현재|as\s?of)\s?[:：]?\s?(?P<day>{DAY.pattern})", re.IGNORECASE
)
# A month alone is as of its last day.
MONTH_OF = r"(?P<year>20\d{2})\s?[년.\-/]\s?(?P<month>1[0-2]|0?[1-9])(?!\d)\s?[월.]?+\s?+(?!\d)"
MONTH_BEFORE = re.compile(rf"{MONTH_OF}(?:기준|현재)")
MONTH_AFTER = re.compile(rf"기준\s?(?:일?자?|시점|연?월일?)\s?[:：]?\s?{MONTH_OF}")
# When something was made or sent, and as of when: neither is the program year or its part.
SENT = r"(?:제출|작성|수정|접수|보고)"
SENT_IN = re.compile(
    rf"20\d{{2}}\s?[년.]?[\s_]*(?:\d{{1,2}}\s?[월.][\s_]*)?{SENT}|\d{{1,2}}\s?월\s?(?:{SENT}|정산|마감)"
    rf"|{SENT}\s?일?자?\s?[:：]\s?20\d{{2}}\s?[년.]\s?\d{{1,2}}\s?[월.]?"
)
AS_OF = re.compile(r"(?:20\d{2}\s?년\s?)?\d{1,2}\s?월\s?(?:말\s?)?(?:현재|기준|말)|\d{1,2}\s?월\s?\d{1,2}\s?일")
TERM_WORD = {2: r"반기", 4: r"(?:/\s?4\s?)?(?:분기|기수)", 12: r"월"}
SEVERAL = {
    count: re.compile(rf"(?<!\d)(\d{{1,2}})\s?(?:{word})?\s?([~∼～〜\-–·,])\s?(\d{{1,2}})\s?{word}")
    for count, word in TERM_WORD.items()
}
SAID = {
    2: re.compile(r"(?<!\d)([12])\s?반기()"),
    4: re.compile(r"(?<!\d)([1-4])\s?(?:/\s?4\s?)?(?:분기|기수)|(?<![\dA-Za-z])[Qq]([1-4])(?!\d)"),
    12: re.compile(
        r"(?<!\d)(1[0-2]|0?[1-9])\s?월|(?<!\d)20\d{2}[-_]?(0[1-9]|1[0-2])(?!\d)"
        r"|(?<!\d)20\d{2}\s?\.\s?(1[0-2]|0?[1-9])\s?\.?(?![\s\d]*\d)"
    ),
}
MONEY_SCALE = {"원": 1, "천원": 1_000, "만원": 10_000, "백만원": 1_000_000, "억원": 100_000_000}


@dataclass(frozen=True)
class Title:
    """year: program year or None. unit: the money unit said for the whole table. rounded: the unit in which it tells
    rounded counts (``천명``). made_on: day of submission or correction. submitter: the institution named. template: the
    form of ours that the file was made from. day: the day that the table calls its own. text: all that stands there,
    but for the mark of the form. sheet: its name.
    """

    year: int | None = None
    unit: str | None = None
    rounded: str | None = None
    submitter: str | None = None
    made_on: date | None = None
    template: TemplateId | None = None
    day: str | None = None
    text: str = ""
    sheet: str | None = None

    def term(self, per_year: int) -> int | None:
        """The part of the year that it says, else that its sheet goes by (``stated_term``)."""
        said = stated_term(self.text, per_year)
        return stated_term(self.sheet, per_year) if said is None and self.sheet else said

    def within(self, sheet: Title) -> Title:
        """What it leaves unsaid, as the title of the whole sheet says it."""
        return Title(
            year=self.year or sheet.year, unit=self.unit or sheet.unit, rounded=self.rounded or sheet.rounded,
            submitter=self.submitter or sheet.submitter,
            made_on=self.made_on or sheet.made_on, template=self.template or sheet.template, day=self.day or sheet.day,
            text=self.text or sheet.text, sheet=self.sheet or sheet.sheet,
        )  # fmt: skip


def spaced(text: str) -> str:
    """A text with every run of white space as one blank, or as one line break where it holds any."""
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def _without(patterns: Iterable[re.Pattern[str]], text: str) -> str:
    for pattern in patterns:
        text = spaced(pattern.sub(" ", text))
    return text


def made_on(text: str) -> date | None:
    """The latest day on which a text says that it was made, corrected or submitted."""
    days, text = [], spaced(text)
    for found in MADE_ON.finditer(text):
        if day := DAY.match(text, found.end()):
            try:
                days.append(date(*(int(part) for part in day.groups())))
            except ValueError:
                continue
    return max(days, default=None)


def _year(text: str) -> int | None:
    whole = _without((SENT_IN, COMPARED, SEVERAL_YEARS), text)
    text = _without((DAY, MONTH), whole)
    for words in YEAR_WORDS:
        if found := words.search(text):
            return int(found[1])
    if found := SHORT_YEAR.search(text):
        return 2000 + int(found[1] or found[2] or found[3])
    if found := BARE_YEAR.search(text):
        return int(found[1])
    # A monthly report says its year only with its month (2021년 5월 ... 실적).
    if found := BARE_YEAR.search(DAY.sub(" ", whole).replace(".", " ")):
        return int(found[1])
    return _year_of_period(whole)


def _year_of_period(text: str) -> int | None:
    for found in PERIOD.finditer(text):
        ends = [tuple(int(part) for part in re.findall(r"\d+", found[name])) for name in ("first", "last")]
        if found["end"] in (None, found["year"]) and (
            found["label"] in OF_PROGRAMME or (not found["label"] and ends == [(1, 1), (12, 31)])
        ):
            return int(found["year"])
    return None


def read_title(rows: list[list[str | None]], sheet: str | None = None) -> Title:
    """What the rows above the header say; sheet: the name of theirs. A year deleted from the title of a form of ours
    still stands in its mark.
    """
    lines = (line for row in rows for line in _lines([unicodedata.normalize("NFKC", c) for c in row if c]))
    marked = spaced("\n".join(lines))
    template, text = TemplateId.found_in(marked), _without((TEMPLATE_ID,), marked)
    units = [
        re.sub(r"\s", "", unit[0])
        for found in UNIT_LINE.finditer(text)
        for unit in MONEY_WORD.finditer(found[1] or found[2])
    ]
    rounded = [unit[0] for found in UNIT_LINE.finditer(text) for unit in ROUNDED.finditer(found[1] or "")]
    submitter = SUBMITTER_LINE.search(text)
    return Title(
        year=_year(text) or (template.year if template else None),
        unit=next((unit for unit in units if unit in MONEY_SCALE and unit != "원"), None),
        rounded=next((re.sub(r"\s", "", unit) for unit in rounded), None),
        submitter=submitter[1].strip(" )]") if submitter else None,
        made_on=made_on(text),
        template=template,
        day=said_date(text),
        text=text,
        sheet=sheet,
    )


def _lines(cells: list[str]) -> list[str]:
    """The cells of a row; a label (``기관명:``) together with what stands right of it."""
    lines: list[str] = []
    for cell in cells:
        if lines and lines[-1].endswith(":") and not cell.endswith(":"):
            lines[-1] += f" {cell}"
        else:
            lines.append(cell)
    return lines


SEVERAL_TERMS = -1
# Parts of a year that are no month: halves, quarters, 2022. 1.~6.
PART_OF_YEAR = re.compile(r"반기|분기|20\d{2}\s?\.\s?\d{1,2}\s?\.?\s?[~∼～\-–]\s?\d")


def stated_term(text: str, per_year: int) -> int | None:
    """Which half (``상반기``), quarter (``2분기``, ``3/4분기``) or month (``5월``) a title or file name is of.

    0 where it names them all, ``SEVERAL_TERMS`` where it names several, None where none. Days (``7월 15일``), and when
    something was made or sent (``2020년 7월 제출``), are no terms.
    """
    plain = spaced(unicodedata.normalize("NFKC", text.translate(MIDDLE_DOTS)))
    plain = _halves(_without((DAY, SENT_IN), plain))
    if per_year == 12 and PART_OF_YEAR.search(plain):
        return SEVERAL_TERMS
    as_of, plain = AS_OF.search(plain), _without((AS_OF,), plain)
    said: set[int] = set()
    for first, mark, last in SEVERAL[per_year].findall(plain):
        said |= {int(first), int(last)} if mark in "·," else set(range(int(first), int(last) + 1))
    plain = _without((SEVERAL[per_year],), plain)
    said |= {int(next(part for part in hit if part)) for hit in SAID[per_year].findall(plain)}
    if len(said) == per_year:
        return 0
    if len(said) == 1:
        return said.pop()
    # What stands as of the end of a month is of that month and those before it.
    return SEVERAL_TERMS if said or (as_of and per_year == 12) else None


def said_date(text: str) -> str | None:
    """The day that a title calls its own: ``2021. 12. 31. 기준``, ``기준일: 2021-12-31``, ``2021년 말 현재``."""
    normal = spaced(unicodedata.normalize("NFKC", text))
    if found := DAY_BEFORE.search(normal) or DAY_AFTER.search(normal):
        return found["day"].strip()
    if found := MONTH_BEFORE.search(normal) or MONTH_AFTER.search(normal):
        return f"{found['year']}년 {found['month']}월말"
    found = END_BEFORE.search(normal)
    return f"{found[1]}년 {found[2] or 12}월말" if found else None


def _halves(text: str) -> str:
    text = re.sub(r"상\s?[·,/]?\s?하반기", "1·2반기", text)
    return re.sub("[하후]반기", "2반기", re.sub("[상전]반기", "1반기", text))


def year_of_sheet(name: str | None) -> int | None:
    """``2020년``, ``2020 실적`` → 2020; None for a sheet that is called by more than its year."""
    found = YEAR_SHEET.fullmatch(spaced(unicodedata.normalize("NFKC", name or "")))
    return int(found[1]) if found else None


def year_in_file_name(name: str) -> int | None:
    """``2020 생활과학교실.xlsx`` → 2020; a whole date like 20200415 is no program year."""
    name = _without((SENT_IN,), spaced(unicodedata.normalize("NFC", name)))
    if found := YEAR_IN_NAME.search(DAY.sub(" ", name)):
        return int(found[1])
    if found := SHORT_YEAR_IN_NAME.search(name):
        return 2000 + int(found[1] or found[2])
    return None
