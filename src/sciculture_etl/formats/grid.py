"""What readers of all formats share: refusals, and the cells of a grid as they are to be."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace

import polars as pl

from sciculture_etl.findings import Finding, unsupported
from sciculture_etl.grid import HEAD_ROWS as HEAD_ROWS
from sciculture_etl.grid import LOOSE, UNSEEN, UNSEEN_SIGNS, Signs, signs_of
from sciculture_etl.grid import Grid as Grid
from sciculture_etl.grid import Merge as Merge
from sciculture_etl.grid import column_index as column_index
from sciculture_etl.grid import column_letter as column_letter


class RefusedError(Exception):
    """The whole file can't be read; carries the finding that says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.code)
        self.finding = finding


def too_large(found: str, limit: str) -> RefusedError:
    return RefusedError(Finding("R_TOO_LARGE", value=found, expected_ko=limit, expected_en=limit))


def refuse_long_cells(grid: Grid, most_bytes: int) -> None:
    """Text without end in one cell is a quote that never closes, or worse. Raises RefusedError, naming its place."""
    if not grid.frame.width or grid.signs.size <= most_bytes:
        return
    longest_of = grid.frame.select(pl.all().str.len_bytes().max()).row(0)
    for number, column in enumerate(grid.frame.iter_columns()):
        if (longest_of[number] or 0) <= most_bytes:
            continue
        sizes = column.str.len_bytes()
        if (longest := sizes.arg_max()) is not None:
            place = f"{column_letter(number)}{longest + 1}"
            raise too_large(f"{place}: {sizes[longest]:,} bytes", f"{most_bytes:,} bytes")


def broken() -> RefusedError:
    return RefusedError(unsupported("broken_workbook"))


def refuse_vast(rows: int, columns: int, cells: int, most_columns: int) -> None:
    """A few cells far apart would be laid out as the whole rectangle between them. Raises RefusedError."""
    if rows * columns > cells:
        raise too_large(f"{rows:,} × {columns:,}", f"{cells:,}칸(cells)")
    if columns > most_columns:
        raise too_large(f"{columns:,}열(columns)", f"{most_columns:,}열(columns)")


def blank_to_null(frame: pl.DataFrame, signs: Signs | None = None) -> pl.DataFrame:
    """Strips every cell and drops what nobody sees; what is empty then is null.

    Args:
        signs: of the text that it was read from.
    """
    if not frame.width:
        return frame
    # As one column: a question to each column of a small sheet costs far more than its answer.
    cell = pl.col("cell")
    if not (signs or signs_of(frame)).held.isdisjoint(UNSEEN_SIGNS):
        cell = cell.str.replace_many(list(UNSEEN), [""] * len(UNSEEN))
    stripped = cell.str.strip_chars()
    cells = pl.concat(frame.get_columns()).alias("cell").to_frame()
    shown = cells.select(pl.when(stripped != "").then(stripped)).to_series()
    height = frame.height
    return pl.DataFrame([shown.slice(n * height, height).alias(name) for n, name in enumerate(frame.columns)])


LOOSE_LETTERS = "[\u1100-\u11ff]"  # Hangul letters that stand for themselves: a text from macOS, not yet composed


def compose(grid: Grid) -> Grid:
    """The grid with syllables where its texts and its name hold the letters of syllables (NFD → NFC)."""
    names = []
    if grid.frame.height and grid.can_hold(LOOSE):
        loose = grid.frame.select(pl.all().str.contains(LOOSE_LETTERS).any())
        names = [name for name, held in zip(grid.frame.columns, loose.row(0), strict=True) if held]
    if not names and (not grid.sheet or unicodedata.is_normalized("NFC", grid.sheet)):
        return grid
    frame = grid.frame.with_columns(pl.col(names).str.normalize("NFC")) if names else grid.frame
    return replace(grid, frame=frame, sheet=grid.sheet and unicodedata.normalize("NFC", grid.sheet))


def usable_merges(merges: Iterable[Merge], height: int) -> list[Merge]:
    """Ranges that begin within the sheet, cut at its last row. Raises RefusedError where so many lie over each other
    that no spreadsheet made them.
    """
    kept = [Merge(m.top, m.left, min(m.bottom, height - 1), m.right) for m in merges if m.top < height]
    covered: dict[int, int] = {}
    for merge in kept:
        covered[merge.left] = covered.get(merge.left, 0) + merge.bottom - merge.top + 1
    if any(rows > 2 * height for rows in covered.values()):
        raise broken()
    return kept


RANGE = re.compile(r"^\$?([A-Z]{1,3})\$?(\d{1,7})(?::\$?([A-Z]{1,3})\$?(\d{1,7}))?$")


def parse_range(text: str) -> Merge | None:
    """``B3:B9`` → Merge; None for anything else."""
    if not (found := RANGE.match(text)):
        return None
    left, top, right, bottom = found.groups()
    ends = int(top) - 1, column_index(left), int(bottom or top) - 1, column_index(right or left)
    return Merge(*ends) if ends[0] <= ends[2] and ends[1] <= ends[3] and ends[0] >= 0 else None
