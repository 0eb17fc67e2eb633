"""From records of plain values to a draft of their sheet: how a style writes dates, periods, places, money and lists.

What every program beside Daily Science Class reports is a `Table` of such records.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from sciculture_sample.columns import MONEY, UNITS, WITHOUT_UNIT
from sciculture_sample.forms import FORMS, ONE_CELL_FIELDS, Cells, Heading, lay_draft, total_writer, write_year
from sciculture_sample.places import Place
from sciculture_sample.styles import Style
from sciculture_sample.tables import Cell, Draft
from sciculture_sample.wording import write_date, write_period, write_region

EXCEL_EPOCH = dt.date(1899, 12, 30)


class Period(NamedTuple):
    """From one day to another; `text` where it is known no better than as a month."""

    start: dt.date
    end: dt.date
    text: str = ""


class Months(NamedTuple):
    """The part of a year that a table is about: its word, the name of its column, its code in file names."""

    word: str
    field: str
    code: str


Value = str | int | dt.date | Period | Place | tuple[str, ...] | None
Record = dict[str, Value]


@dataclass(frozen=True)
class Table:
    """What one file of a sender holds. `number` chooses its style; `earlier`: what the sender had sent before."""

    dataset: str
    year: int
    sender: str
    records: Sequence[Record]
    received: dt.datetime
    number: int
    months: Months | None = None
    about: str = ""
    note: str = ""
    earlier: Sequence[Record] = ()
    has_errors: bool = True

    @property
    def heading(self) -> Heading:
        period = self.months.word if self.months else ""
        return Heading(self.dataset, self.year, self.sender, period, self.about)


def table_draft(table: Table, style: Style) -> Draft:
    """The records of a table as the sheet in which its sender writes them."""
    records, first = table.records, table.records[0]
    cells: Cells = {}
    if table.months and (style.period_column or "title" not in style.titles):
        cells[table.months.field] = [table.months.word] * len(records)
    for name in first:
        cells |= _written(name, [record[name] for record in records], table, style)
    measures = {
        name: [value if isinstance(value, int) else 0 for value in (record[name] for record in records)]
        for name in first
        if name in UNITS and FORMS[table.dataset].has_totals
    }
    places = [record.get("place") for record in records]
    groups = [place.sido if isinstance(place, Place) else "" for place in places]
    example = {"start_date" if name == "period" else name: values[-1] for name, values in cells.items()}
    draft = lay_draft(table.heading, style, cells, groups, measures, example)
    if table.note:
        draft.footnotes.append(f"※ {table.note}")
    return draft


def fitting(style: Style, table: Table) -> Style:
    """The style without what a table can't have: subtotals without regions, one year above rows of many, lost won."""
    if style.totals == "subtotals" and "place" not in table.records[0]:
        style = replace(style, totals="bottom")
    amounts = [value for record in table.records for name, value in record.items() if name in MONEY]
    if any(isinstance(amount, int) and amount % 1_000_000 for amount in amounts):
        style = replace(style, money_word="천원")
    return replace(style, year="column") if "program_year" in table.records[0] else style


def _written(name: str, values: Sequence[Value], table: Table, style: Style) -> Cells:
    if name == "place":
        return _places([value for value in values if isinstance(value, Place)], table, style)
    if name == "period":
        return _periods([value for value in values if isinstance(value, Period)], table.year, style)
    if name == "program_year":
        return {name: [write_year(value, style) if isinstance(value, int) else None for value in values]}
    if name in UNITS and (table.dataset, name) not in WITHOUT_UNIT:
        write = total_writer(name, style)
        return {name: [write(value) if isinstance(value, int) else None for value in values]}
    return {name: [_cell(value, style) for value in values]}


def _cell(value: Value, style: Style) -> Cell:
    if isinstance(value, dt.date):
        if style.form == "csv" or style.dates == "text":
            return write_date(value, style.date_spelling)
        return value if style.dates == "date" else (value - EXCEL_EPOCH).days
    if isinstance(value, Period | Place):
        raise TypeError(f"{value} stands only in a column of its own kind")
    if isinstance(value, tuple):
        joined = style.list_mark.join(str(item) for item in value)
        return f"{joined} 등" if style.and_others and len(value) > 2 else joined
    return value


def _periods(values: Sequence[Period], year: int, style: Style) -> Cells:
    if style.periods == "one_cell":
        return {"period": [one.text or write_period(one.start, one.end, style.date_spelling, year) for one in values]}
    return {
        "start_date": [_cell(one.start, style) for one in values],
        "end_date": [_cell(one.end, style) for one in values],
    }


def _places(values: Iterable[Place], table: Table, style: Style) -> Cells:
    written = [written_district(place, style, table.dataset) for place in values]
    if len(written[0]) == 1:
        return {"sigungu_name": [texts[0] for texts in written]}
    return {"sido_name": [texts[0] for texts in written], "sigungu_name": [texts[1] for texts in written]}


def written_district(place: Place, style: Style, dataset: str) -> tuple[str, ...]:
    """A si, gun or gu in one cell where the form allows that, else in two: with its sido."""
    one_cell = style.region.one_cell and dataset in ONE_CELL_FIELDS
    region = replace(style.region, one_cell=one_cell, trailing="", sejong_city=style.region.sejong_city or place.sido)
    return write_region(place, region)[:2]
