"""Years, terms and dates as people write them. Few distinct texts in any column, so they are parsed one by one."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta

SPREADSHEET_EPOCH = date(1899, 12, 30)
SERIAL = range(20000, 60001)
WEEKDAYS = "월화수목금토일"
YMD = re.compile(
    r"^['’‘`]?(\d{4}|\d{2})\s*(?:[.\-/]|년)\s*(\d{1,2})\s*(?:[.\-/]|월)\s*(\d{1,2})\s*(?:일|\.)?"
    r"\s*(?:\(?\s*([월화수목금토일])\s*(?:요일)?\s*\)?)?(?:\s*[T ]?\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?$"
)
COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
MONTH = re.compile(r"^(\d{4})\s*(?:년|[.\-/])\s*(\d{1,2})\s*(?:월|\.)?$")
YEAR = re.compile(r"^['’‘`]?\s*(\d{4}|\d{2})\s*(?:년도|학년도|년)?(?:\.0+)?$")
TERM = re.compile(r"^제?\s*(\d{1,2})\s*(?:/\s*4)?\s*(?:기수|분기|학기|기|차)?(?:\.0+)?$")
WHOLE_YEAR = ("상시", "연중", "수시")


@dataclass(frozen=True)
class ParsedDate:
    """start and end of what is written (the same day for a plain date); code: an error; warning: a W_ code."""

    start: date | None = None
    end: date | None = None
    code: str | None = None
    warning: str | None = None


def _normal(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())


def parse_year(text: str) -> int | None:
    """``2020``, ``2020년도``, ``'20``, ``20년`` → 2020; None for anything else."""
    found = YEAR.match(_normal(text))
    if not found:
        return None
    year = int(found[1])
    return 2000 + year if year < 100 else year


def parse_term(text: str) -> int | None:
    """``1``, ``1기``, ``제1기``, ``1분기``, ``2/4분기``, ``Ⅰ`` → the number; None for anything else."""
    normal = _normal(text)
    roman = {"I": "1", "II": "2", "III": "3", "IV": "4"}
    found = TERM.match(roman.get(normal, normal))
    return int(found[1]) if found else None


def _last_of_month(year: int, month: int) -> date:
    return (date(year, month, 28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def parse_date(text: str, program_year: int | None) -> ParsedDate:
    """One date as written → its day, or the month or year meant. A serial number counts days as spreadsheets do."""
    normal = _normal(text)
    if normal in WHOLE_YEAR and program_year:
        return ParsedDate(date(program_year, 1, 1), date(program_year, 12, 31))
    try:
        if found := YMD.match(normal):
            year = int(found[1])
            day = date(2000 + year if year < 100 else year, int(found[2]), int(found[3]))
            wrong = bool(found[4]) and WEEKDAYS[day.weekday()] != found[4]
            return ParsedDate(day, day, warning="W_WEEKDAY_MISMATCH" if wrong else None)
        if found := COMPACT.match(normal):
            day = date(*(int(part) for part in found.groups()))
            return ParsedDate(day, day)
        if found := MONTH.match(normal):
            year, month = int(found[1]), int(found[2])
            return ParsedDate(date(year, month, 1), _last_of_month(year, month))
    except ValueError:
        return ParsedDate(code="E_DATE_INVALID")
    if re.fullmatch(r"\d{5}(?:\.\d+)?", normal) and int(float(normal)) in SERIAL:
        day = SPREADSHEET_EPOCH + timedelta(days=int(float(normal)))
        return ParsedDate(day, day)
    return ParsedDate(code="E_DATE_INVALID")


PERIOD = re.compile(r"\s*(?:~|∼|～|부터|–|—)\s*|\s+-\s+")
TAIL_MD = re.compile(r"^(\d{1,2})\s*(?:[.\-/]|월)\s*(\d{1,2})\s*(?:일|\.)?\s*(\(.*\))?(?:까지)?$")
TAIL_D = re.compile(r"^(\d{1,2})\s*(?:일|\.)?\s*(\(.*\))?(?:까지)?$")


def parse_period(text: str, program_year: int | None) -> ParsedDate:
    """``3.2~3.27``, ``2023. 11. 2.(목) ~ 11. 3.(금)``, ``12.28~1.8`` → first and last day.

    The start takes a missing year from the program year, the end takes year and month from the start; an end month
    before the start month is the next year's (W_PERIOD_CROSSES_YEAR).
    """
    normal = _normal(text)
    parts = PERIOD.split(normal)
    if len(parts) != 2:
        return parse_date(normal, program_year)
    first = parts[0]
    if TAIL_MD.match(first) and program_year:
        first = f"{program_year}.{first}"
    start = parse_date(first, program_year)
    if start.start is None:
        return ParsedDate(code="E_DATE_INVALID")
    tail, crossed = parts[1].removesuffix("까지").strip(), False
    if found := TAIL_MD.match(tail):
        month = int(found[1])
        crossed = month < start.start.month
        tail = f"{start.start.year + crossed}.{month}.{found[2]}{found[3] or ''}"
    elif found := TAIL_D.match(tail):
        tail = f"{start.start.year}.{start.start.month}.{found[1]}{found[2] or ''}"
    end = parse_date(tail, program_year)
    if end.end is None:
        return ParsedDate(code="E_DATE_INVALID")
    if end.end < start.start:
        return ParsedDate(start.start, end.end, code="E_DATE_ORDER")
    warning = "W_PERIOD_CROSSES_YEAR" if crossed else start.warning or end.warning
    return ParsedDate(start.start, end.end, warning=warning)
