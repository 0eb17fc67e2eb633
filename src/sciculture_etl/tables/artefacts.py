"""What programs leave in cells when they export: words for nothing, and formulas that only keep digits as text."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from sciculture_etl.grid import OF_PROGRAMS, Grid

NOTHING = [
    "NULL", "null", "Null", "(null)", "(NULL)", "<null>", "<NULL>", "NaN", "nan", "NAN", "NaT", "None", "NONE", "none",
    "N/A", "n/a", "<NA>", "\\N", "undefined",
]  # fmt: skip
TEXT_FORMULA = '="'  # ="0012": digits that a spreadsheet is to leave as they are


def as_meant(grid: Grid) -> Grid:
    """The grid with blanks for a program's words for nothing, and the texts of formulas that are but a text."""
    if not grid.frame.width or not grid.can_hold(OF_PROGRAMS):
        return grid
    odd = pl.all().is_in(NOTHING) | pl.all().str.starts_with(TEXT_FORMULA)
    found = grid.frame.select(odd.any()).row(0)
    names = [name for name, is_odd in zip(grid.frame.columns, found, strict=True) if is_odd]
    if not names:
        return grid
    return replace(grid, frame=grid.frame.with_columns(_meant(pl.col(name)) for name in names))


def _meant(cell: pl.Expr) -> pl.Expr:
    text = cell.str.replace(r'(?s)^="(.*)"$', "${1}").str.replace_all('""', '"', literal=True)
    return (
        pl.when(~cell.is_in(NOTHING) & (cell != '=""'))
        .then(pl.when(cell.str.contains(r'(?s)^="(?:[^"]|"")*"$')).then(text).otherwise(cell))
        .name.keep()
    )
