"""A naive second look at the sample's files, told by the truth how each was written. Only for these tests."""

import csv
import io
import re
import unicodedata
from pathlib import Path
from typing import Any

import python_calamine

from sciculture_sample.columns import HEADERS, PARENTS

CHILDREN = {text for fields in HEADERS.values() for name in PARENTS if name in fields for text in fields[name]}
UNIT = "(?:명|회|건|일|천원|백만원|원)"
LEFT_OUT = re.compile(r"^(예시|※|주\)|\*|소\s*계|합\s*계|총\s*계)")


def sheets_of(path: Path, file: dict[str, Any]) -> dict[str | None, list[list[Any]]]:
    if file["format"] == "csv":
        text = io.StringIO(path.read_bytes().decode(file["encoding"]), newline="")
        return {None: list(csv.reader(text, delimiter="\t" if file["encoding"] == "utf-16" else ","))}
    book = python_calamine.CalamineWorkbook.from_path(str(path))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def number(cell: Any) -> int:
    text = unicodedata.normalize("NFKC", str(cell)).strip()
    if text in ("-", ""):
        return 0
    return int(float(re.sub(rf"[, ]|{UNIT}$", "", text)))


def plain(cell: Any) -> str:
    return re.sub(rf"\s|\({UNIT}\)$", "", str(cell))


def column_cells(rows: list[list[Any]], header: tuple[str, ...], without: set[int]) -> list[Any]:
    """The cells of the column under one of these headers, without the rows of these numbers and those of no data."""
    names = {plain(name) for name in header}
    top, index = next((r, c) for r, row in enumerate(rows) for c, cell in enumerate(row) if plain(cell) in names)
    cells = []
    for row_number, row in enumerate(rows[top + 1 :], start=top + 2):
        first = str(row[0]) if row else ""
        filled = any(cell not in ("", None) for cell in row)
        second_header = row_number == top + 2 and any(plain(cell) in CHILDREN for cell in row)
        if filled and row_number not in without and not LEFT_OUT.match(first) and not second_header:
            cells.append(row[index])
    return cells


def column_sum(rows: list[list[Any]], header: tuple[str, ...], without: set[int]) -> tuple[int, int]:
    """How many rows the column under one of these headers has, and their sum, without the rows of these numbers."""
    values = [number(cell) for cell in column_cells(rows, header, without)]
    return len(values), sum(values)


def disk_path(file: dict[str, Any]) -> Path:
    return Path(file.get("disk_path", file["path"]))
