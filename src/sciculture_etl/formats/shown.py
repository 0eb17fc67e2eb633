"""What a cell that holds a number shows: the number with all its decimals, a percentage, a day, a time, a duration."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from enum import IntEnum, auto

# Day formats that Excel knows by number in Korean, Japanese and Chinese, and readers made elsewhere don't.
EASTERN_DATE_IDS = frozenset({*range(27, 32), 36, *range(50, 59)})
ERROR_TEXTS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
}  # fmt: skip
PLAIN_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
MAX_DIGITS, MAX_WHOLE_DIGITS = 15, 32  # that a spreadsheet keeps; of a whole number that is written out
MAX_CODE = 255  # characters of a number format, as in Excel
SECONDS_A_DAY = 86_400
LAST_DAY = 2_958_465  # 9999-12-31, counted from 1900
DAYS_TO_1904 = 1462
LEAP_DAY = 60  # of 1900, which there never was
# What a format shows as it is, and its conditions and colours; not the brackets of a duration.
LITERAL = re.compile(r'"[^"]*"|\\.|\[(?!h+\]|m+\]|s+\])[^\[\]]*\]|_.|\*.', re.IGNORECASE)
HALF_OF_DAY = re.compile(r"am/pm|a/p|오전/오후")
BUILT_IN = {9: "0%", 10: "0.00%", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 32: "h:mm", 33: "h:mm:ss"}
BUILT_IN |= dict.fromkeys([14, 15, 16, 17, 34, 35, *sorted(EASTERN_DATE_IDS)], "yyyy-mm-dd")
BUILT_IN |= {18: "h:mm am/pm", 19: "h:mm:ss am/pm", 20: "h:mm", 21: "h:mm:ss", 22: "yyyy-mm-dd hh:mm"}


class Shape(IntEnum):
    """What a number format makes of a number."""

    NUMBER = auto()
    PERCENT = auto()
    DAY = auto()
    MOMENT = auto()  # a day and its time
    TIME = auto()
    DURATION = auto()


def shape_of(code: str | None, number: int) -> Shape:
    """Of a number format. code: as written in the file, None for what every program knows by its number alone."""
    code = BUILT_IN.get(number, "") if code is None else code
    if len(code) > MAX_CODE:
        return Shape.NUMBER
    bare = LITERAL.sub("", code).lower().split(";")[0]
    if "%" in bare:
        return Shape.PERCENT
    if "[" in bare:
        return Shape.DURATION
    if "general" in bare or "e+" in bare or "e-" in bare:
        return Shape.NUMBER
    without_half = HALF_OF_DAY.sub("", bare)
    has_time = without_half != bare or "h" in without_half or "s" in without_half
    if "y" in without_half or "d" in without_half or ("m" in without_half and not has_time):
        return Shape.MOMENT if has_time else Shape.DAY
    return Shape.TIME if has_time else Shape.NUMBER


def number_text(value: float) -> str:
    """With the 15 digits that a spreadsheet has, whole numbers in full, never as ``1e+15``."""
    if value.is_integer():
        return str(int(value))
    text = f"{value:.15g}"
    return f"{Decimal(text):f}" if "e" in text else text


def percent_text(value: float) -> str:
    """0.892 → ``89.2%``."""
    return f"{number_text(float(f'{value * 100:.15g}'))}%"


def written_text(written: str, shape: Shape, is_1904: bool = False) -> str:
    """What a cell shows of a number that is written as text; the text itself where it is none.

    A whole number that is written out keeps more digits than a spreadsheet would.
    """
    if not PLAIN_NUMBER.fullmatch(written) or not abs(value := float(written)) < float("inf"):
        return written
    if shape is Shape.NUMBER and written.isdecimal() and MAX_DIGITS < len(written) <= MAX_WHOLE_DIGITS:
        return written.lstrip("0") or "0"
    return shown_text(value, shape, is_1904)


def iso_text(written: str, shape: Shape = Shape.DAY) -> str:
    """A day that is written as such: ``2020-03-02T00:00:00Z`` → ``2020-03-02``, ``2020-03-02T14:30:00.640000000`` →
    ``2020-03-02 14:30:00.640``.
    """
    text, _, fraction = written.strip().removesuffix("Z").replace("T", " ").strip().partition(".")
    if fraction.strip("0"):
        return f"{text}.{fraction[:3]:0<3}"
    return text if shape in (Shape.MOMENT, Shape.TIME) else text.removesuffix(" 00:00:00")


def shown_text(value: float, shape: Shape, is_1904: bool = False) -> str:
    """``89.2%``, ``2020-03-02``, ``2020-03-02 14:30:00``, ``14:30:00.640``, ``36:30:00``; a number where there is no
    such day.
    """
    if shape is Shape.PERCENT:
        return percent_text(value)
    last = LAST_DAY - DAYS_TO_1904 * is_1904
    if shape is Shape.NUMBER or not -last <= value < last + 1 or (value < 0 and shape is not Shape.DURATION):
        return number_text(value)
    thousandths = round(abs(value) * SECONDS_A_DAY * 1000)
    if shape is Shape.DURATION:
        return "-" * (value < 0) + _clock(thousandths, hours=1)
    days, rest = divmod(thousandths, SECONDS_A_DAY * 1000)
    if days == 0 and (rest or shape is not Shape.DAY):
        return _clock(rest)
    day = _day(days, is_1904)
    return f"{day} {_clock(rest)}" if rest or shape is not Shape.DAY else day


def _day(days: int, is_1904: bool) -> str:
    if is_1904:
        return str(date(1904, 1, 1) + timedelta(days))
    if days in (0, LEAP_DAY):
        return "1900-02-29" if days else "1900-01-00"
    return str(date(1899, 12, 30 if days > LEAP_DAY else 31) + timedelta(days))


def _clock(thousandths: int, hours: int = 2) -> str:
    seconds, fraction = divmod(thousandths, 1000)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:0{hours}d}:{minute:02d}:{second:02d}" + (f".{fraction:03d}" if fraction else "")
