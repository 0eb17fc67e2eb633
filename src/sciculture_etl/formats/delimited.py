"""Delimited text (CSV) as a grid: one record a row, whatever separates its cells."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import numpy as np
import polars as pl

from sciculture_etl.findings import Finding
from sciculture_etl.formats.dialect import STATED_SEPARATOR, Dialect, find_dialect
from sciculture_etl.formats.grid import HEAD_ROWS, Grid, RefusedError, blank_to_null, refuse_vast
from sciculture_etl.formats.records import Records, cells_alone, is_stray
from sciculture_etl.grid import BLANKS, UNSEEN_SIGNS, Signs
from sciculture_etl.settings import Limits

HEAD_CHARACTERS = 65_536
ROWS_AT_ONCE = 50_000
LINE_FEED, RETURN = ord("\n"), ord("\r")
FEW_BYTES = 16_384  # are read line by line sooner than the fast parser is called


def read_text_grid(text: bytes, limits: Limits) -> Grid:
    """A delimited text in UTF-8 as one grid. Raises RefusedError where nothing is in it."""
    text = _with_line_feeds(text)
    if not text.strip():
        raise RefusedError(Finding("R_EMPTY"))
    # The line that tells Excel the separator is shown nowhere: the next one is what people see as row 1.
    stated = STATED_SEPARATOR.match(text)
    if stated:
        text = text[stated.end() :]
    dialect = find_dialect(text, stated[1].decode() if stated else None)
    if dialect.doubled:
        text = text.replace(2 * dialect.separator.encode(), dialect.separator.encode())
    head = _first_lines(text, HEAD_ROWS * 4)
    is_quoted = dialect.quote.encode() in text
    first = Records(head, dialect) if is_quoted else _parted(head, dialect)
    width = max(max(map(len, first), default=0), dialect.width) + 1
    refuse_vast(text.count(b"\n") + 1, width, limits.cells, limits.columns)
    schema = {f"c{i}": pl.String() for i in range(width)}
    signs = Signs.of(text)
    if len(text) > FEW_BYTES and _is_plain(text, dialect):
        try:
            frame = pl.read_csv(
                text, has_header=False, separator=dialect.separator, schema=schema,
                missing_columns="insert", raise_if_empty=False,
            )  # fmt: skip
            tidy = frame if _is_tidy(text, dialect, signs) else blank_to_null(frame, signs)
            return Grid(None, tidy, overflow=True, source_signs=signs)
        except pl.exceptions.PolarsError:
            pass  # a line is much wider than the head
    lines = text.decode().removesuffix("\n").split("\n")
    records = Records(lines, dialect)
    frame = _frame(iter(records) if is_quoted else _parted(lines, dialect), dialect.separator, schema)
    if not _is_tidy(text, dialect, signs):
        frame = blank_to_null(frame, signs)
    return Grid(None, frame, overflow=True, stray_quotes=records.stray_quotes, source_signs=signs)


def _with_line_feeds(text: bytes) -> bytes:
    """With the line ends of Unix; those of old Macintosh files are line ends too."""
    if b"\r" not in text:
        return text
    letters = np.frombuffer(text, np.uint8)
    returns = np.flatnonzero(letters == RETURN)
    if returns[-1] + 1 < len(letters) and (letters[returns + 1] == LINE_FEED).all():
        return text.replace(b"\r", b"")  # one byte is taken away far faster than two are replaced
    return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _first_lines(text: bytes, most: int) -> list[str]:
    """So many, of so many characters together, the last one cut."""
    end = 0
    for _ in range(most):
        if not (end := text.find(b"\n", end, HEAD_CHARACTERS * 4) + 1):
            break
    return text[: end or HEAD_CHARACTERS * 4].decode(errors="ignore")[:HEAD_CHARACTERS].split("\n")[:most]


def _parted(lines: list[str], dialect: Dialect) -> Iterator[list[str]]:
    """The records of lines without quotes."""
    return (line.split(dialect.separator) for line in lines)


def _is_plain(text: bytes, dialect: Dialect) -> bool:
    """Whether every quote has its partner, so that the fast parser reads what a spreadsheet would."""
    if dialect.quote != '"' or dialect.blank_before_quote:
        return False
    if b'"' not in text:
        return True
    letters = np.frombuffer(text, np.uint8)
    quotes = np.flatnonzero(letters == ord('"'))
    ends = np.append(np.flatnonzero(letters == LINE_FEED), len(text))
    odd = np.flatnonzero(np.diff(np.searchsorted(quotes, ends), prepend=0) % 2)
    if len(odd) % 2:
        return False
    # From a line with a quote too many to the next one a quoted cell goes on, unless they are rows of their own.
    for first, last in odd.reshape(-1, 2).tolist():
        start = int(ends[first - 1]) + 1 if first else 0
        lines = text[start : int(ends[last])].decode().split("\n")
        if is_stray([cells_alone(line, dialect) for line in lines], dialect):
            return False
    return True


def _is_tidy(text: bytes, dialect: Dialect, signs: Signs) -> bool:
    """Whether no cell begins or ends with white space, nor holds what nobody sees: then nothing has to be stripped.

    Told from the bytes of a text without quotes: white space at the edge of a cell stands beside a separator or the end
    of a line, and beyond ASCII all of it, like all that is unseen, begins with a few bytes.
    """
    quotes = (b'"', dialect.quote.encode())
    if not signs.held.isdisjoint(BLANKS | UNSEEN_SIGNS) or any(quote in text for quote in quotes):
        return False
    letters = np.frombuffer(text, np.uint8)
    separator = dialect.separator.encode()
    for blank in (b" ", b"\t", b"\v", b"\f", b"\r"):
        if blank == separator or blank not in text:
            continue
        at = np.flatnonzero(letters == blank[0])
        if at[0] == 0 or at[-1] == len(letters) - 1:
            return False
        beside = letters[np.concatenate((at - 1, at + 1))]
        if ((beside == LINE_FEED) | (beside == separator[0])).any():
            return False
    return True


def _frame(records: Iterator[list[str]], separator: str, schema: dict[str, pl.String]) -> pl.DataFrame:
    width = len(schema)
    frames: list[pl.DataFrame] = []
    while rows := list(islice(records, ROWS_AT_ONCE)):
        cut = [[*row[: width - 1], _joined(row[width - 1 :], separator)] for row in rows]
        padded = [[*(cell or None for cell in row), *([None] * (width - len(row)))] for row in cut]
        frames.append(pl.DataFrame(padded, schema=schema, orient="row"))
    if len(frames) == 1:
        return frames[0]  # most that are read line by line are short, and to put one together takes as long as the rest
    return pl.concat(frames or [pl.DataFrame(schema=schema)], rechunk=True)


def _joined(cells: list[str], separator: str) -> str | None:
    return separator.join(cells).rstrip(separator) if any(cells) else None
