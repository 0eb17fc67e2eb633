"""A sheet's table as text: one row a physical row below the header, one column a field of its contract."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from sciculture_etl.contracts import Contract, TemplateId
from sciculture_etl.findings import shown
from sciculture_etl.grid import Grid, Merge, StrayQuote, column_letter
from sciculture_etl.tables.areas import Area
from sciculture_etl.tables.headers import Header
from sciculture_etl.tables.moments import made_on
from sciculture_etl.tables.spelling import scale_in_header, unit_in_header
from sciculture_etl.tables.stated_years import UNSTATED, StatedYears
from sciculture_etl.tables.titles import MONEY_SCALE

EXAMPLE = r"^[(<\[【（]?\s*(?:예시|작성\s*예시?|기재\s*예시?)\s*[)>\]】）]?$"
COMBINED = r"(?s)^(.*\S)\s*[(（]\s*([^()（）]*[^()（）\s])\s*[)）]$"  # what stands in brackets behind the rest
FEW_ASKED = 3  # a form that asks for no more may have rows of one cell
FOOT_ROWS = 6  # rows at the end of a table looked at for a date
# Columns of a table's frame that are no fields: the physical row from 1; the row's first cell that isn't blank; how
# many of its own cells aren't blank, and how many with what merged cells lend it; what stands beyond the header's last
# cell (CSV); why it is no data by its place alone (``header``, ``other``, ``blank``).
PLACE_COLUMNS = ["row", "first_text", "filled", "reached", "overflow", "aside"]


@dataclass
class Table:
    """One table of a submission.

    frame: ``PLACE_COLUMNS`` and a String column per mapped field (null = blank), rows in physical order down to the
    last one that isn't blank; a wide table has a column ``wide_column(measure, code)`` a code instead of the measure.
    letters, headers: field → column letter and header as the file writes it. scales: money field → KRW per unit
    written. score_scales: score field → the scale that its header says. title, title_years: the text
    above the header, and the years that it or the mark of our form states. template: the
    form of ours that it was made from. uncalculated: row and column letter of formulas without a result.
    stray_quotes: per quote without a partner its row, and the first and last row that it would have made one; from 1.
    """

    contract: Contract
    sheet: str | None
    frame: pl.DataFrame
    letters: dict[str, str]
    headers: dict[str, str]
    extra_headers: list[str]
    scales: dict[str, int] = field(default_factory=dict)
    score_scales: dict[str, str] = field(default_factory=dict)
    title: str = ""
    title_years: StatedYears = UNSTATED
    submitter: str | None = None
    made_on: date | None = None
    template: TemplateId | None = None
    hidden_rows: list[int] = field(default_factory=list)
    uncalculated: list[tuple[int, str]] = field(default_factory=list)
    stray_quotes: list[tuple[int, int, int]] = field(default_factory=list)


class Marks:
    """What a sheet says of its rows and cells beside their texts, by place, so that each table finds its own."""

    def __init__(self, grid: Grid) -> None:
        self.hidden_rows = sorted(grid.hidden_rows)
        self.stray_quotes = sorted(grid.stray_quotes, key=lambda quote: quote.row)
        self.uncalculated: dict[int, list[int]] = {}  # by column
        for row, column in sorted(grid.uncalculated):
            self.uncalculated.setdefault(column, []).append(row)
        self.merges: dict[int, list[Merge]] = {}  # of several rows, by their first column
        for merge in sorted(grid.merges, key=lambda merge: merge.top):
            if merge.bottom > merge.top:
                self.merges.setdefault(merge.left, []).append(merge)

    def hidden(self, rows: range) -> list[int]:
        return self.hidden_rows[bisect_left(self.hidden_rows, rows.start) : bisect_left(self.hidden_rows, rows.stop)]

    def stray(self, rows: range) -> list[StrayQuote]:
        first, stop = (
            bisect_left(self.stray_quotes, row, key=lambda quote: quote.row) for row in (rows.start, rows.stop)
        )
        return self.stray_quotes[first:stop]

    def without_result(self, rows: range, columns: range) -> list[tuple[int, int]]:
        found = []
        for column in columns:
            own = self.uncalculated.get(column, [])
            found += [(row, column) for row in own[bisect_left(own, rows.start) : bisect_left(own, rows.stop)]]
        return found

    def tall_merges(self, rows: range, column: int) -> list[Merge]:
        """Those that begin in a column and in some rows."""
        own = self.merges.get(column, [])
        first, stop = (bisect_left(own, row, key=lambda merge: merge.top) for row in (rows.start, rows.stop))
        return own[first:stop]


def _fill_merges(frame: pl.DataFrame, marks: Marks, rows: range, columns: range, header: Header) -> pl.DataFrame:
    """Copies the text of a merged range down its rows, in the range's first column and below the header only.

    Only merges are filled: a blank below a value may be a mistake, and a blind fill would hide it.

    Args:
        frame: those rows of the sheet.
    """
    # One number over several rows is nobody's count of each: it stays with the first, and the blanks are told of.
    fields = header.contract.fields
    counted = {
        column
        for name, column in header.columns.items()
        if (own := name.split("@")[0]) in fields and fields[own].is_measure
    }
    filled = []
    for column in columns:
        merges = marks.tall_merges(rows, column) if column not in counted else []
        if merges:
            sources = np.arange(frame.height)
            for merge in merges:
                sources[merge.top - rows.start : merge.bottom + 1 - rows.start] = merge.top - rows.start
            filled.append(pl.col(f"c{column}").gather(pl.lit(sources)).alias(f"c{column}"))
    return frame.with_columns(filled) if filled else frame


def _second_header(grid: Grid, area: Area) -> int | None:
    """The last column of a row below the header that names nothing but columns which no field reads, None without."""
    row = area.header.last + 1
    end = grid.frame.width if area.overflow is not None else area.right + 1
    columns = range(area.left, end if row < area.below else 0)
    words = {column: cell for column in columns if (cell := grid.frame.to_series(column)[row])}
    if words.keys() & set(area.header.columns.values()) or not any(map(_has_letter, words.values())):
        return None
    return max(words)


def _has_letter(text: str) -> bool:
    return any(letter.isalpha() for letter in text)


def _asides(
    grid: Grid, area: Area, filled: npt.NDArray[np.int64], reached: npt.NDArray[np.int64], sheet: pl.DataFrame
) -> pl.Series:
    """Why a row is no data, by its place: its title and header once more, or what is no row of the table at all.

    A row into which merged cells reach is no name of a group, however little it says itself.

    Args:
        filled, reached: as in ``PLACE_COLUMNS``, of the first rows below the header.
        sheet: those rows, in the columns of the area.
    """
    header, start = area.header, area.header.last + 1
    reasons = np.full(len(filled), None, dtype=object)
    columns = range(area.left, area.right + 1)
    named = [column for column in header.columns.values() if column in columns]
    if unnamed := [f"c{column}" for column in columns if column not in set(named)]:
        marked = sheet.select(pl.any_horizontal(pl.col(unnamed).str.contains(EXAMPLE)).fill_null(False)).to_series()
        reasons[marked.to_numpy()] = "example"  # marked in a column of remarks
    if sum(fld.required for fld in header.contract.fields.values()) > FEW_ASKED:
        for row in np.flatnonzero((filled == 1) & (reached == 1)).tolist():
            if _has_letter(sheet.item(row, header.left - area.left) or ""):
                reasons[row] = "footnote"  # the name of a group of rows
    for row in np.flatnonzero((filled > 0) & ~grid.written[start : start + len(filled), named].any(axis=1)).tolist():
        if not _has_letter(next(filter(None, sheet.row(row)[: len(columns)]))):
            reasons[row] = "blank"  # a row that was numbered and not filled in
    reasons[max(0, area.other_from - start) :] = "other"
    repeated = np.array([row - start for row in area.repeated], dtype=np.int64)
    reasons[repeated[(repeated >= 0) & (repeated < len(filled))]] = "header"
    reasons[filled == 0] = None
    return pl.Series("aside", reasons.tolist(), pl.String)


def _constant(name: str, value: str | None, rows: int) -> pl.Series:
    return pl.Series(name, [], pl.String).extend_constant(value, rows)


def cut_table(grid: Grid, area: Area, marks: Marks) -> Table:
    """The table of an area. Its frame may have no rows.

    Args:
        marks: those of the grid.
    """
    header, title = area.header, area.title
    second = _second_header(grid, area)
    if second is not None:
        overflow_from = None if area.overflow is None else max(area.overflow, second + 1)
        area = replace(area, repeated=[header.last + 1, *area.repeated], overflow=overflow_from)
    # What a merged cell lends to a row doesn't make the row say anything of its own.
    filled = grid.written[header.last + 1 : area.below, area.left : area.right + 1].sum(axis=1)
    last = np.flatnonzero(filled)
    filled = filled[: last[-1] + 1 if len(last) else 0]
    rows, columns = range(header.last + 1, header.last + 1 + len(filled)), range(area.left, area.right + 1)
    width = grid.frame.width - (1 if grid.overflow else 0)
    beyond = [area.overflow] if area.overflow is not None and area.overflow < grid.frame.width else []
    # Column by column: to cut a range from a frame would look at all that stands beside the table.
    sheet = pl.DataFrame([grid.frame.to_series(c)[rows.start : rows.stop] for c in [*columns, *beyond]])
    cells = [f"c{column}" for column in columns]
    filled_frame = _fill_merges(sheet, marks, rows, columns, header)
    said = title.day
    given = [
        name
        for name, fld in header.contract.fields.items()
        if said and fld.type == "date" and fld.said and name not in header.columns
    ]
    reached = filled
    if filled_frame is not sheet:
        reached = filled_frame.select(pl.sum_horizontal(pl.col(cells).is_not_null())).to_series().to_numpy()
    first = filled_frame.to_series(0)
    if first.null_count():
        first = filled_frame.select(pl.coalesce(cells)).to_series()
    # Put together as it stands: a query costs more than all else of a short table. Of numbers as lists, since Polars
    # would load all of NumPy's masked arrays to see that an array is none.
    frame = pl.DataFrame([
        pl.Series("row", range(rows.start + 1, rows.stop + 1), pl.Int64),
        first.alias("first_text"),
        filled_frame[f"c{area.overflow}"].alias("overflow") if beyond else _constant("overflow", None, len(rows)),
        *(filled_frame[f"c{column}"].alias(name) for name, column in header.columns.items() if column < width),
        *(_constant(name, said, len(rows)) for name in given),
        pl.Series("filled", filled.tolist(), pl.Int32),
        pl.Series("reached", reached.tolist(), pl.Int32),
        _asides(grid, area, filled, reached, sheet),
    ])  # fmt: skip
    for outer, inner in header.combined:
        frame = frame.with_columns(
            pl.col(outer).str.replace(COMBINED, "${1}"),
            pl.when(pl.col(inner).str.contains(COMBINED))
            .then(pl.col(inner).str.replace(COMBINED, "${2}"))
            .alias(inner),
        )
    # A form may be dated below its table as well as above it.
    foot = zip(filled[-FOOT_ROWS:].tolist(), first.tail(FOOT_ROWS).to_list(), strict=True)
    below = [text for cells_in_row, text in foot if cells_in_row <= 2 and text is not None]
    days = [day for day in (title.made_on, made_on("\n".join(below))) if day]
    labels = {name: header.labels[column] for name, column in header.columns.items()}
    scales, score_scales = {}, {}
    for name, label in labels.items():
        kind = header.contract.fields[name].type if name in header.contract.fields else None
        if kind == "money":
            scales[name] = MONEY_SCALE.get(unit_in_header(label) or title.unit or "원", 1)
        if kind == "count" and title.rounded and title.rounded.endswith(header.contract.fields[name].unit or "-"):
            # So many thousand persons are nobody's count: told as they are meant, they are no numbers.
            told = pl.col(name).str.contains(r"^[\d.,]+$") & ~pl.lit(bool(unit_in_header(label)))
            meant = pl.when(told).then(pl.col(name) + title.rounded).otherwise(name).alias(name)
            frame = frame.with_columns(meant)
        if kind == "score" and (scale := scale_in_header(label)):
            score_scales[name] = scale
    return Table(
        contract=header.contract, sheet=grid.sheet, frame=frame,
        letters={name: column_letter(column) for name, column in header.columns.items()},
        headers={name: shown(" ".join(label.split())) for name, label in labels.items()},
        extra_headers=[shown(" ".join(label.split())) for label in header.extra],
        scales=scales, score_scales=score_scales,
        title=title.text, title_years=title.years, submitter=title.submitter, made_on=max(days, default=None),
        template=title.template, hidden_rows=[row + 1 for row in marks.hidden(rows)],
        uncalculated=[(row + 1, column_letter(column)) for row, column in marks.without_result(rows, columns)],
        stray_quotes=[(quote.row + 1, quote.first + 1, quote.last + 1) for quote in marks.stray(rows)],
    )  # fmt: skip
