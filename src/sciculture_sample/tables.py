"""Putting one sheet together: the lines above the header, the header, the rows with all between them, the account.

A `Draft` says what a sheet has to hold; `compose` lays it out in a style and keeps account of every row below the
header: loaded, quarantined or left out.
"""

import datetime as dt
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from sciculture_sample.styles import Style


@dataclass(frozen=True)
class Formula:
    """A formula with the value that the office's program had computed for it."""

    text: str
    value: int


Cell = str | int | float | dt.date | Formula | None
Merge = tuple[int, int, int, int]  # first row, first column, last row, last column; from 0
MERGED_FIELDS = ("sido_name", "sigungu_name")


@dataclass
class Column:
    """A column of a sheet: the contract's name of it, its header, the header above that, its cells."""

    field: str
    header: str
    cells: Sequence[Cell]
    parent: str = ""


@dataclass(frozen=True)
class PlantedRow:
    """A row that must not be loaded: after which true row it goes (-1: before all), its cells and what is wrong."""

    after: int
    cells: tuple[Cell, ...]
    field: str
    code: str


@dataclass(frozen=True)
class Finding:
    """Something that whoever reads the sheet must find. Rows count from 1, as a person sees them."""

    code: str
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    field: str | None = None
    cell: str | None = None


@dataclass
class Account:
    """What becomes of the rows below the header."""

    read: int = 0
    loaded: int = 0
    quarantined: int = 0
    left_out: int = 0


@dataclass
class Draft:
    """What a sheet has to hold, before any layout."""

    dataset: str
    sheet: str
    titles: list[str]
    columns: list[Column]
    groups: Sequence[Hashable]
    measures: dict[str, list[int]]
    write_total: dict[str, Callable[[int], Cell]]
    example: dict[str, Cell]
    footnotes: list[str]
    planted: list[PlantedRow] = field(default_factory=list)
    wrong_total: dict[str, int] = field(default_factory=dict)
    term: int | None = None


