"""What tables that are no part of the long table say of a program over time: conferences, agreements, members.

A table is a timeline where its grain names a year or a day: a line for each of its other keys, a point for each time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sciculture_etl.contracts.table_contract import LABELS, STATUS, STATUS_KEY
from sciculture_etl.model.status import PROGRAM
from sciculture_etl.pages.values import Value, statuses
from sciculture_etl.pages.words import Language, in_language, page_texts
from sciculture_etl.publish.files import Content
from sciculture_etl.publish.site.tables import TableRows, cell_text, table_rows
from sciculture_etl.publish.workbooks.columns import SheetColumn
from sciculture_etl.publish.workbooks.texts import unit_text

TIMES = tuple(name for name in STATUS_KEY if name != PROGRAM)
MAX_LINES, MAX_TIMELINES = 8, 2


@dataclass
class Strand:
    """One measure over time.

    Attributes:
        line: what it is of; empty where the timeline has but one line.
        values: time (a year, or a day) → value.
    """

    code: str
    label: str
    unit: str
    unit_label: str
    is_additive: bool
    line: str = ""
    values: dict[str, Value] = field(default_factory=dict)


@dataclass
class Timeline:
    """The strands of one table, those of a line one after the other."""

    table: str
    title: str
    strands: list[Strand]

    @property
    def times(self) -> list[str]:
        return sorted({time for strand in self.strands for time in strand.values})

    @property
    def statuses(self) -> dict[str, str | None]:
        """Time → the status of all its values; None where they differ."""
        return statuses(strand.values for strand in self.strands)

    @property
    def lines(self) -> list[str]:
        return list(dict.fromkeys(strand.line for strand in self.strands))

    @property
    def codes(self) -> list[str]:
        return list(dict.fromkeys(strand.code for strand in self.strands))


def timelines(content: Content, program: str, tables: list[str], language: Language) -> list[Timeline]:
    """The timelines of a program: few, each of few lines."""
    found: list[Timeline] = []
    for table in tables:
        table_contract = content.table_contracts[table]
        time = next((name for name in TIMES if name in table_contract.grain), None)
        if time is None or table_contract.is_long or len(found) == MAX_TIMELINES:
            continue
        read = table_rows(content, program, table, language)
        # What is cut to its newest rows is no course of years.
        if read and not read.is_cut and (strands := _strands(read, table_contract.grain, time, language)):
            lines = {strand.line for strand in strands}
            if len(lines) <= MAX_LINES:
                found.append(Timeline(table, in_language(table_contract.title, language), strands))
    return found


def _strands(read: TableRows, grain: list[str], time: str, language: Language) -> list[Strand]:
    left_out = page_texts("site")["not_in_trends"]
    place = {column.name: number for number, column in enumerate(read.columns)}
    counted = [one for one in read.columns if one.is_number and not one.is_label and one.name not in left_out]
    named = [read.columns[place[name]] for name in _naming(read.columns, grain, time)]
    made: dict[tuple[str, str], Strand] = {}
    for row, symbols in read.rows:
        line = " · ".join(cell_text(one, row[place[one.name]], None, language) for one in named)
        for one in counted:
            strand = made.setdefault((line, one.name), _strand(one, line, language))
            status = str(row[place[STATUS]]) if STATUS in place else "final"
            strand.values[_time(row[place[time]])] = Value(row[place[one.name]], symbols[place[one.name]], status)
    has_numbers = {code for (_, code), strand in made.items() if any(value.number for value in strand.values.values())}
    return [strand for (_, code), strand in sorted(made.items(), key=lambda one: one[0][0]) if code in has_numbers]


def _strand(column: SheetColumn, line: str, language: Language) -> Strand:
    unit = column.stated.unit or ""
    label = in_language(column.header, language)
    return Strand(column.name, label, unit, unit_text(unit, language), bool(column.stated.additive), line)


def _naming(columns: list[SheetColumn], grain: list[str], time: str) -> list[str]:
    """The columns that name the lines: of each key but the time and numbers, its name where there is one."""
    names = [column.name for column in columns]
    numbers = {column.name for column in columns if column.stated.unit in LABELS}
    found: list[str] = []
    for key in grain:
        if key in (time, PROGRAM) or key in numbers:
            continue
        stem = key.removesuffix("_code")
        found += ["sido_name"] if stem == "sigungu" else []  # many are called 중구
        found += [name for name in names if name in (f"{stem}_name", f"{stem}_name_ko", f"{stem}_name_en")] or [key]
    return [name for name in found if name in names]


def _time(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
