"""The answer to a query as a table: for people, on a terminal or in a file."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from sciculture_etl.cli.views.console import operators_console
from sciculture_etl.query import Answer
from sciculture_etl.query.text import shown
from sciculture_etl.query.writers import PLAIN, texts_of

DEFAULT_ROWS = 40
# So many rows that aren't shown are counted; of more than that, it is said that there are more.
MAX_COUNTED = 1_000_000
GAP = 2
# A column that is folded has at least so many places; where there is no room for that, each row becomes a list.
MIN_WIDTH = 16
NUMBER = ("INT", "DECIMAL", "FLOAT", "DOUBLE")
Row = tuple[str | None, ...]


def show_answer(answer: Answer, release: str, limit: int | None) -> int:
    """The first rows, and how many more there are.

    Args:
        limit: of the rows; None: all.

    Returns:
        How many rows are shown.
    """
    batches = answer.batches(texts_of(answer))
    rows = _rows(batches)
    first = list(islice(rows, limit))
    more = 0
    if len(first) == limit:
        more = sum(1 for _ in islice(rows, MAX_COUNTED + 1))
    names = [shown(name) for name in answer.names]
    cells = [[_cell(value, kind) for value, kind in zip(row, answer.types, strict=True)] for row in first]
    widths = [max([cell_len(name), *(row[place].cell_len for row in cells)]) for place, name in enumerate(names)]
    console = operators_console(width=sum(widths) + GAP * len(widths) + 1)
    if sum(min(width, MIN_WIDTH) + GAP for width in widths) > console.width:
        for number, row in enumerate(cells, start=1):
            console.print(Text(f"─ {number:,}", "dim"))
            console.print(_listed(names, row))
    else:
        console.print(_table(names, answer.types, cells))
    console.print(Text(_summary(release, len(first), more), "dim"), soft_wrap=True)
    return len(first)


def _rows(batches: Iterator[object]) -> Iterator[Row]:
    for batch in batches:
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)  # type: ignore[attr-defined]


def _cell(value: str | None, kind: str) -> Text:
    """A value that is missing, a text that is empty and one that says NULL look each its own way."""
    if value is None:
        return Text("NULL", "dim")
    if not PLAIN.match(kind) and value in ("", "NULL"):
        return Text(f"'{value}'")
    return Text(shown(value))


def _table(names: list[str], types: list[str], cells: list[list[Text]]) -> Table:
    table = Table(box=None, padding=(0, GAP, 0, 0), header_style="bold", pad_edge=False)
    for name, kind in zip(names, types, strict=True):
        is_number = any(word in kind for word in NUMBER) and bool(PLAIN.match(kind))
        table.add_column(Text(name), justify="right" if is_number else "left", overflow="fold")
    for row in cells:
        table.add_row(*row)
    return table


def _listed(names: list[str], row: list[Text]) -> Table:
    table = Table(box=None, padding=(0, GAP, 0, 0), show_header=False, pad_edge=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, cell in zip(names, row, strict=True):
        table.add_row(Text(name), cell)
    return table


def _summary(release: str, count: int, more: int) -> str:
    head = f"release / 릴리스 {release}: "
    if not more:
        return head + (f"{count:,} row{'s' * (count > 1)} / {count:,}행" if count else "no rows / 행 없음")
    bound = ("more than ", " 넘게") if more > MAX_COUNTED else ("", "")
    more = min(more, MAX_COUNTED)
    return (
        f"{head}{count:,} rows, {bound[0]}{more:,} more: --limit 0, or --csv, --json, --parquet"
        f" / {count:,}행 표시, {more:,}행{bound[1]} 더 있음"
    )
