"""An answer as a workbook: its result, and behind it a copy of what was sent."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from sciculture_etl.feedback.answer import SEOUL, Answer
from sciculture_etl.feedback.cell_notes import PlacedNotes, comment_size, place_notes
from sciculture_etl.feedback.cells import FILLS, OPTIONS, Formats, Value, clean
from sciculture_etl.feedback.copies import PLAIN, Copy, SheetCopy
from sciculture_etl.feedback.grids import copy_excerpt, copy_grids, filled_cells
from sciculture_etl.feedback.result_sheet import write_result
from sciculture_etl.feedback.workbook_copy import copy_workbook
from sciculture_etl.formats import open_file
from sciculture_etl.formats.content import Source
from sciculture_etl.intake.reading import is_answer
from sciculture_etl.settings import DEFAULT_LIMITS, MAX_COPIED_CELLS

RESULT = "점검결과"
AUTHOR = "점검"


def answer_workbook(answer: Answer, data: bytes) -> bytes:
    """The .xlsx that an institution gets.

    Args:
        data: the file as received; it isn't read where no copy may be made.
    """
    # Whatever a library makes of a strange file, its sender gets an answer: with fewer looks, or without a copy.
    for make in _makers(answer, data) if answer.can_be_copied else []:
        try:
            if copied := make():
                return _written(answer, copied)
        except Exception:
            continue
    return _written(answer, None)


def _makers(answer: Answer, data: bytes) -> list[Callable[[], Copy | None]]:
    """The ways to make a copy, the best first."""
    try:
        content = open_file(data, DEFAULT_LIMITS)
    except Exception:
        return []
    grids = [grid for grid in content.grids if not is_answer(grid)]
    if filled_cells(grids) > MAX_COPIED_CELLS:
        return [lambda: copy_excerpt(answer, grids)]
    answered = len(grids) < len(content.grids)
    with_looks = [lambda: copy_workbook(Source(data, DEFAULT_LIMITS), grids, answered)]
    return [*(with_looks if content.format == "xlsx" else []), lambda: copy_grids(answer, grids)]


def _written(answer: Answer, copy: Copy | None) -> bytes:
    target = io.BytesIO()
    taken = {sheet.title.casefold() for sheet in copy.sheets} if copy else set()
    name = next(name for n in range(len(taken) + 1) if (name := f"{RESULT}{n or ''}").casefold() not in taken)
    with Workbook(target, OPTIONS | {"date_1904": copy is not None and copy.is_1904}) as book:
        if answer.received:
            # The same answer is the same file, and midnight no evidence of when what comes of it was saved.
            day = answer.received.at.astimezone(SEOUL).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
            book.set_properties({"created": day})
        formats = Formats(book)
        result = book.add_worksheet(name)
        write_result(result, formats, answer, copy)
        for sheet in copy.sheets if copy else []:
            _write_sheet(
                book.add_worksheet(sheet.title),
                formats,
                sheet,
                copy.styles if copy else [PLAIN],
                place_notes(answer, sheet),
            )
        for range_name, place in copy.names.items() if copy else []:
            book.define_name(range_name, f"={place}")
        result.activate()
    return target.getvalue()


def _write_sheet(
    sheet: Worksheet, formats: Formats, copied: SheetCopy, styles: list[dict[str, Any]], placed: PlacedNotes
) -> None:
    def put(row: int, column: int, value: Value, style: int) -> None:
        severity = placed.fills.get((row, column))
        if severity:
            coloured = {key: own for key, own in styles[style].items() if key != "bg_color"}
            look = formats.get((style, severity), coloured | {"bg_color": FILLS[severity]}, value)
        elif style or isinstance(value, str):
            look = formats.get((style, ""), styles[style], value)
        else:
            look = None
        if isinstance(value, str):
            sheet.write_string(row, column, clean(value), look)
        elif value is None:
            sheet.write_blank(row, column, None, look)
        else:
            sheet.write_number(row, column, value, look)

    for merge in copied.merges:
        _, style = copied.cells.get((merge.top, merge.left), (None, 0))
        look = formats.get((style, ""), styles[style])
        try:
            sheet.merge_range(merge.top, merge.left, merge.bottom, merge.right, "", look)
        except Exception:  # one that lies over another: no spreadsheet would show it
            continue
    for (row, column), (value, style) in copied.cells.items():
        put(row, column, value, style)
    for row, column in placed.fills.keys() - copied.cells.keys():
        put(row, column, None, 0)
    sheet.set_comments_author(AUTHOR)
    for (row, column), text in placed.comments.items():
        sheet.write_comment(row, column, text, comment_size(text))
    for own in copied.columns:
        look = formats.get((own.style, ""), styles[own.style]) if own.style else None
        sheet.set_column(own.first, own.last, own.width, look, {"hidden": own.is_hidden})
    hidden = set(copied.hidden_rows)
    for row in hidden | copied.heights.keys():
        sheet.set_row(row, copied.heights.get(row), None, {"hidden": row in hidden})
    if copied.frozen:
        sheet.freeze_panes(*copied.frozen)
    for rule in copied.rules:
        first, *others = ([place.top, place.left, place.bottom, place.right] for place in rule.ranges)
        sheet.data_validation(*first, rule.options | {"other_cells": others})
    if copied.is_hidden:
        sheet.hide()
