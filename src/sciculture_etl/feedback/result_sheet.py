"""The first sheet of an answer: the verdict, the counts, what was right, and every place with what to do."""

from __future__ import annotations

from typing import Any

from openpyxl.cell import Cell
from openpyxl.styles import Alignment
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from sciculture_etl.feedback.answer import Answer, Group
from sciculture_etl.feedback.cells import dress, fill, lines_in, plain_fill, put
from sciculture_etl.feedback.copies import Copy
from sciculture_etl.feedback.marks import moved
from sciculture_etl.feedback.words import aside, facts, fine, headline, left_out, next_steps, part_name, totals, words
from sciculture_etl.feedback.words import place as place_of
from sciculture_etl.read.submission import ANSWER_MARK
from sciculture_etl.settings import COMMENTED_CELLS

WIDTHS = {"A": 22, "B": 22, "C": 20, "D": 46, "E": 50}
WHOLE = sum(WIDTHS.values())
LAST = len(WIDTHS)
LINE = 16.5  # points
BANNER = {
    "accepted": "FF1A7F37", "warned": "FF1A7F37", "partially_accepted": "FFB35900", "rejected": "FFB42318",
    "refused": "FFB42318",
}  # fmt: skip
GREY, LINK = "FFF2F2F2", "FF0563C1"


class _Writer:
    """Writes downwards."""

    def __init__(self, sheet: Worksheet) -> None:
        self.sheet = sheet
        self.row = 0

    def line(self, text: str, size: int = 10, bold: bool = False, colour: str = "FF1A1A1A", fill: str = "") -> None:
        """One text over the whole width."""
        self.row += 1
        cell = put(self.sheet, self.row, 1, text)
        dress(cell, size, bold, colour)
        self.sheet.merge_cells(None, self.row, 1, self.row, LAST)
        if fill:
            cell.fill = plain_fill(fill)
            cell.alignment = Alignment(wrap_text=True, vertical="center", indent=1)
        self._height(lines_in(text, WHOLE * 10 / size), size)

    def cells(self, *values: str | float, bold: bool = False, fill: str = "") -> list[Cell]:
        """One row of a table; the last value takes the columns that are left."""
        self.row += 1
        widths = list(WIDTHS.values())
        written, lines = [], 1
        for column, value in enumerate(values, start=1):
            cell = put(self.sheet, self.row, column, value)
            dress(cell, 10, bold, boxed=True)
            if fill:
                cell.fill = plain_fill(fill)
            last = column == len(values)
            width = sum(widths[column - 1 :]) if last else widths[column - 1]
            if last and column < LAST:
                self.sheet.merge_cells(None, self.row, column, self.row, LAST)
            lines = max(lines, lines_in(str(value), width))
            written.append(cell)
        self._height(lines, 10)
        return written

    def title(self, text: str) -> None:
        self.row += 1
        self.line(text, size=12, bold=True)

    def _height(self, lines: int, size: int) -> None:
        self.sheet.row_dimensions[self.row].height = min(lines * LINE * size / 10 + 4, 409)


def write_result(sheet: Worksheet, answer: Answer, copy: Copy | None) -> None:
    """Fills an empty sheet. copy: what places are linked to."""
    for letter, width in WIDTHS.items():
        sheet.column_dimensions[letter].width = width
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    write = _Writer(sheet)
    write.line(ANSWER_MARK, size=11, colour="FF595959")
    write.line(headline(answer), size=18, bold=True, colour="FFFFFFFF", fill=BANNER[answer.kind])
    for step in next_steps(answer):
        write.line(step, size=11)
    write.line(_about_copy(answer, copy), size=11)
    if answer.count("error") + answer.count("warning") > COMMENTED_CELLS:
        write.line(words()["commented"].format(n=f"{COMMENTED_CELLS:,}"))
    write.row += 1
    for label, text in facts(answer):
        write.cells(label, text)[0].fill = plain_fill(GREY)
    _write_counts(write, answer)
    groups = answer.groups()
    _write_groups(write, [group for group in groups if group.severity != "info"], copy)
    _write_fine(write, answer)
    _write_groups(write, [group for group in groups if group.severity == "info"], copy)


