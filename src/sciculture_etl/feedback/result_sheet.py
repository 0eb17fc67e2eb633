"""The first sheet of an answer: the verdict, the counts, what was right, and every place with what to do."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace
from typing import Any

from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.cell_style import StyleArray
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from sciculture_etl.feedback.answer import SET_ASIDE, Answer, Group
from sciculture_etl.feedback.cell_notes import moved
from sciculture_etl.feedback.cells import FILLS, clean, keep_as_text, lines_in, width_of
from sciculture_etl.feedback.copies import Copy
from sciculture_etl.feedback.texts import aside, facts, fine, headline, left_out, next_steps, part_name, totals, words
from sciculture_etl.feedback.texts import place as place_of
from sciculture_etl.intake.reading import ANSWER_MARK
from sciculture_etl.settings import MAX_COMMENTED_CELLS

WIDTHS = [22, 22, 20, 46, 50]
MAX_PLACE_WIDTH = 44
LINE = 16.5  # points
THIN = Side(style="thin", color="FFBFBFBF")
BOX = Border(THIN, THIN, THIN, THIN)
BANNER = {
    "accepted": "FF1A7F37", "warned": "FF1A7F37", "partially_accepted": "FFB35900", "rejected": "FFB42318",
    "refused": "FFB42318", "superseded": "FF555555", "withdrawn": "FF555555",
}  # fmt: skip
GREY = "FFF2F2F2"


@dataclass(frozen=True)
class _Look:
    size: float = 10
    bold: bool = False
    colour: str = "FF1A1A1A"
    fill: str = ""
    boxed: bool = False
    number: bool = False

    def put_on(self, cell: Cell) -> None:
        cell.font = Font(name="맑은 고딕", size=self.size, bold=self.bold, color=self.colour)
        inset = 1 if (self.boxed or self.fill) and not self.number else 0
        cell.alignment = Alignment("center" if self.number else "left", "center", wrap_text=True, indent=inset)
        if self.fill:
            cell.fill = PatternFill("solid", fgColor=self.fill)
        if self.boxed:
            cell.border = BOX
        if self.number:
            cell.number_format = "#,##0"


TEXT = _Look(boxed=True)
HEAD = _Look(bold=True, fill=GREY, boxed=True)
LABEL = _Look(fill=GREY, boxed=True)
NUMBER = _Look(boxed=True, number=True)
LINKED = _Look(colour="FF0563C1", boxed=True)


class _Writer:
    """Writes downwards."""

    def __init__(self, sheet: Worksheet, widths: list[int]) -> None:
        self.sheet = sheet
        self.widths = widths
        self.row = 0
        self._styles: dict[_Look, StyleArray] = {}

    def line(self, text: str, look: _Look = _Look()) -> None:
        """One text over the whole width."""
        self.row += 1
        self._cell(1, text, look)
        self._widen(1)
        self._height(lines_in(text, sum(self.widths) * 10 / look.size), look.size)

    def cells(self, *values: tuple[str | float, _Look]) -> list[Cell]:
        """One row of a table; the last value takes the columns that are left."""
        self.row += 1
        lines = 1
        written = []
        for column, (value, look) in enumerate(values, start=1):
            written.append(self._cell(column, value, look))
            last = column == len(values)
            if last:
                for beside in range(column + 1, len(self.widths) + 1):
                    self._cell(beside, None, look)
                self._widen(column)
            width = sum(self.widths[column - 1 :]) if last else self.widths[column - 1]
            lines = max(lines, lines_in(str(value), width))
        self._height(lines, 10)
        return written

    def title(self, text: str) -> None:
        self.row += 1
        self.line(text, _Look(12, bold=True))

    def _cell(self, column: int, value: str | float | None, look: _Look) -> Cell:
        cell = self.sheet.cell(self.row, column, clean(value) if isinstance(value, str) else value)
        assert isinstance(cell, Cell)
        # Looking a style up in the workbook takes longer than all else.
        if look not in self._styles:
            look.put_on(cell)
            self._styles[look] = cell._style  # type: ignore[attr-defined]
        cell._style = copy(self._styles[look])  # type: ignore[attr-defined]
        keep_as_text(cell)
        return cell

    def _widen(self, column: int) -> None:
        if column < len(self.widths):
            last = get_column_letter(len(self.widths))
            self.sheet.merged_cells.add(f"{get_column_letter(column)}{self.row}:{last}{self.row}")

    def _height(self, lines: int, size: float) -> None:
        self.sheet.row_dimensions[self.row].height = min(lines * LINE * size / 10 + 4, 409)


def write_result(sheet: Worksheet, answer: Answer, copied: Copy | None) -> None:
    """Fills an empty sheet.

    Args:
        copied: what places are linked to.
    """
    widths = _widths(answer)
    for column, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    write = _Writer(sheet, widths)
    write.line(ANSWER_MARK, _Look(11, colour="FF595959"))
    write.line(headline(answer), _Look(18, bold=True, colour="FFFFFFFF", fill=BANNER[answer.kind]))
    for step in [*next_steps(answer), _about_copy(answer, copied)]:
        write.line(step, _Look(11))
    if answer.count("error") + answer.count("warning") > MAX_COMMENTED_CELLS:
        write.line(words()["commented"].format(n=f"{MAX_COMMENTED_CELLS:,}"))
    write.row += 1
    for label, text in facts(answer):
        write.cells((label, LABEL), (text, TEXT))
    _write_counts(write, answer)
    _write_groups(write, answer, [group for group in answer.groups if group.severity != "info"], copied)
    _write_fine(write, answer)
    _write_groups(write, answer, [group for group in answer.groups if group.severity == "info"], copied)


def _widths(answer: Answer) -> list[int]:
    """The first column takes every place whole: a link that doesn't fit is cut, and what is cut is the cell."""
    places = (place_of(row, answer.checked.should_name_sheets) for group in answer.groups for row in group.rows)
    longest = max(map(width_of, places), default=0) + 3
    return [min(max(WIDTHS[0], longest), MAX_PLACE_WIDTH), *WIDTHS[1:]]


