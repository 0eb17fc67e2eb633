"""Days and months in a title or name: when something was made or sent, and as of when. They are no program years."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date

# Texts come with runs of white space as one (``spaced``): each of them is one character at most.
DAY = re.compile(r"(20\d{2})\s?[.\-/년]\s?(\d{1,2})\s?[.\-/월]\s?(\d{1,2})(?!\d|\s?분기|\s?월)\s?일?\.?")
MONTH = re.compile(r"20\d{2}\s?년\s?\d{1,2}\s?월|20\d{2}\s?\.\s?\d{1,2}\s?\.")
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
# For the sending of which something else may be: removed only where a text says a year besides.
SENT_FOR = re.compile(
    r"20\d{2}\s?년?도?\s?(?:상반기|하반기|[1-4]\s?분기|초|말)?\s?"
    r"(?:제출|작성|접수|정산|결산|평가|업무\s?보고|국정\s?감사|행정\s?감사|감사)\s?(?:용|자료|분)?"
)
AS_OF = re.compile(r"(?:20\d{2}\s?년\s?)?\d{1,2}\s?월\s?(?:말\s?)?(?:현재|기준|말)|\d{1,2}\s?월\s?\d{1,2}\s?일")


def spaced(text: str) -> str:
    """A text with every run of white space as one blank, or as one line break where it holds any."""
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def without(patterns: Iterable[re.Pattern[str]], text: str) -> str:
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


def said_date(text: str) -> str | None:
    """The day that a title calls its own: ``2021. 12. 31. 기준``, ``기준일: 2021-12-31``, ``2021년 말 현재``."""
    normal = spaced(unicodedata.normalize("NFKC", text))
    if found := DAY_BEFORE.search(normal) or DAY_AFTER.search(normal):
        return found["day"].strip()
    if found := MONTH_BEFORE.search(normal) or MONTH_AFTER.search(normal):
        return f"{found['year']}년 {found['month']}월말"
    found = END_BEFORE.search(normal)
    return f"{found[1]}년 {found[2] or 12}월말" if found else None
