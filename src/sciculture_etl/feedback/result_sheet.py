"""The first sheet of an answer: the verdict, the counts, what was right, and every place with what to do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from sciculture_etl.feedback.answer import Answer, Group, Repeat
from sciculture_etl.feedback.cells import FILLS, Formats, clean, lines_in, width_of
from sciculture_etl.feedback.copies import Copy
from sciculture_etl.feedback.texts import (
    aside,
    facts,
    fine,
    headline,
    left_out,
    next_steps,
    part_name,
    places,
    totals,
    words,
)
from sciculture_etl.intake.reading import ANSWER_MARK
from sciculture_etl.settings import (
    MAX_COMMENTED_CELLS,
    MAX_EXCERPT_ROWS,
    MAX_LISTED_LINES,
    MAX_LISTED_RANGES,
    MAX_SAME_COMMENTS,
)

WIDTHS = [22, 22, 20, 46, 50]
MAX_PLACE_WIDTH = 44
LINE, MAX_HEIGHT = 16.5, 409  # points
BANNER = {
    "accepted": "#1A7F37", "warned": "#1A7F37", "partially_accepted": "#B35900", "rejected": "#B42318",
    "refused": "#B42318", "superseded": "#555555", "not_approved": "#555555",
    "waiting": "#B35900", "withdrawn": "#555555", "duplicate": "#555555",
    "unclear": "#B35900", "resent": "#B35900", "resent_withdrawn": "#B35900",
}  # fmt: skip
GREY, BORDER = "#F2F2F2", "#BFBFBF"


@dataclass(frozen=True)
class _Look:
    size: float = 10
    bold: bool = False
    colour: str = "#1A1A1A"
    fill: str = ""
    boxed: bool = False
    number: bool = False

    @cached_property
    def properties(self) -> dict[str, Any]:
        look: dict[str, Any] = {
            "font_size": self.size, "bold": self.bold, "font_color": self.colour, "text_wrap": True,
            "valign": "vcenter", "align": "center" if self.number else "left",
        }  # fmt: skip
        if (self.boxed or self.fill) and not self.number:
            look["indent"] = 1
        if self.fill:
            look["bg_color"] = self.fill
        if self.boxed:
            look |= {"border": 1, "border_color": BORDER}
        return look | ({"num_format": "#,##0"} if self.number else {})


TEXT = _Look(boxed=True)
HEAD = _Look(bold=True, fill=GREY, boxed=True)
LABEL = _Look(fill=GREY, boxed=True)
NUMBER = _Look(boxed=True, number=True)
LINKED = _Look(colour="#0563C1", boxed=True)


class _Writer:
    """Writes downwards."""

    def __init__(self, sheet: Worksheet, formats: Formats, widths: list[int]) -> None:
        self.sheet = sheet
        self.formats = formats
        self.widths = widths
        self.row = -1

    def line(self, text: str, look: _Look = _Look()) -> None:
        """One text over the whole width."""
        self.row += 1
        self._last_cell(0, text, look)
        self._set_height(lines_in(text, sum(self.widths) * 10 / look.size), look.size)

    def cells(self, *values: tuple[str | int, _Look], link: str | None = None) -> None:
        """One row of a table; the last value takes the columns that are left.

        Args:
            link: where the first leads to.
        """
        self.row += 1
        lines, last = 1, len(values) - 1
        for column, (value, look) in enumerate(values):
            width = self.widths[column] if column < last else sum(self.widths[column:])
            lines = max(lines, lines_in(str(value), width))
            if column == 0 and link:
                self.sheet.write_url(self.row, 0, link, self._format(look, value), clean(str(value)))
            elif column < last:
                self._write(column, value, look)
            else:
                self._last_cell(column, value, look)
        self._set_height(lines, 10)

    def title(self, text: str) -> None:
        self.row += 1
        self.line(text, _Look(12, bold=True))

    def _format(self, look: _Look, value: str | int) -> Format:
        return self.formats.get(look, look.properties, value)

    def _write(self, column: int, value: str | int, look: _Look) -> None:
        if isinstance(value, str):
            self.sheet.write_string(self.row, column, clean(value), self._format(look, value))
        else:
            self.sheet.write_number(self.row, column, value, self._format(look, value))

    def _last_cell(self, column: int, value: str | int, look: _Look) -> None:
        if column < len(self.widths) - 1:
            self.sheet.merge_range(self.row, column, self.row, len(self.widths) - 1, "", self._format(look, value))
        self._write(column, value, look)

    def _set_height(self, lines: int, size: float) -> None:
        self.sheet.set_row(self.row, min(lines * LINE * size / 10 + 4, MAX_HEIGHT))


def write_result(sheet: Worksheet, formats: Formats, answer: Answer, copied: Copy | None) -> None:
    """Fills an empty sheet.

    Args:
        copied: what places are linked to.
    """
    widths = _widths(answer)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    write = _Writer(sheet, formats, widths)
    write.line(ANSWER_MARK, _Look(11, colour="#595959"))
    write.line(headline(answer), _Look(18, bold=True, colour="#FFFFFF", fill=BANNER[answer.kind]))
    for step in [*next_steps(answer), _about_copy(answer, copied)]:
        write.line(step, _Look(11))
    often = max((len(repeat.rows) for group in answer.groups for repeat in group.repeats), default=0)
    if copied and (len(answer.findings) > MAX_COMMENTED_CELLS or often > MAX_SAME_COMMENTS):
        limits = {"same": f"{MAX_SAME_COMMENTS:,}", "n": f"{MAX_COMMENTED_CELLS:,}"}
        write.line(words()["commented"].format(**limits))
    write.row += 1
    for label, text in facts(answer):
        write.cells((label, LABEL), (text, TEXT))
    _write_counts(write, answer)
    _write_groups(write, answer, [group for group in answer.groups if group.severity != "info"], copied)
    _write_fine(write, answer)
    _write_groups(write, answer, [group for group in answer.groups if group.severity == "info"], copied)


def _widths(answer: Answer) -> list[int]:
    """The first column takes a place whole: a link that doesn't fit is cut, and what is cut is the cell."""
    named = answer.checked.should_name_sheets
    listed = (repeat for group in answer.groups for repeat in group.repeats[:MAX_LISTED_LINES])
    longest = max((width_of(places(repeat, named, 1)) for repeat in listed), default=0) + 3
    return [min(max(WIDTHS[0], longest), MAX_PLACE_WIDTH), *WIDTHS[1:]]


