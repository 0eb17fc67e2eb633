"""A copy made of what was read from a file: its cells, or of a large file the head and the faulty rows."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sciculture_etl.feedback.answer import Answer
from sciculture_etl.feedback.cells import Value, width_of
from sciculture_etl.feedback.copies import Columns, Copy, SheetCopy
from sciculture_etl.feedback.texts import words
from sciculture_etl.formats.grid import HEAD_ROWS, Grid, Merge
from sciculture_etl.intake.reading import ANSWER_MARK
from sciculture_etl.settings import MAX_EXCERPT_ROWS

UNNAMED = "제출자료"
MAX_TITLE = 31  # characters of a sheet's name
MAX_SAMPLED_ROWS, MAX_WIDTH = 200, 40
NUMBER_COLUMN_WIDTH = 22


def filled_cells(grids: Sequence[Grid]) -> int:
    """How many cells hold something."""
    return sum(column.len() - column.null_count() for grid in grids for column in grid.frame.iter_columns())


def copy_grids(answer: Answer, grids: Sequence[Grid]) -> Copy:
    """Every cell at its own row and column; numbers are numbers."""
    copy = Copy()
    for grid, title in zip(grids, titles(grids), strict=True):
        sheet = SheetCopy(grid.sheet, title, is_hidden=grid.hidden, above=len(grid.above))
        copy.sheets.append(sheet)
        for number, row in enumerate([*grid.above, *grid.frame.iter_rows()]):
            _write_row(sheet, number, 0, row)
        sheet.merges = merges_of(grid)
        sheet.hidden_rows = [row + sheet.above for row in grid.hidden_rows]
        sheet.columns = _fitting_columns(grid)
        if below := [part.first_row for part in answer.checked.parts if part.sheet == grid.sheet]:
            sheet.frozen = min(below) + sheet.above - 1, 0
    return copy


def merges_of(grid: Grid) -> list[Merge]:
    """Those of more than one cell, within what was read."""
    height, width, above = grid.frame.height, grid.frame.width, len(grid.above)
    cut = [Merge(m.top, m.left, min(m.bottom, height - 1), min(m.right, width - 1)) for m in grid.merges]
    return [
        Merge(m.top + above, m.left, m.bottom + above, m.right)
        for m in cut
        if (m.bottom, m.right) > (m.top, m.left) and m.bottom >= m.top and m.right >= m.left
    ]


def copy_excerpt(answer: Answer, grids: Sequence[Grid]) -> Copy:
    """The head of every faulty sheet and its first faulty rows, with their numbers before them."""
    copy = Copy(is_excerpt=True)
    for grid, title in zip(grids, titles(grids), strict=True):
        faulty = {row for row in answer.first_faulty_rows(grid.sheet, MAX_EXCERPT_ROWS) if row <= grid.frame.height}
        if not faulty:
            continue
        first = min((part.first_row for part in answer.checked.parts if part.sheet == grid.sheet), default=1)
        shown = sorted({*range(1, min(first, HEAD_ROWS + 1)), *faulty})
        sheet = SheetCopy(grid.sheet, title, rows={row - 1: number for number, row in enumerate(shown, start=2)})
        copy.sheets.append(sheet)
        # Marked as ours: sent back by mistake, these few rows must not replace all that was sent.
        sheet.cells[0, 0] = ANSWER_MARK, 0
        sheet.cells[0, 1] = words()["copy"]["excerpt"].format(n=f"{MAX_EXCERPT_ROWS:,}"), 0
        sheet.cells[1, 0] = words()["excerpt_row"], 0
        rows = grid.frame[[row - 1 for row in shown]].rows()
        for number, (row, texts) in enumerate(zip(shown, rows, strict=True), start=2):
            sheet.cells[number, 0] = row, 0
            _write_row(sheet, number, 1, texts)
        sheet.columns = [Columns(0, 0, NUMBER_COLUMN_WIDTH)]
    return copy


def titles(grids: Sequence[Grid]) -> list[str]:
    """A name for each sheet that a spreadsheet takes, and no two alike."""
    taken: set[str] = set()
    found: list[str] = []
    for grid in grids:
        plain = re.sub(r"[\[\]:*?/\\]", "_", grid.sheet or UNNAMED).strip("'")[:MAX_TITLE].strip("'") or UNNAMED
        title, number = plain, 1
        while title.casefold() in taken:
            title = f"{plain[: MAX_TITLE - len(str(number))]}{number}"
            number += 1
        taken.add(title.casefold())
        found.append(title)
    return found


def _write_row(sheet: SheetCopy, number: int, first_column: int, row: Sequence[str | None]) -> None:
    for column, text in enumerate(row, start=first_column):
        if text is not None:
            sheet.cells[number, column] = _number(text), 0


def _number(text: str) -> Value:
    """The number that a text is, where it is written as a spreadsheet would show it."""
    if len(text) <= 15 and text[:1] in "-0123456789":
        for kind in (int, float):
            try:
                if str(value := kind(text)) == text and text not in ("nan", "inf"):
                    return value
            except ValueError:
                continue
    return text


def _fitting_columns(grid: Grid) -> list[Columns]:
    # A title above the table may be as long as it likes.
    table = [row for row in grid.frame.head(MAX_SAMPLED_ROWS).rows() if len(row) - row.count(None) > len(row) // 2]
    fitting = []
    for column in range(grid.frame.width):
        widest = max((width_of(row[column]) for row in table if row[column]), default=0)
        fitting.append(Columns(column, column, min(max(widest + 2, 9), MAX_WIDTH)))
    return fitting