def _about_copy(answer: Answer, copied: Copy | None) -> str:
    labels: dict[str, str] = words()["copy"]
    if copied is None:
        return labels["personal" if answer.is_personal else "none"]
    if copied.is_excerpt:
        return labels["excerpt"]
    to_correct = answer.count("error") + answer.count("warning") if answer.kind not in SET_ASIDE else 0
    return labels["whole" if to_correct else "clean"]


def _write_counts(write: _Writer, answer: Answer) -> None:
    if not answer.checked.parts:
        return
    labels = words()["table"]
    write.title(labels["title"])
    loaded = labels["loaded" if answer.received else "loadable"]
    heads = [labels["table"], labels["read"], loaded, labels["quarantined"], labels["left_out"]]
    write.cells(*((head, HEAD) for head in heads))
    for part in answer.checked.parts:
        rows = part.rows
        out = f"{rows['left_out']:,}" + (f" ({left_out(part)})" if rows["left_out"] else "")
        faulty = replace(NUMBER, fill=FILLS["error"]) if rows["quarantined"] else NUMBER
        counts = [(rows["read"], NUMBER), (rows["loaded"], NUMBER), (rows["quarantined"], faulty)]
        write.cells((part_name(part), TEXT), *counts, (out, TEXT))


def _write_groups(write: _Writer, answer: Answer, groups: list[Group], copied: Copy | None) -> None:
    labels = words()["list"]
    severity = None
    for group in groups:
        if group.severity != severity:
            write.title(words()["severity"][group.severity])
            severity = group.severity
        else:
            write.row += 1
        count = labels["count"].format(n=f"{group.count:,}")
        write.line(f"{group.title}  {count}", _Look(11, bold=True, fill=FILLS[group.severity]))
        heads = [labels["place"], labels["header"], labels["value"], labels["message"], labels["fix"]]
        # What to do is said once where it is the same everywhere.
        alone = len(group.fixes) == 1
        if alone:
            write.line(f"→ {group.fixes[0]}", _Look(11))
        write.cells(*((head, HEAD) for head in (heads[:4] if alone else heads)))
        for row in group.rows:
            place = place_of(row, answer.checked.should_name_sheets)
            texts = [place, (row["header"] or "").replace("|", " "), row["value"] or "", row["message_ko"]]
            texts += [] if alone else [row["fix_ko"]]
            where = _location(row, copied)
            cells = write.cells((texts[0], LINKED if where else TEXT), *((text, TEXT) for text in texts[1:]))
            if where:
                cells[0].hyperlink = Hyperlink(ref=cells[0].coordinate, location=where)
        if group.count > len(group.rows):
            write.line(labels["more"].format(n=f"{group.count - len(group.rows):,}"))


def _location(row: dict[str, Any], copied: Copy | None) -> str | None:
    """Where a place stands within this very book."""
    if copied is None or row["row"] is None or row["sheet"] not in copied.sheets:
        return None
    if (place := moved((row["row"], row["cell"]), row["sheet"], copied)) is None:
        return None
    title = copied.sheets[row["sheet"]].replace("'", "''")
    return f"'{title}'!{place[1] or f'A{place[0]}'}"


def _write_fine(write: _Writer, answer: Answer) -> None:
    labels = words()
    parts = [(part, fine(part), totals(part)) for part in answer.checked.parts]
    several = len(parts) > 1
    if any(lines for _, lines, _ in parts):
        write.title(labels["fine"]["title"])
        for part, lines, _ in parts:
            for line in lines:
                write.line(f"✓ {part_name(part)}: {line}" if several else f"✓ {line}")
    if any(sums for *_, sums in parts):
        write.title(labels["totals"]["title"])
        write.line(labels["totals"]["note"])
        for part, _, sums in parts:
            if several and sums:
                write.line(part_name(part), _Look(bold=True))
            for header, total in sums:
                write.cells((header.replace("|", " "), LABEL), (total, TEXT))
    if lines := aside(answer):
        write.title(labels["aside"]["title"])
        for line in lines:
            write.line(line)
