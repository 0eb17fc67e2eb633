"""Findings → the cells to colour and what the comment at each says."""

from __future__ import annotations

from dataclasses import dataclass, field

from sciculture_etl.feedback.answer import Answer
from sciculture_etl.feedback.cells import clean, lines_in
from sciculture_etl.feedback.copies import Place, SheetCopy
from sciculture_etl.feedback.texts import words
from sciculture_etl.settings import MAX_COMMENTED_CELLS, MAX_SAME_COMMENTS

COMMENT_WIDTH, LINE_HEIGHT, MAX_HEIGHT = 320, 18, 600  # pixels
COMMENT_COLUMNS = 44


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


Notes = dict[tuple[int, str], CellNote]  # row, and letters of the column where a cell is meant → note


def notes_of(answer: Answer, sheet: SheetCopy) -> Notes:
    """The notes of a sheet, as far as the copy holds their rows; the worst findings come first.

    All cells are coloured; texts stand at the first ``MAX_COMMENTED_CELLS`` alone, and what repeats at the first
    ``MAX_SAME_COMMENTS`` of its places.
    """
    texts = words()["severity"]
    notes: Notes = {}
    commented = 0
    for group in answer.groups:
        for repeat in group.repeats:
            if repeat.sheet != sheet.sheet:
                continue
            text = f"[{texts[group.severity]}] {repeat.message}\n→ {repeat.fix}"
            shown = (row for row in repeat.rows if row is not None and (sheet.rows is None or row - 1 in sheet.rows))
            for number, row in enumerate(shown):
                note = notes.setdefault((row, repeat.letters), CellNote(group.severity))
                note.whole_row |= group.code == "R_HEADER_NOT_FOUND"
                if number < MAX_SAME_COMMENTS and commented < MAX_COMMENTED_CELLS and text not in note.texts:
                    commented += not note.texts
                    note.texts.append(text)
    return notes


@dataclass
class PlacedNotes:
    """The notes of a sheet where they are seen.

    Attributes:
        fills: cell → severity.
        comments: cell → text.
    """

    fills: dict[Place, str] = field(default_factory=dict)
    comments: dict[Place, str] = field(default_factory=dict)


def place_notes(answer: Answer, sheet: SheetCopy) -> PlacedNotes:
    """A finding of a row stands at the row's first written cell, one within merged cells at the first of them."""
    placed = PlacedNotes()
    texts: dict[Place, list[str]] = {}
    written = _written_columns(sheet)
    firsts = {
        (row, column): (merge.top, merge.left)
        for merge in sheet.merges
        for row in range(merge.top, merge.bottom + 1)
        for column in range(merge.left, merge.right + 1)
    }
    for (line, letters), note in notes_of(answer, sheet).items():
        if (place := sheet.place_of(line, letters)) is None:
            continue
        row, column = place
        columns = [column] if column is not None else written.get(row, [0])
        columns = columns if note.whole_row else columns[:1]
        for number, own in enumerate(firsts.get((row, column), (row, column)) for column in columns):
            # The worst comes first.
            placed.fills.setdefault(own, note.severity)
            if number == 0:
                said = texts.setdefault(own, [])
                said += [text for text in note.texts if text not in said]
    placed.comments = {place: clean("\n\n".join(own)) for place, own in texts.items() if own}
    return placed


def _written_columns(sheet: SheetCopy) -> dict[int, list[int]]:
    """Row → its columns that hold something, but for the row numbers before an excerpt."""
    written: dict[int, list[int]] = {}
    for (row, column), (value, _) in sheet.cells.items():
        if value is not None and (column or sheet.rows is None):
            written.setdefault(row, []).append(column)
    return {row: sorted(columns) for row, columns in written.items()}


def comment_size(text: str) -> dict[str, int]:
    """Pixels of the box, as ``xlsxwriter`` takes them."""
    height = (lines_in(text, COMMENT_COLUMNS) + 1) * LINE_HEIGHT
    return {"width": COMMENT_WIDTH, "height": min(height, MAX_HEIGHT)}
