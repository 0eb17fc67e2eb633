"""Lines of a delimited text → its records, where quotes may stand astray: no quote takes the rows below it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field

from sciculture_etl.formats.dialect import Dialect
from sciculture_etl.grid import StrayQuote

MAX_RECORD_LINES = 200  # that a quoted cell may hold
MAX_TRIED, MAX_TRIED_QUOTES = 20_000, 40  # characters and quotes of a line in which the one too many is looked for
NARROW = 4  # columns; in fewer, lines of a quoted text may have as many commas by chance


def is_stray(cells: list[int], dialect: Dialect) -> bool:
    """Whether the lines that a quote holds together are rows of their own, since they split as the table's rows do.

    Args:
        cells: of each line (``cells_alone``).
    """
    narrow = dialect.width < NARROW
    if len(cells) > (2 if narrow else 1) and all(count == dialect.width for count in cells):
        return dialect.width > 1
    inner = [abs(count - dialect.width) <= 1 for count in cells[1:-1]]
    return not narrow and len(inner) > 1 and sum(inner) * 5 >= len(inner) * 4


def cells_alone(line: str, dialect: Dialect) -> int:
    """How many cells a line has as a row of its own; where a quote too many hides them, without that quote."""
    count = dialect.cells_in(line)
    if count == dialect.width or line.count(dialect.quote) % 2 == 0:
        return count
    return len(_read_alone(line, dialect))


def _read_alone(line: str, dialect: Dialect) -> list[str]:
    """The cells of a line with a quote too many: without the first that leaves as many as other rows have, else with
    every quote read as a letter.
    """
    places = [at for at, letter in enumerate(line) if letter == dialect.quote] if len(line) < MAX_TRIED else []
    for at in places[:MAX_TRIED_QUOTES]:
        tried = _Lines([line[:at] + line[at + 1 :]], dialect)
        cells = next(_reader(tried), [])
        if len(cells) == dialect.width and not tried.ran_out:
            return cells
    return next(csv.reader([line], delimiter=dialect.separator, quoting=csv.QUOTE_NONE), [])


def _reader(lines: _Lines) -> Iterator[list[str]]:
    dialect = lines.dialect
    return csv.reader(
        lines, delimiter=dialect.separator, quotechar=dialect.quote, skipinitialspace=dialect.blank_before_quote
    )


@dataclass
class _Lines:
    """Hands out lines for one record at a time, as long as they may be of one."""

    lines: list[str]
    dialect: Dialect
    at: int = 0
    start: int = 0
    ran_out: bool = False
    counted: dict[int, int] = field(default_factory=dict)  # lines that several records were looked for in

    def is_stray(self) -> bool:
        """Whether the lines handed out since ``start`` are rows of their own."""
        for at in range(self.start, self.at):
            if at not in self.counted:
                self.counted[at] = cells_alone(self.lines[at], self.dialect)
        return is_stray([self.counted[at] for at in range(self.start, self.at)], self.dialect)

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if self.at >= len(self.lines) or self._is_too_many(self.at - self.start):
            self.ran_out = True
            raise StopIteration
        self.at += 1
        return self.lines[self.at - 1] + "\n"

    def _is_too_many(self, taken: int) -> bool:
        if taken in (4, 16, 64):  # few lines show it: not all that a quote takes are looked at for each
            return self.is_stray()
        return taken > MAX_RECORD_LINES


@dataclass
class Records:
    """Walks the records of a text once.

    Attributes:
        stray_quotes: of every quote that would have taken the rows below it, and of the one that would have ended
            that. Their lines are read by themselves.
    """

    lines: list[str]
    dialect: Dialect
    stray_quotes: list[StrayQuote] = field(default_factory=list)

    def __iter__(self) -> Iterator[list[str]]:
        dialect = self.dialect
        source = _Lines(self.lines, dialect)
        reader = _reader(source)
        opened: int | None = None
        row = 0
        while source.at < len(self.lines):
            start = source.start = source.at
            source.ran_out = False
            cells = next(reader)
            taken = self.lines[start : source.at]
            if source.ran_out or (len(taken) > 1 and source.is_stray()):
                source.at = start + 1
                cells = _read_alone(taken[0], dialect)
                self._report(opened, row)
                opened = row
            elif len(taken) == 1 and taken[0].count(dialect.quote) % 2:
                cells, opened = self._read_odd(row, cells, taken[0], opened)
            yield cells
            row += 1
        self._report(opened, row - 1)

    def _read_odd(self, row: int, cells: list[str], line: str, opened: int | None) -> tuple[list[str], int | None]:
        """The cells of a line with an odd number of quotes: one may end what an earlier one opened, or have taken
        cells of this line.
        """
        if opened is not None:
            self._report(opened, row)
            self.stray_quotes.append(StrayQuote(row, opened, row))
        elif len(cells) < self.dialect.width == len(alone := _read_alone(line, self.dialect)):
            self._report(row, row)
            return alone, None
        return cells, None

    def _report(self, opened: int | None, last: int) -> None:
        if opened is not None:
            self.stray_quotes.append(StrayQuote(opened, opened, last))
