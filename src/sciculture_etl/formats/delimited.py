"""Delimited text (CSV) as a grid: one record a row, whatever separates its cells."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from itertools import islice

import polars as pl

from sciculture_etl.findings import Finding
from sciculture_etl.formats.grid import HEAD_ROWS, Grid, RefusedError, blank_to_null, refuse_vast
from sciculture_etl.settings import Limits

HEAD_CHARACTERS = 65_536
ROWS_AT_ONCE = 50_000
SEPARATORS = (",", "\t", ";", "|", "^")
SAID_SEPARATOR = re.compile(rb'"?sep=(.)"?[ ,;\t]*(?:\n|$)', re.IGNORECASE)


def read_text_grid(text: bytes, limits: Limits) -> Grid:
    """A delimited text in UTF-8 as one grid. Raises RefusedError where nothing is in it."""
    if b"\r" in text:  # line ends of old Macintosh files too
        text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if not text.strip():
        raise RefusedError(Finding("R_EMPTY"))
    # The line that tells Excel the separator is shown nowhere: the next one is what people see as row 1.
    said = SAID_SEPARATOR.match(text)
    if said:
        text = text[said.end() :]
    whole = text[: HEAD_CHARACTERS * 4].decode(errors="ignore")[:HEAD_CHARACTERS]
    head = "\n".join(whole.splitlines()[: HEAD_ROWS * 4])
    mark = said[1].decode() if said else _separator(head)
    width = max((len(row) for row in _parsed(io.StringIO(head), mark)), default=0) + 1
    refuse_vast(text.count(b"\n") + 1, width, limits.cells, limits.columns)
    schema = {f"c{i}": pl.String() for i in range(width)}
    try:
        frame = pl.read_csv(
            text, has_header=False, separator=mark, schema=schema,
            missing_columns="insert", raise_if_empty=False,
        )  # fmt: skip
    except pl.exceptions.ComputeError:
        frame = _read_record_by_record(text, mark, schema)
    return Grid(None, blank_to_null(frame), overflow=True)


def _separator(head: str) -> str:
    lines = [line for line in head.splitlines() if line.strip()]
    # The separator that most lines agree on splitting into many cells.
    return max(SEPARATORS, key=lambda mark: sorted(line.count(mark) for line in lines)[len(lines) // 2 :])


def _read_record_by_record(text: bytes, mark: str, schema: dict[str, pl.String]) -> pl.DataFrame:
    """Where a quote never closes, or a line is much wider than the head: as a spreadsheet would, cell by cell."""
    records = _parsed(io.TextIOWrapper(io.BytesIO(text), "utf-8", newline=""), mark)
    width = len(schema)
    frames = [pl.DataFrame(schema=schema)]
    while rows := list(islice(records, ROWS_AT_ONCE)):
        cut = [[*row[: width - 1], _joined(row[width - 1 :], mark)] for row in rows]
        padded = [[*row, *([None] * (width - len(row)))] for row in cut]
        frames.append(pl.DataFrame(padded, schema=schema, orient="row"))
    return pl.concat(frames, rechunk=True)


def _joined(cells: list[str], mark: str) -> str | None:
    return mark.join(cells).rstrip(mark) if any(cells) else None


def _parsed(lines: io.TextIOBase, mark: str) -> Iterator[list[str]]:
    # The csv module's own limit of 131,072 characters a field would turn one stray quote into a crash.
    csv.field_size_limit(2**31 - 1)
    return csv.reader(lines, delimiter=mark)
