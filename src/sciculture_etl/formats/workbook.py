"""Workbooks (.xlsx, .xlsm, .xlsb): every sheet as a grid.

The cells come from fastexcel, as text. It places rows but not columns (a sheet that starts at column B comes as if it
started at A), leaves errors and formulas without a result blank, gives percentages as shares, and knows no merges or
hidden rows: those are looked up in the sheets' own records, before it lays out what they hold.
"""

from __future__ import annotations

import fastexcel
import polars as pl

from sciculture_etl.findings import Finding
from sciculture_etl.formats import xlsb
from sciculture_etl.formats.content import Source
from sciculture_etl.formats.grid import (
    Grid,
    RefusedError,
    blank_to_null,
    broken,
    refuse_vast,
    too_large,
    usable_merges,
    with_texts,
)
from sciculture_etl.formats.layout import Layout
from sciculture_etl.formats.sheet_xml import SheetScan, read_styles, sheet_parts
from sciculture_etl.formats.strings import refuse_repeated

MIDNIGHT = " 00:00:00"
NO_DAY = ("1899-12-31 ", "1904-01-01 ", "1899-12-30 ")  # what a time of day alone comes with


def read_workbook_grids(source: Source) -> list[Grid]:
    """All sheets of a workbook. Raises RefusedError where it is protected, broken or too large."""
    data, limits = source.data, source.limits
    layouts = _layouts(source)
    if len(layouts) > limits.sheets:
        raise too_large(f"시트 {len(layouts):,}장(sheets)", f"{limits.sheets:,}")
    for layout in layouts.values():
        refuse_vast(layout.last_row + 1, layout.last_column + 1, limits.cells, limits.columns)
    try:
        reader = fastexcel.read_excel(data)
        return [_grid(reader, number, name, layouts) for number, name in enumerate(reader.sheet_names)]
    except (fastexcel.FastExcelError, ValueError) as error:
        if "protected" in str(error).lower() or "encrypt" in str(error).lower():
            raise RefusedError(Finding("R_ENCRYPTED")) from None
        raise broken() from None
    except BaseException as error:
        # What the library was not made for ends in its own kind of error, which is no Exception.
        if type(error).__name__ == "PanicException":
            raise broken() from None
        raise


def _layouts(source: Source) -> dict[str, Layout]:
    """By sheet name."""
    package, limits = source.package, source.limits
    if "xl/workbook.bin" in package.parts:
        package.drain(but=xlsb.sheet_parts(package))
        return xlsb.read_xlsb_layouts(package)
    styles, parts = read_styles(package), sheet_parts(package)
    if len(parts) > limits.sheets:
        raise too_large(f"시트 {len(parts):,}장(sheets)", f"{limits.sheets:,}")
    layouts, references = {}, {}
    for name, part in parts.items():
        scan = SheetScan(styles)
        layouts[name] = scan.run(package.open(part))
        references[part] = scan.strings
    package.drain(but=set(parts.values()))
    refuse_repeated(package, references)
    return layouts


def _grid(reader: fastexcel.ExcelReader, number: int, name: str, layouts: dict[str, Layout]) -> Grid:
    if name not in layouts:
        raise broken()
    layout = layouts[name]
    sheet = reader.load_sheet(number, header_row=None, skip_rows=0, dtypes="string")
    hidden = str(sheet.visible) != "visible"
    frame = sheet.to_polars()
    frame = frame.rename({old: f"c{i + layout.first_column}" for i, old in enumerate(frame.columns)})
    if layout.first_column and frame.width:
        blanks = [pl.lit(None, pl.String).alias(f"c{i}") for i in range(layout.first_column)]
        frame = frame.select(*blanks, pl.all())
    if frame.width:
        text = pl.all().str.strip_suffix(MIDNIGHT)
        for day in NO_DAY:
            text = text.str.strip_prefix(day)
        frame = frame.select(text)
    frame = blank_to_null(with_texts(frame, layout.texts))
    merges = usable_merges(layout.merges, frame.height)
    hidden_rows = sorted(row for row in layout.hidden_rows if row < frame.height)
    uncalculated = set(layout.uncalculated)
    for merge in merges if uncalculated else []:
        if (merge.top, merge.left) in uncalculated:
            uncalculated |= {(row, merge.left) for row in range(merge.top, merge.bottom + 1)}
    return Grid(name, frame, hidden, merges, hidden_rows, uncalculated=sorted(uncalculated))
