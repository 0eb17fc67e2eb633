"""Years, terms, editions and dates as people write them: few distinct texts in any column, so one by one."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta

SPREADSHEET_EPOCH = date(1899, 12, 30)
SERIAL = range(20000, 60001)
WEEKDAYS = "월화수목금토일"
YMD = re.compile(
    r"^['’‘`]?(\d{4}|\d{2})\s?(?:[.\-/]|년)\s?(\d{1,2})\s?(?:[.\-/]|월)\s?(\d{1,2})\s?(?:일|\.)?"
    r"\s?(?:\(?\s?([월화수목금토일])\s?(?:요일)?\s?\)?|\(\s?([가-힣]{1,4})\s?\))?"
    r"(?:\s?[T ]?\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?$"
)
COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
MONTH = re.compile(
    r"^(?:(\d{4})\s?(?:년|[.\-/])|['’‘`]?(\d{2})\s?년|['’‘`](\d{2})\s?\.|(\d{2})\s?\.(?=\s?\d{1,2}\s?월))"
    r"\s?(\d{1,2})\s?(?:월\s?말|월|\.)?$"
)
YEAR = re.compile(
    r"^(?:FY|제)?\s?['’‘`]?\s?(\d{4}|\d{2})\s?(?:년도|학년도|년\(도\)|년|(?:사업|회계)\s?[연년]도|\.)?(?:\.0+)?$",
    re.IGNORECASE,
)
# After a date: a weekday left blank, how many days or meetings it was, that all is told as of it.
REMARK = re.compile(
    r"\s?\(\s?(?:(?:총|매주|주)?\s?\d+\s?(?:일간?|주간?|회차?|개월간?|박\s?\d+\s?일))?\s?\)|\s?,\s?총?\s?\d+\s?일간$"
    r"|(?<=\d[.일\s])\s?기준$"
)
# A moment as programs write it.
MOMENT = re.compile(
    r"^(\d{4}-\d{2}-\d{2})(?:T(?P<at>\d{2}:\d{2})(?::\d{2}(?:[.,]\d{1,9})?)?|\s(?P<clock>\d{2}:\d{2}):\d{2}(?:[.,]\d{1,9})?)"
    r"\s?(?:(?P<utc>Z|UTC|GMT)|KST|(?P<hours>[+-]\d{2}):?(?P<minutes>\d{2})?)?$"
)
KOREA = timedelta(hours=9)
# The hours of a day, one or from one to another.
CLOCK = r"(?:(?:오전|오후)\s?)?(?:\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?|\d{1,2}\s?시(?:\s?\d{1,2}\s?분|\s?반)?)"
HALF = r"(?:\s?(?i:[AP]\.?M\.?)(?![A-Za-z]))?"
HOURS = re.compile(rf"(?:\s?,\s?|\s|(?<=\))){CLOCK}{HALF}(?:\s?[~∼〜-]\s?{CLOCK}{HALF}(?!\d))?(?!\d)")
# The year before a term: 2021년 1분기, 2021-05, '21 상반기.
YEAR_OF_TERM = re.compile(
    r"^(?:(20\d{2})|['’‘`]\s?(\d{2})|(\d{2})(?=\s?년))(?!\d)\s?(?:학년도|년도|년|[.\-/])?\s?(?=\S)"
)
TERM = re.compile(r"^제?\s?(\d{1,2})\s?(?:/\s?4|사(?=\s?분기))?\s?(?:기수|분기|학기|기|차)?(?:\.0+)?$")
HALVES = {"상반기": "1", "전반기": "1", "하반기": "2", "후반기": "2", "1반기": "1", "2반기": "2"}
MONTH_OF_YEAR = re.compile(r"^(\d{1,2})\s?(?:월분|월|\.)?(?:[.\-/]\s?\d{1,2}(?:[T ][\d:.]+)?)?$")
ORDINAL = re.compile(r"^제?\s?(\d{1,4})\s?(?:회차|회|차|년|월|th|st|nd|rd)?(?:\.0+)?$", re.IGNORECASE)
WHOLE_YEAR = re.compile(r"^(?:20\d{2}\s?년?\s?)?(?:상시|연중|수시)(?:\s?(?:\(\s?)?(?:상시|수시|연중|운영)(?:\s?\))?)*$")


@dataclass(frozen=True)
class ParsedDate:
    """start and end of what is written (the same day for a plain date).

    Attributes:
        code: an error.
        warning: a W_ code.
    """

    start: date | None = None
    end: date | None = None
    code: str | None = None
    warning: str | None = None


def _normal(text: str) -> str:
    # Runs of white space are one blank from here on, so that no pattern has to try them out.
    plain = " ".join(unicodedata.normalize("NFKC", text).split())
    return " ".join(REMARK.sub("", plain).split())


def _dated(text: str) -> str:
    normal = _normal(text)
    return _day_of_moment(normal) or " ".join(HOURS.sub("", normal).split())


def _day_of_moment(text: str) -> str | None:
    """``2023-11-02T15:00:00.000Z`` → ``2023-11-03``: the day in Korea."""
    found = MOMENT.match(text)
    if not found:
        return None
    day, hours = found[1], found["hours"]
    if not (found["utc"] or hours):
        return day
    ahead = timedelta(hours=int(hours or 0), minutes=int(f"{(hours or '+')[0]}{found['minutes'] or 0}"))
    try:
        moment = datetime.fromisoformat(f"{day} {found['at'] or found['clock']}")
        return (moment - ahead + KOREA).date().isoformat()
    except (ValueError, OverflowError):
        return day


def parse_year(text: str) -> int | None:
    """``2020``, ``2020년도``, ``'20``, ``20년`` → 2020; None for anything else."""
    found = YEAR.match(_normal(text))
    if not found:
        return None
    return _full_year(found[1])


