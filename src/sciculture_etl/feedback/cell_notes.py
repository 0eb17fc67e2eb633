"""Findings → the cells to colour and what the comment at each says."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import polars as pl
from openpyxl.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.utils import coordinate_to_tuple, get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from sciculture_etl.feedback.answer import ORDER, Answer
from sciculture_etl.feedback.cells import clean, fill, lines_in
from sciculture_etl.feedback.copies import Copy
from sciculture_etl.feedback.texts import words
from sciculture_etl.settings import MAX_COMMENTED_CELLS, MAX_COPIED_CELLS

COMMENT_WIDTH, LINE_HEIGHT = 320, 18  # pixels
COMMENT_COLUMNS = 44
AUTHOR = "점검"


@dataclass
class CellNote:
    """The note on a cell.

    Attributes:
        severity: the worst of its findings.
        whole_row: every written cell of the row is meant, as of a header.
    """

    severity: str
    texts: list[str] = field(default_factory=list)
    whole_row: bool = False


Place = tuple[int, str | None]  # row, and A1 cell where one is meant
CellNotes = dict[str | None, dict[Place, CellNote]]


def cell_notes_of(answer: Answer) -> CellNotes:
    """Sheet → row and cell → mark, of the worst findings first. The first ``MAX_COMMENTED_CELLS`` alone have texts."""
    rank = pl.col("severity").replace_strict({name: n for n, name in enumerate(ORDER)}, return_dtype=pl.Int8)
    placed = answer.findings.filter(pl.col("row").is_not_null()).sort(rank, maintain_order=True)
    texts = words()["severity"]
    notes: CellNotes = {}
    for number, row in enumerate(placed.head(MAX_COPIED_CELLS).iter_rows(named=True)):
        place = (row["row"], row["cell"])
        note = notes.setdefault(row["sheet"], {}).setdefault(place, CellNote(row["severity"]))
        note.whole_row |= row["code"] == "R_HEADER_NOT_FOUND"
        if number >= MAX_COMMENTED_CELLS:
            continue
        text = f"[{texts[row['severity']]}] {row['message_ko']}\n→ {row['fix_ko']}"
        if text not in note.texts:
            note.texts.append(text)
    return notes


def write_cell_notes(sheet: Worksheet, notes: dict[Place, CellNote]) -> None:
    """Colours the cells and writes their comments.

    A finding of a row stands at the row's first written cell, one within a merged range at the range's first.
    """
    shown: dict[str, CellNote] = {}
    for (row, where), note in notes.items():
        cells = [sheet[where]] if where else _written(sheet, row, note.whole_row)
        for number, cell in enumerate(_visible(sheet, cell) for cell in cells):
            if number == 0:
                own = shown.setdefault(cell.coordinate, CellNote(note.severity))
                own.texts += [text for text in note.texts if text not in own.texts]
            if number or shown[cell.coordinate].severity == note.severity:
                cell.fill = fill(note.severity)
    for where, note in shown.items():
        if not note.texts:
            continue
        text = clean("\n\n".join(note.texts))
        height = (lines_in(text, COMMENT_COLUMNS) + 1) * LINE_HEIGHT
        sheet[where].comment = Comment(text, AUTHOR, height=min(height, 600), width=COMMENT_WIDTH)


def _written(sheet: Worksheet, row: int, all_of_them: bool) -> list[Cell | MergedCell]:
    written: list[Cell | MergedCell] = [cell for cell in sheet[row] if cell.value is not None]
    written = written or [sheet.cell(row, 1)]
    return written if all_of_them else written[:1]


def _visible(sheet: Worksheet, cell: Cell | MergedCell) -> Cell:
    if not isinstance(cell, MergedCell):
        return cell
    merge = next(merge for merge in sheet.merged_cells.ranges if cell.coordinate in merge)
    first = sheet.cell(merge.min_row, merge.min_col)
    assert isinstance(first, Cell)
    return first


def moved(place: Place, sheet: str | None, copy: Copy) -> Place | None:
    """Where a place of the file stands in the copy; None where an excerpt leaves it out."""
    row, cell = place
    if copy.rows is None:
        down = copy.above.get(sheet, 0)
        letters = re.sub(r"\d", "", cell or "")
        return row + down, (f"{letters}{row + down}" if cell else None)
    if (own := copy.rows.get(sheet, {}).get(row)) is None:
        return None
    if cell is None:
        return own, None
    return own, f"{get_column_letter(coordinate_to_tuple(cell)[1] + 1)}{own}"


def annotate_copy(copy: Copy, notes: CellNotes) -> None:
    """Puts the marks of every sheet that was copied."""
    for sheet, title in copy.sheets.items():
        own = {place: note for at, note in notes.get(sheet, {}).items() if (place := moved(at, sheet, copy))}
        write_cell_notes(copy.book[title], own)