def _about_copy(answer: Answer, copy: Copy | None) -> str:
    told: dict[str, str] = words()["copy"]
    if copy is None:
        return told["personal" if answer.is_personal else "none"]
    if copy.is_excerpt:
        return told["excerpt"]
    return told["whole" if answer.count("error") + answer.count("warning") else "clean"]


def _write_counts(write: _Writer, answer: Answer) -> None:
    if not answer.checked.parts:
        return
    told = words()["table"]
    write.title(told["title"])
    loaded = told["loaded" if answer.received else "loadable"]
    heads = [told["table"], told["read"], loaded, told["quarantined"], told["left_out"]]
    write.cells(*heads, bold=True, fill=GREY)
    for part in answer.checked.parts:
        rows = part.rows
        out = f"{rows['left_out']:,}" + (f" ({left_out(part)})" if rows["left_out"] else "")
        cells = write.cells(part_name(part), rows["read"], rows["loaded"], rows["quarantined"], out)
        for cell in cells[1:4]:
            cell.number_format = "#,##0"
            cell.alignment = Alignment(horizontal="center", vertical="center")
        if rows["quarantined"]:
            cells[3].fill = fill("error")


def _write_groups(write: _Writer, groups: list[Group], copy: Copy | None) -> None:
    told = words()["list"]
    severity = None
    for group in groups:
        if group.severity != severity:
            write.title(words()["severity"][group.severity])
            severity = group.severity
        else:
            write.row += 1
        write.line(f"{group.title}  {told['count'].format(n=f'{group.count:,}')}", size=11, bold=True)
        write.sheet.cell(write.row, 1).fill = fill(group.severity)
        heads = [told["place"], told["header"], told["value"], told["message"], told["fix"]]
        # What to do is said once where it is the same everywhere.
        alone = len(group.fixes) == 1
        if alone:
            write.line(f"→ {group.fixes[0]}", size=11)
        write.cells(*(heads[:4] if alone else heads), bold=True, fill=GREY)
        for row in group.rows:
            texts = [place_of(row), (row["header"] or "").replace("|", " "), row["value"] or "", row["message_ko"]]
            cells = write.cells(*(texts if alone else [*texts, row["fix_ko"]]))
            _link(cells[0], row, copy)
        if group.count > len(group.rows):
            write.line(told["more"].format(n=f"{group.count - len(group.rows):,}"))


def _link(cell: Cell, row: dict[str, Any], copy: Copy | None) -> None:
    """To the place within this very book."""
    if copy is None or row["row"] is None or row["sheet"] not in copy.sheets:
        return
    place = moved((row["row"], row["cell"]), row["sheet"], copy)
    if place is None:
        return
    title = copy.sheets[row["sheet"]].replace("'", "''")
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{title}'!{place[1] or f'A{place[0]}'}")
    dress(cell, colour=LINK, boxed=True)


def _write_fine(write: _Writer, answer: Answer) -> None:
    told = words()
    parts = [(part, fine(part), totals(part)) for part in answer.checked.parts]
    several = len(parts) > 1
    if any(lines for _, lines, _ in parts):
        write.title(told["fine"]["title"])
        for part, lines, _ in parts:
            for line in lines:
                write.line(f"✓ {part_name(part)}: {line}" if several else f"✓ {line}")
    if any(sums for *_, sums in parts):
        write.title(told["totals"]["title"])
        write.line(told["totals"]["note"])
        for part, _, sums in parts:
            if several and sums:
                write.line(part_name(part), bold=True)
            for header, total in sums:
                write.cells(header.replace("|", " "), total)
    if lines := aside(answer):
        write.title(told["aside"]["title"])
        for line in lines:
            write.line(line)