def _full_year(digits: str) -> int:
    return 2000 + int(digits) if len(digits) == 2 else int(digits)


def parse_term(text: str, per_year: int = 4) -> int | None:
    """``1``, ``제1기``, ``1분기``, ``2/4분기``, ``Ⅰ``; ``하반기`` (of 2); ``5월``, ``2020-05`` (of 12) → the number.

    None for anything else.
    """
    normal = YEAR_OF_TERM.sub("", _normal(text)).removeprefix("'")
    if per_year == 12 and (found := MONTH_OF_YEAR.match(normal)):
        return int(found[1])
    if per_year == 2:
        normal = HALVES.get(normal.replace(" ", ""), normal)
    roman = {"I": "1", "II": "2", "III": "3", "IV": "4"}
    found = TERM.match(roman.get(normal, normal))
    return int(found[1]) if found else None


def year_of_term(text: str) -> int | None:
    """The year that a term is said with: ``2021년 1분기``, ``'21 상반기``, ``2021-05`` → 2021; None where none is."""
    found = YEAR_OF_TERM.match(_normal(text))
    return _full_year(next(filter(None, found.groups()))) if found else None


def parse_ordinal(text: str) -> int | None:
    """``13``, ``제13회``, ``13회차``, ``13th`` → 13; None for anything else."""
    found = ORDINAL.match(_normal(text).removeprefix("'"))
    return int(found[1]) if found else None


def parse_day(text: str, program_year: int | None, month: str | None = None) -> ParsedDate:
    """A single day: ``3.2`` is of the program year.

    Args:
        month: which day a month alone means; without it, it is no day.
    """
    normal = _dated(text)
    if program_year and (TAIL_MD.match(normal) or (month and TAIL_M.match(normal))):
        normal = f"{program_year}.{normal}"
    parsed = parse_date(normal, program_year)
    if parsed.start == parsed.end:
        return parsed
    if month is None or not MONTH.match(normal):
        return ParsedDate(code="E_DATE_INVALID")
    day = parsed.start if month == "first_day" else parsed.end
    return ParsedDate(day, day, warning=parsed.warning)


