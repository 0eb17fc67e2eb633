"""One sheet of a table: title, notes, header, units, rows."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

from xlsxwriter.worksheet import Worksheet

from sciculture_etl.header_text import text_width
from sciculture_etl.publish.workbooks.cells import CellWriter, Formats
from sciculture_etl.publish.workbooks.columns import SheetColumn, SheetTable
from sciculture_etl.publish.workbooks.rows import RowWriter
from sciculture_etl.publish.workbooks.texts import (
    NOT_ADDITIVE_SIGN,
    NOTHING,
    Language,
    all_texts,
    in_language,
    label,
    text,
    unit_text,
)

TITLE, BACK, NOTE, HEADER, UNIT, FIRST = range(6)
MAX_SHEET_ROWS = 1_048_576
MIN_WIDTH, MAX_WIDTH = 7, 42
MAX_FROZEN_WIDTH = 48  # of the columns that stay where the others are moved: half a screen
LINE = 16  # height of a line of text
MAX_LINES = 12  # of a row; a cell that has more shows them once it is opened
A4 = 9
ROWS_AT_ONCE = 1_000


@dataclass(frozen=True)
class Counted:
    """How many rows a table has, and how wide its values are, by columns."""

    rows: int
    widths: Sequence[int]


def header_text(column: SheetColumn, language: Language) -> str:
    sign = f" {NOT_ADDITIVE_SIGN}" if column.is_added_up is False else ""
    return in_language(column.header, language) + sign


def column_width(column: SheetColumn, longest: int, language: Language) -> int:
    """So wide that every number shows, and that the header takes three lines at most where the values are narrow."""
    header = header_text(column, language)
    word = max(text_width(part) for part in header.split())
    wanted = max(longest + 2, math.ceil(text_width(header) / 3) + 3, min(word, 18) + 3, MIN_WIDTH)
    return wanted if column.is_number else min(wanted, MAX_WIDTH)


def notes_of(table: SheetTable, language: Language) -> str:
    """What must be known to read the rows: the table in full, symbols, what doesn't add up."""
    described = in_language(table.table_contract.description, language)
    notes = [described] if described != in_language(table.table_contract.title, language) else []
    if table.table_contract.workbook:
        notes.append(in_language(table.table_contract.workbook.note, language))
    if any(column.is_added_up is False for column in table.columns):
        notes.append(in_language(text("adding", sign=NOT_ADDITIVE_SIGN), language))
    symbols = {NOTHING: in_language(text("nothing"), language)} if any(c.is_number for c in table.columns) else {}
    for name in table.table_contract.symbol_columns:
        stated = table.table_contract.columns[name]
        symbols |= {code: in_language(words, language) for code, words in stated.codes.items()}
    for column in table.columns:
        if column.name == "status":
            symbols |= {code: in_language(words, language) for code, words in column.stated.codes.items()}
    if symbols:
        listed = ", ".join(f"{sign} {meaning}" for sign, meaning in symbols.items())
        notes.append(f"{in_language(label('symbols'), language)}: {listed}")
    return "\n".join(notes)


