"""How a value stands in a cell. No text is ever taken for a formula or an address: each is written as text."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from sciculture_etl.publish.workbooks.columns import SheetColumn
from sciculture_etl.publish.workbooks.texts import NOTHING, Language, all_texts, in_language, text, yes_or_no

MAX_TEXT = 32_767  # in one cell, counted as UTF-16
MAX_EXACT = 10**15  # a sheet keeps 15 digits of a number
FIRST_DAY = date(1900, 3, 1)  # before it, sheets count days wrongly or not at all
REFUSED_IN_NAMES = re.compile(r"[\[\]:*?/\\'\x00-\x1f]+")
MAX_NAME = 31


@dataclass(frozen=True)
class Formats:
    """The formats of a workbook."""

    title: Format
    plain: Format
    note: Format
    link: Format
    header: Format
    unit: Format
    text: Format
    paragraph: Format
    wrapped: Format
    count: Format
    strong: Format
    symbol: Format
    label: Format
    whole: Format
    rate: Format
    fraction: Format
    day: Format

    @staticmethod
    def of(book: Workbook) -> Formats:
        """Adds them to a workbook."""
        font = {"font_name": all_texts()["font"], "font_size": 10, "valign": "vcenter"}
        line = {"bottom": 1, "bottom_color": "#BFBFBF"}
        head = {"bold": True, "text_wrap": True, "align": "center", "bg_color": "#E7ECF3", "top": 1}
        own: dict[str, dict[str, Any]] = {
            "title": {"bold": True, "font_size": 14},
            "plain": {},
            "note": {"text_wrap": True, "font_color": "#404040"},
            "link": {"font_color": "#0B57D0", "underline": 1, "valign": "top"},
            "header": head,
            "unit": {"align": "center", "font_color": "#595959", "font_size": 9, "bg_color": "#E7ECF3", "bottom": 1},
            "text": {"indent": 1},
            "paragraph": {"indent": 1, "text_wrap": True},
            "count": {"num_format": "#,##0", "valign": "top"} | line,
            "wrapped": {"text_wrap": True, "valign": "top"} | line,
            "strong": {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#F3F5F8"} | line,
            "symbol": {"align": "right", "font_color": "#595959", "indent": 1},
            "label": {"num_format": "0", "align": "center"},
            "whole": {"num_format": "#,##0", "align": "right", "indent": 1},
            "rate": {"num_format": "#,##0.0", "align": "right", "indent": 1},
            "fraction": {"num_format": "#,##0.0##", "align": "right", "indent": 1},
            "day": {"num_format": "yyyy-mm-dd", "align": "center"},
        }
        return Formats(**{name: book.add_format(font | changed) for name, changed in own.items()})


def utf16_length(words: str) -> int:
    return len(words.encode("utf-16-le", "surrogatepass")) // 2


def fitting_text(words: str, language: Language) -> str:
    """A text that a cell can hold; one that is cut says so at its end.

    One that the library would take for a formatted text, and write as it is, gets a space at its end.
    """
    if words.startswith("<r>") and words.endswith("</r>"):
        words += " "
    if utf16_length(words) <= MAX_TEXT:
        return words
    end = in_language(text("cut"), language)
    kept = words.encode("utf-16-le", "surrogatepass")[: 2 * (MAX_TEXT - utf16_length(end))]
    return kept.decode("utf-16-le", "ignore") + end


def sheet_names(wanted: list[str]) -> list[str]:
    """Names that a workbook takes: short enough, without what is refused, none twice."""
    found: list[str] = []
    taken = {"history"}  # reserved
    for name in wanted:
        clean = REFUSED_IN_NAMES.sub(" ", name).strip() or "-"
        number = 1
        while True:
            end = f" ({number})" if number > 1 else ""
            fitting = clean
            while utf16_length(fitting + end) > MAX_NAME:
                fitting = fitting[:-1]
            if (candidate := fitting.rstrip() + end).casefold() not in taken:
                break
            number += 1
        taken.add(candidate.casefold())
        found.append(candidate)
    return found


class CellWriter:
    """Writes the values of one column of a sheet; ``words``: texts → what is written in their place."""

    def __init__(
        self, sheet: Worksheet, formats: Formats, column: SheetColumn, language: Language, is_wrapped: bool = False
    ) -> None:
        self._text = formats.paragraph if is_wrapped else formats.text
        self._sheet = sheet
        self._formats = formats
        self._column = column
        self._language = language
        self.words = column.words if language == "ko" else {}
        if column.is_label:
            self._format = formats.label
        elif column.stated.type not in ("FLOAT", "DOUBLE"):
            self._format = formats.whole
        else:
            self._format = formats.rate if column.stated.unit in ("percent", "of 100") else formats.fraction

    def write(self, row: int, place: int, value: Any, symbol: str | None) -> None:
        """One cell: the value, else why there is none."""
        sheet, formats = self._sheet, self._formats
        if value is None:
            if symbol or self._column.is_number:
                sheet.write_string(row, place, symbol or NOTHING, formats.symbol)
        elif isinstance(value, bool):
            sheet.write_string(row, place, yes_or_no(value, self._language), formats.text)
        elif isinstance(value, int | float):
            self._write_number(row, place, value)
        elif isinstance(value, date) and value >= FIRST_DAY:
            sheet.write_datetime(row, place, value, formats.day)
        else:
            words = self.words.get(value, str(value))
            sheet.write_string(row, place, fitting_text(words, self._language), self._text)

    def _write_number(self, row: int, place: int, value: float) -> None:
        if not math.isfinite(value) or abs(value) > MAX_EXACT:
            self._sheet.write_string(row, place, str(value), self._formats.symbol)
        elif self._format is self._formats.fraction and value == int(value):
            self._sheet.write_number(row, place, value, self._formats.whole)
        else:
            self._sheet.write_number(row, place, value, self._format)