def _about_copy(answer: Answer, copied: Copy | None) -> str:
    labels: dict[str, str] = words()["copy"]
    if copied is None:
        return labels["personal" if answer.is_personal else "none"]
    if copied.is_excerpt:
        return labels["excerpt"].format(n=f"{MAX_EXCERPT_ROWS:,}")
    to_correct = answer.count("error") + answer.count("warning") if not answer.is_set_aside else 0
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
        listed = group.repeats[:MAX_LISTED_LINES]
        for repeat in listed:
            texts = [repeat.header, repeat.value, repeat.message, *([] if alone else [repeat.fix])]
            where = places(repeat, answer.checked.should_name_sheets, MAX_LISTED_RANGES)
            link = _location(repeat, copied)
            write.cells((where, LINKED if link else TEXT), *((text, TEXT) for text in texts), link=link)
        if rest := group.count - sum(len(repeat.rows) for repeat in listed):
            write.line(labels["more"].format(n=f"{rest:,}"))


def _location(repeat: Repeat, copied: Copy | None) -> str | None:
    """Where its first place stands within this very book."""
    row, sheet = repeat.first, copied.sheet_of(repeat.sheet) if copied else None
    if sheet is None or row is None or (place := sheet.place_of(row, repeat.letters)) is None:
        return None
    title = sheet.title.replace("'", "''")
    return f"internal:'{title}'!{xl_rowcol_to_cell(place[0], place[1] or 0)}"


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