def write_sheet(
    sheet: Worksheet,
    formats: Formats,
    table: SheetTable,
    counted: Counted,
    rows: Iterable[Sequence[Any]],
    language: Language,
    contents: str,
    footer: str,
    max_rows: int = MAX_SHEET_ROWS,
) -> None:
    """Fills a sheet.

    Args:
        rows: as the table's SELECT gives them.
        contents: name of the sheet of contents.
        footer: of printed pages.
        max_rows: of a sheet.
    """
    columns = table.columns
    widths = [column_width(column, longest, language) for column, longest in zip(columns, counted.widths, strict=True)]
    for place, width in enumerate(widths):
        sheet.set_column(place, place, width)
    sheet.set_default_row(LINE)
    sheet.set_row(TITLE, 24)
    sheet.write_string(TITLE, 0, in_language(table.table_contract.title, language), formats.title)
    sheet.write_url(BACK, 0, f"internal:'{contents}'!A1", formats.link, f"← {in_language(label('back'), language)}")
    _write_note(sheet, formats, NOTE, notes_of(table, language), widths)
    headers = [header_text(column, language) for column in columns]
    sheet.set_row(HEADER, LINE * max(map(_lines, headers, widths)) + 3)
    for place, header in enumerate(headers):
        sheet.write_string(HEADER, place, header, formats.header)
    for place, column in enumerate(columns):
        sheet.write_string(UNIT, place, _unit(column, language), formats.unit)
    shown = min(counted.rows, max_rows - FIRST - 1)
    wrapped = [place for place, longest in enumerate(counted.widths) if longest + 2 > widths[place]]
    _write_rows(sheet, formats, columns, rows, shown, language, {place: widths[place] for place in wrapped})
    last = FIRST + max(shown, 1) - 1
    if not counted.rows:
        sheet.write_string(FIRST, 0, in_language(text("empty"), language), formats.text)
    elif shown < counted.rows:
        left = text("more_rows", shown=f"{shown:,}", left=f"{counted.rows - shown:,}", table=table.table_contract.table)
        sheet.write_string(last + 1, 0, in_language(left, language), formats.text)
    sheet.autofilter(UNIT, 0, last, len(columns) - 1)
    sheet.freeze_panes(FIRST, _frozen(columns, widths))
    sheet.ignore_errors({"number_stored_as_text": f"A{FIRST + 1}:XFD{last + 1}"})
    _set_up_print(sheet, footer)


def _write_rows(
    sheet: Worksheet,
    formats: Formats,
    columns: list[SheetColumn],
    rows: Iterable[Sequence[Any]],
    shown: int,
    language: Language,
    wrapped: dict[int, int],
) -> None:
    """Writes the rows that are shown.

    Args:
        wrapped: place → width, of columns whose texts may take several lines.
    """
    writers = [CellWriter(sheet, formats, column, language, place in wrapped) for place, column in enumerate(columns)]
    written = RowWriter(sheet, FIRST, [one.write for one in writers], [one.words for one in writers])
    left = islice(rows, shown)
    while some := list(islice(left, ROWS_AT_ONCE)):
        by_columns = list(zip(*some, strict=True))
        values, symbols = by_columns[: len(columns)], by_columns[len(columns) :]
        lines = [[_lines(str(value or ""), width) for value in values[place]] for place, width in wrapped.items()]
        heights = [LINE * min(max(most), MAX_LINES) for most in zip(*lines, strict=True)]
        written.write(values, symbols, heights)


def _unit(column: SheetColumn, language: Language) -> str:
    return unit_text(column.stated.unit, language) if column.is_number and not column.is_label else ""


@lru_cache(maxsize=20_000)
def _lines(words: str, width: int) -> int:
    return sum(max(1, math.ceil(text_width(line) / max(width - 2, 1))) for line in words.split("\n"))


def height_of(cells: Iterable[tuple[str, int]]) -> int:
    """How high a row is in which texts show, each in a column of that width: not every program sees to it itself."""
    return LINE * max(_lines(words, width) for words, width in cells) + 3


def _write_note(sheet: Worksheet, formats: Formats, row: int, words: str, widths: list[int]) -> None:
    """Over as many columns as a reader sees at once, in a row that is high enough."""
    total = last = 0
    while last < len(widths) and total < 120:
        total += widths[last]
        last += 1
    sheet.set_row(row, LINE * _lines(words, total) + 3 if words else LINE)
    if words and last > 1:
        sheet.merge_range(row, 0, row, last - 1, "", formats.note)
    if words:
        sheet.write_string(row, 0, words, formats.note)


def _frozen(columns: list[SheetColumn], widths: list[int]) -> int:
    """How many columns stay in sight: what tells the rows apart, and names what it is, from the first on."""
    total = count = 0
    last_key = max((place for place, column in enumerate(columns) if column.is_key), default=-1)
    for place, width in enumerate(widths):
        if place > last_key or columns[place].is_added_up is not None or total + width > MAX_FROZEN_WIDTH:
            break
        total += width
        count += 1
    return count


def _set_up_print(sheet: Worksheet, footer: str) -> None:
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEADER, UNIT)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.set_footer(footer)


def footer_of(title: str, release_id: str, language: Language) -> str:
    """The footer of printed pages; an ampersand would begin a code of it."""
    page: str = all_texts()["texts"]["page"][language]
    return page.format(title=title.replace("&", "&&")[:100], release=release_id)
