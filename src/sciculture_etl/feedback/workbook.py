"""An answer as a workbook: its result, and behind it a copy of what was sent."""

from __future__ import annotations

import io
from collections.abc import Callable

from openpyxl import Workbook

from sciculture_etl.feedback.answer import Answer
from sciculture_etl.feedback.cell_notes import CellNotes, annotate_copy, cell_notes_of
from sciculture_etl.feedback.copies import Copy, copy_workbook
from sciculture_etl.feedback.grids import copy_grids
from sciculture_etl.feedback.result_sheet import write_result

RESULT = "점검결과"


def answer_workbook(answer: Answer, data: bytes) -> bytes:
    """The .xlsx that an institution gets.

    Args:
        data: the file as received; it isn't read where no copy may be made.
    """
    notes = cell_notes_of(answer)
    if answer.can_be_copied:
        # Whatever a library makes of a strange file, its sender gets an answer: with fewer looks, or without a copy.
        makers: list[Callable[[], Copy | None]] = [
            lambda: copy_workbook(data), lambda: copy_grids(answer, data, notes),
        ]  # fmt: skip
        for make in makers:
            try:
                if copied := make():
                    return _written(answer, copied, notes)
            except Exception:
                continue
    return _written(answer, None, notes)


def _written(answer: Answer, copy: Copy | None, notes: CellNotes) -> bytes:
    book = copy.book if copy else Workbook()
    if copy:
        annotate_copy(copy, notes)
        sheet = book.create_sheet(RESULT, 0)
    else:
        sheet = book.worksheets[0]
        sheet.title, book.properties.creator = RESULT, ""
    write_result(sheet, answer, copy)
    book.active = 0
    sheet.sheet_view.tabSelected = True
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()