def _last_of_month(year: int, month: int) -> date:
    return (date(year, month, 28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def parse_date(text: str, program_year: int | None) -> ParsedDate:
    """One date as written → its day, or the month or year meant. A serial number counts days as spreadsheets do."""
    normal = _dated(text)
    if WHOLE_YEAR.match(normal) and program_year:
        return ParsedDate(date(program_year, 1, 1), date(program_year, 12, 31))
    try:
        if found := YMD.match(normal):
            day = date(_full_year(found[1]), int(found[2]), int(found[3]))
            wrong = bool(found[5]) or (bool(found[4]) and WEEKDAYS[day.weekday()] != found[4])
            return ParsedDate(day, day, warning="W_WEEKDAY_MISMATCH" if wrong else None)
        if found := COMPACT.match(normal):
            day = date(*(int(part) for part in found.groups()))
            return ParsedDate(day, day)
        if found := MONTH.match(normal):
            *years, month = found.groups()
            year, month = _full_year(next(filter(None, years))), int(month)
            return ParsedDate(date(year, month, 1), _last_of_month(year, month))
    except ValueError:
        return ParsedDate(code="E_DATE_INVALID")
    if re.fullmatch(r"\d{5}(?:\.\d+)?", normal) and int(float(normal)) in SERIAL:
        day = SPREADSHEET_EPOCH + timedelta(days=int(float(normal)))
        return ParsedDate(day, day)
    return ParsedDate(code="E_DATE_INVALID")


PERIOD = re.compile(r"\s?(?:~|∼|～|〜|부터|–|—)\s?|\s-\s")
HYPHEN = re.compile(r"(?<=[\d.일)])\s?-\s?(?=[\d'])")  # between dates that are written with points or words
TAIL_MD = re.compile(r"^(\d{1,2})\s?(?:[.\-/]|월)\s?(\d{1,2})\s?(?:일|\.)?\s?(\(.*\))?$")
TAIL_M = re.compile(r"^(\d{1,2})\s?월(?:\s?말)?$")
MONTH_SPAN = re.compile(r"^(?:['’‘`]?\d{2}\s?\.\s?)?\d{1,2}$")
TAIL_D = re.compile(r"^(\d{1,2})\s?(?:일|\.)?\s?(\(.*\))?$")


@dataclass(frozen=True)
class ParsedPeriod:
    """start and end.

    Attributes:
        start_code, end_code: what is wrong with either.
        start_weekday, end_weekday: whether the weekday beside it is wrong.
        crosses: whether the end was taken to be the next year's.
    """

    start: date | None = None
    end: date | None = None
    start_code: str | None = None
    end_code: str | None = None
    start_weekday: bool = False
    end_weekday: bool = False
    crosses: bool = False

    @property
    def code(self) -> str | None:
        return self.start_code or self.end_code


DAY_TO_DAY = re.compile(r"^(\d{8}|\d{4}-\d{1,2}-\d{1,2})-(\d{8}|\d{4}-\d{1,2}-\d{1,2})$")


def _split_period(text: str) -> list[str]:
    if two := DAY_TO_DAY.match(text):
        return [two[1], two[2]]
    parts = PERIOD.split(text)
    if len(parts) == 1 and any(sign in text for sign in "./월") and len(found := HYPHEN.split(text)) == 2:
        return found
    return parts


def parse_period(text: str, program_year: int | None, tail: str | None = None) -> ParsedPeriod:
    """``3.2~3.27``, ``2023. 11. 2.(목) ~ 11. 3.(금)``, ``12.28~1.8`` → first and last day.

    tail: the end where it has a cell of its own; else the text holds both, or one day or month that is both. The start
    takes a missing year from the program year, the end takes year and month from the start; an end month before the
    start month is the next year's (W_PERIOD_CROSSES_YEAR).
    """
    parts = [_dated(text), _dated(tail)] if tail else _split_period(_dated(text))
    first = parts[0].strip().removesuffix("부터").strip()
    if len(parts) == 2 and MONTH_SPAN.match(first) and TAIL_M.match(parts[1].strip().removesuffix("까지").strip()):
        first += "월"  # 3~5월
    if program_year and (TAIL_MD.match(first) or TAIL_M.match(first)):
        first = f"{program_year}.{first}"
    start = parse_date(first, program_year)
    if start.start is None or len(parts) > 2:
        return ParsedPeriod(start_code="E_DATE_INVALID")
    if len(parts) == 1:
        return ParsedPeriod(start.start, start.end, start_weekday=bool(start.warning))
    tail = parts[1].strip().removesuffix("까지").strip()
    if start.end != start.start and TAIL_D.match(tail):  # from a month: to a month
        tail = f"{tail.rstrip('.일 ')}월"
    end, crossed = _parse_end(tail, start.start, program_year)
    if end.end is None:
        return ParsedPeriod(start.start, end_code="E_DATE_INVALID")
    if end.end < start.start:
        return ParsedPeriod(start.start, end_code="E_DATE_ORDER")
    return ParsedPeriod(
        start.start, end.end, start_weekday=bool(start.warning), end_weekday=bool(end.warning), crosses=crossed
    )  # fmt: skip


def _parse_end(tail: str, start: date, program_year: int | None) -> tuple[ParsedDate, bool]:
    crossed = False
    if found := TAIL_MD.match(tail):
        month = int(found[1])
        crossed = month < start.month
        tail = f"{start.year + crossed}.{month}.{found[2]}{found[3] or ''}"
    elif found := TAIL_M.match(tail):
        month = int(found[1])
        crossed = month < start.month
        tail = f"{start.year + crossed}.{month}"
    elif found := TAIL_D.match(tail):
        tail = f"{start.year}.{start.month}.{found[1]}{found[2] or ''}"
    return parse_date(tail, program_year), crossed
