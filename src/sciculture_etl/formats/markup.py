"""What web pages and documents have in common: tables amid text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from lxml import etree

from sciculture_etl.formats.cells import Cells, Line
from sciculture_etl.formats.grid import Grid, too_large
from sciculture_etl.settings import Limits

# A little table of names and values above the table of results is part of its title.
TITLE_ROWS, TITLE_COLUMNS = 5, 4
MAX_LINES = 100  # between two tables, from its beginning and before its end: what is further from both is no title


@dataclass
class FreePlaces:
    """Where the next cell of a row lies: beside those that reach down into it from above."""

    taken: list[int] = field(default_factory=list)  # per column, the first row that no cell from above reaches into

    def next(self, row: int, column: int) -> int:
        """The first free column from this one on."""
        while column < len(self.taken) and self.taken[column] > row:
            column += 1
        return column

    def take(self, row: int, column: int, down: int, across: int) -> None:
        if down > 1:
            self.taken += [0] * (column + across - len(self.taken))
            self.taken[column : column + across] = [row + down] * across


@dataclass
class Flow:
    """Lines and tables in the order in which a reader meets them."""

    limits: Limits
    lines: Line = field(default_factory=list)
    named: Line = field(default_factory=list)  # by a little table just above
    tables: list[tuple[Cells, Line, bool]] = field(default_factory=list)  # what is above each, and whether it is hidden
    spent: int = 0  # cells of the tables so far

    def write(self, text: str) -> None:
        self.lines += [[line.strip()] for line in text.split("\n") if line.strip()]
        if len(self.lines) > 2 * MAX_LINES:
            self.lines = self.lines[:MAX_LINES] + self.lines[-MAX_LINES:]

    def new_table(self) -> Cells:
        return Cells(self.limits, spent=self.spent)

    def set_table(self, cells: Cells, hidden: bool = False) -> None:
        """A table without a word in it is none."""
        if not cells.rows:
            return
        self.spent += cells.size
        # Where nothing is said between a little table and the next, what stands above the one is above both.
        above = self.tables[-1][1] if self.named and not self.lines else []
        self.tables.append((cells, [*above, *self.named, *self.lines], hidden))
        self.lines, self.named = [], []
        if cells.height <= TITLE_ROWS and cells.width <= TITLE_COLUMNS:
            self.named = [[row[column] for column in sorted(row)] for _, row in sorted(cells.rows.items())]

    def grids(self) -> list[Grid]:
        """One a table; the only one of a file has no name, several are ``표 1``, ``표 2``, ...

        Above each stands what was said since the table before it, and above a later one also what was said before the
        first, but for the first's own heading, which is the last line above it.
        """
        first = self.tables[0][1] if self.tables else []
        grids = []
        for number, (cells, own, hidden) in enumerate(self.tables):
            shared = [] if number == 0 or own[: len(first)] == first else first[:-1] if own else first
            above = [*shared, *own]
            grids.append(cells.grid(f"표 {number + 1}" if len(self.tables) > 1 else None, hidden, above))
        return grids


def data_tables(
    root: etree._Element, tag: str, rows_of: Callable[[etree._Element], int], limits: Limits
) -> set[etree._Element]:
    """The tables that hold data: not those that only lay out others (which have as many rows or more), and not those
    within a cell of a larger one, which are part of that cell's text. Raises RefusedError for more than the limit.
    """
    tables = list(root.iter(tag))
    if len(tables) > limits.sheets:
        raise too_large(f"표 {len(tables):,}개(tables)", f"{limits.sheets:,}")
    outer = {table: next(table.iterancestors(tag), None) for table in tables}
    heights = {table: rows_of(table) for table in tables}
    within = dict.fromkeys(tables, -1)  # height of the highest table within each
    for table in reversed(tables):
        if (around := outer[table]) is not None:
            within[around] = max(within[around], heights[table], within[table])
    data: set[etree._Element] = set()
    taken: set[etree._Element] = set()  # tables that hold data, and those within them
    for table in tables:
        if outer[table] in taken:
            taken.add(table)
        elif within[table] < heights[table]:
            taken.add(table)
            data.add(table)
    return data


def refuse_large_markup(data: bytes, limits: Limits) -> None:
    if len(data) > limits.markup_bytes:
        raise too_large(f"{len(data) / 1024**2:,.0f} MiB", f"{limits.markup_bytes / 1024**2:,.0f} MiB")


def whole_number(text: str | None, otherwise: int, most: int) -> int:
    """An attribute that counts something; what is no number counts ``otherwise``, and none counts over ``most``."""
    digits = (text or "").strip()
    return min(int(digits), most) if digits.isdecimal() and len(digits) < 10 else otherwise
