"""A workbook made of what was read from a file that is none, or of its faulty rows where it is large."""

from __future__ import annotations

import re
from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from sciculture_etl.feedback.answer import Answer
from sciculture_etl.feedback.cell_notes import CellNotes
from sciculture_etl.feedback.cells import put, width_of
from sciculture_etl.feedback.copies import Copy
from sciculture_etl.feedback.texts import words
from sciculture_etl.formats import open_file
from sciculture_etl.formats.grid import HEAD_ROWS, Grid
from sciculture_etl.intake.reading import ANSWER_MARK, is_answer
from sciculture_etl.settings import DEFAULT_LIMITS, MAX_COPIED_CELLS, MAX_EXCERPT_ROWS

UNNAMED = "제출자료"
MAX_SAMPLED_ROWS, MAX_WIDTH = 200, 40


def copy_grids(answer: Answer, data: bytes, notes: CellNotes) -> Copy:
    """Every cell at its own row and column; numbers are numbers.

    Raises:
        RefusedError: Where the file can't be read.
    """
    grids = open_file(data, DEFAULT_LIMITS).grids
    grids = [grid for grid in grids if not is_answer(grid)]
    if sum(grid.frame.height * grid.frame.width for grid in grids) > MAX_COPIED_CELLS:
        return _excerpt(answer, grids, notes)
    copy = Copy(_empty_book())
    for grid in grids:
        sheet = copy.book.create_sheet(_title(grid.sheet))
        copy.sheets[grid.sheet] = sheet.title
        sheet.sheet_state = "hidden" if grid.hidden else "visible"
        down = copy.above[grid.sheet] = len(grid.above)
        for number, row in enumerate([*grid.above, *grid.frame.iter_rows()], start=1):
            _write_row(sheet, number, 1, row)
        for merge in grid.merges:
            bottom, right = min(merge.bottom, grid.frame.height - 1), min(merge.right, grid.frame.width - 1)
            if (bottom, right) > (merge.top, merge.left) and bottom >= merge.top and right >= merge.left:
                sheet.merge_cells(None, merge.top + down + 1, merge.left + 1, bottom + down + 1, right + 1)
        for hidden in grid.hidden_rows:
            sheet.row_dimensions[hidden + down + 1].hidden = True
        _fit_columns(sheet, grid)
        if below := [part.first_row for part in answer.checked.parts if part.sheet == grid.sheet]:
            sheet.freeze_panes = f"A{min(below) + down}"
    return copy


def _excerpt(answer: Answer, grids: list[Grid], notes: CellNotes) -> Copy:
    """The head of every faulty sheet and its faulty rows, with their numbers before them."""
    copy = Copy(_empty_book(), rows={})
    assert copy.rows is not None
    for grid in grids:
        faulty = sorted({row for row, _ in notes.get(grid.sheet, {}) if row <= grid.frame.height})[:MAX_EXCERPT_ROWS]
        if not faulty:
            continue
        first = min((part.first_row for part in answer.checked.parts if part.sheet == grid.sheet), default=1)
        shown = sorted({*range(1, min(first, HEAD_ROWS + 1)), *faulty})
        sheet = copy.book.create_sheet(_title(grid.sheet))
        # Marked as ours: sent back by mistake, these few rows must not replace all that was sent.
        put(sheet, 1, 1, ANSWER_MARK)
        put(sheet, 1, 2, words()["copy"]["excerpt"])
        put(sheet, 2, 1, words()["excerpt_row"])
        own = {row: number for number, row in enumerate(shown, start=3)}
        for row, number in own.items():
            put(sheet, number, 1, row)
            _write_row(sheet, number, 2, grid.frame.row(row - 1))
        copy.sheets[grid.sheet], copy.rows[grid.sheet] = sheet.title, own
        sheet.column_dimensions["A"].width = 22
    return copy


def _empty_book() -> Workbook:
    book = Workbook()
    book.properties.creator = ""
    book.remove(book.worksheets[0])
    return book


def _title(name: str | None) -> str:
    """A title that a spreadsheet takes; openpyxl numbers those that would be the same."""
    plain = re.sub(r"[\[\]:*?/\\]", "_", name or UNNAMED).strip("'")[:28]
    return plain or UNNAMED


def _write_row(sheet: Worksheet, number: int, first_column: int, row: Sequence[str | None]) -> None:
    for column, text in enumerate(row, start=first_column):
        if text is not None:
            put(sheet, number, column, _number(text))


def _number(text: str) -> str | float:
    """The number that a text is, where it is written as a spreadsheet would show it."""
    if len(text) <= 15 and text[:1] in "-0123456789":
        for kind in (int, float):
            try:
                if str(value := kind(text)) == text and text not in ("nan", "inf"):
                    return value
            except ValueError:
                continue
    return text


def _fit_columns(sheet: Worksheet, grid: Grid) -> None:
    # A title above the table may be as long as it likes.
    table = [row for row in grid.frame.head(MAX_SAMPLED_ROWS).rows() if len(row) - row.count(None) > len(row) // 2]
    for column in range(grid.frame.width):
        widest = max((width_of(row[column]) for row in table if row[column]), default=0)
        sheet.column_dimensions[get_column_letter(column + 1)].width = min(max(widest + 2, 9), MAX_WIDTH)