@dataclass
class Sheet:
    """A sheet laid out, with the account of its rows. Sheets without a dataset hold only text."""

    name: str
    rows: list[Sequence[Cell]]
    merges: list[Merge] = field(default_factory=list)
    hidden: bool = False
    dataset: str | None = None
    term: int | None = None
    account: Account = field(default_factory=Account)
    totals: dict[str, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def compose(draft: Draft, style: Style) -> Sheet:
    """Lay a draft out."""
    return _Layout(draft, style).sheet()


class _Layout:
    def __init__(self, draft: Draft, style: Style) -> None:
        self.draft = draft
        self.style = style
        self.width = len(draft.columns)
        self.rows: list[Sequence[Cell]] = []
        self.merges: list[Merge] = []
        self.findings: list[Finding] = []
        self.account = Account()

    def sheet(self) -> Sheet:
        draft = self.draft
        for title in draft.titles:
            if self.style.merged:
                self.merges.append((len(self.rows), 0, len(self.rows), self.width - 1))
            self.rows.append((title,))
        self._header()
        self._body()
        return Sheet(
            name=draft.sheet,
            rows=self.rows,
            merges=[merge for merge in self.merges if merge[:2] != merge[2:]],
            dataset=draft.dataset,
            term=draft.term,
            account=self.account,
            totals={name: sum(values) for name, values in draft.measures.items()},
            findings=sorted(self.findings, key=lambda finding: finding.row or 0),
        )

    def _header(self) -> None:
        columns, top = self.draft.columns, len(self.rows)
        if not any(column.parent for column in columns):
            self.rows.append([column.header for column in columns])
            return
        upper: list[Cell] = [None] * self.width
        lower: list[Cell] = [None] * self.width
        for parent, run in groupby(range(self.width), key=lambda index: columns[index].parent or index):
            members = list(run)
            if isinstance(parent, int):
                upper[parent] = columns[parent].header
                self.merges.append((top, parent, top + 1, parent))
                continue
            upper[members[0]] = parent
            self.merges.append((top, members[0], top, members[-1]))
            for index in members:
                lower[index] = columns[index].header
        self.rows += [upper, lower]

    def _body(self) -> None:
        style, groups, count = self.style, self.draft.groups, len(self.draft.groups)
        totals = style.totals if self.draft.write_total and count else "none"
        starts = [index for index in range(count) if not index or groups[index] != groups[index - 1]]
        spans = list(zip(starts, [*starts[1:], count][: len(starts)], strict=True))
        grouped = totals == "subtotals"
        first_row = len(self.rows)
        if style.example:
            self._leave_out(self._example())
        total_at = len(self.rows) if totals == "top" else None
        if total_at is not None:
            self._leave_out([None] * self.width)
        data_start = len(self.rows)
        parts: list[int] = []
        true_rows = list(zip(*self._cells_without_merged(spans), strict=True))
        for plant in self.draft.planted:
            if plant.after < 0:
                self._plant(plant)
        for number, (start, stop) in enumerate(spans):
            if style.gaps and number and not grouped:
                self._leave_out([None] * self.width)
            self._merge_regions(start, stop)
            self._true_rows(true_rows, start, stop)
            if grouped:
                block = f"=SUM({{0}}{len(self.rows) - (stop - start) + 1}:{{0}}{len(self.rows)})"
                self._leave_out(self._total_row(style.total_words[1], start, stop, block))
                parts.append(len(self.rows))
                if style.gaps and stop != count:
                    self._leave_out([None] * self.width)
        if totals != "none":
            whole = f"=SUM({{0}}{data_start + 1}:{{0}}{len(self.rows)})"
            formula = "=" + "+".join(f"{{0}}{row}" for row in parts) if parts else whole
            if total_at is None:
                total_at = len(self.rows)
                self._leave_out([None] * self.width)
            self.rows[total_at] = self._total_row(style.total_words[0], 0, count, formula, wrong=True)
            self._note_wrong_totals(total_at)
        if self.draft.footnotes and style.gaps:
            self._leave_out([None] * self.width)
        for note in self.draft.footnotes:
            self._leave_out((note,))
        self.account.read = len(self.rows) - first_row

    def _true_rows(self, rows: list[tuple[Cell, ...]], start: int, stop: int) -> None:
        planted = [plant for plant in self.draft.planted if start <= plant.after < stop]
        for plant in planted:
            self.rows += rows[start : plant.after + 1]
            self.account.loaded += plant.after + 1 - start
            start = plant.after + 1
            self._plant(plant)
        self.rows += rows[start:stop]
        self.account.loaded += stop - start

    def _plant(self, plant: PlantedRow) -> None:
        self._note(plant.code, len(self.rows), plant.field)
        self.rows.append(plant.cells)
        self.account.quarantined += 1

    def _leave_out(self, row: Sequence[Cell]) -> None:
        self.rows.append(row)
        self.account.left_out += 1

    def _example(self) -> list[Cell]:
        cells = [self.draft.example.get(column.field) for column in self.draft.columns]
        cells[0] = f"예시) {cells[0] if cells[0] is not None else ''}".strip()
        return cells

    def _total_row(self, label: str, start: int, stop: int, formula: str, wrong: bool = False) -> list[Cell]:
        """The total of the true rows from `start` to `stop`; `formula` has {0} where the column's letters go."""
        cells: list[Cell] = [label, *[None] * (self.width - 1)]
        as_formula = self.style.form == "xlsx" and self.style.spelling == "number" and not self.draft.wrong_total
        for index, column in enumerate(self.draft.columns):
            if column.field in self.draft.measures:
                value = sum(self.draft.measures[column.field][start:stop])
                value += self.draft.wrong_total.get(column.field, 0) if wrong else 0
                written = cells[index] = self.draft.write_total[column.field](value)
                if as_formula and isinstance(written, int):
                    cells[index] = Formula(formula.format(column_letter(index)), written)
        return cells

    def _note_wrong_totals(self, row: int) -> None:
        for name in self.draft.wrong_total:
            self._note("W_TOTAL_MISMATCH", row, name)

    def _note(self, code: str, row: int, name: str) -> None:
        index = next((i for i, column in enumerate(self.draft.columns) if column.field == name), None)
        self.findings.append(
            Finding(
                code,
                self.draft.sheet or None,
                row + 1,
                None if index is None else self.draft.columns[index].header,
                name or None,
                None if index is None else f"{column_letter(index)}{row + 1}",
            )
        )

    def _cells_without_merged(self, spans: list[tuple[int, int]]) -> list[Sequence[Cell]]:
        """The cells of every column; where cells are merged, all but the top one of each run are empty."""
        columns: list[Sequence[Cell]] = []
        for column in self.draft.columns:
            cells = column.cells
            if self.style.merged and column.field in MERGED_FIELDS:
                tops = list(cells)
                for start, stop in spans:
                    for index in range(start + 1, stop):
                        if cells[index] == cells[index - 1]:
                            tops[index] = None
                cells = tops
            columns.append(cells)
        return columns

    def _merge_regions(self, start: int, stop: int) -> None:
        if not self.style.merged:
            return
        top = len(self.rows)
        for index, column in enumerate(self.draft.columns):
            if column.field in MERGED_FIELDS:
                position = top
                for _, run in groupby(column.cells[start:stop]):
                    length = len(list(run))
                    self.merges.append((position, index, position + length - 1, index))
                    position += length


def column_letter(index: int) -> str:
    """The letters of a column counted from 0: A, B, ... Z, AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
