"""Grids: a file's sheets as text cells at their physical places, whatever the file's format."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import polars as pl

from sciculture_etl.findings import Finding

HEAD_ROWS = 24  # rows looked at for titles and headers


class Refused(Exception):  # noqa: N818
    """The whole file can't be read; carries the finding that says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.code)
        self.finding = finding


@dataclass(frozen=True)
class Merge:
    """A merged range, rows and columns from 0, both ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass
class Grid:
    """One sheet. frame: a String column per physical column, named ``c0``, ``c1``, ..., blank cells null, texts
    stripped; row ``i`` of the frame is the sheet's row ``i + 1``. sheet: its name, None for CSV.
    overflow: whether the last column collects what stands beyond the widest row of the head."""

    sheet: str | None
    frame: pl.DataFrame
    hidden: bool = False
    merges: list[Merge] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    overflow: bool = False

    @property
    def is_blank(self) -> bool:
        return all(column.null_count() == column.len() for column in self.frame.iter_columns())

    def head(self) -> list[list[str | None]]:
        return [list(row) for row in self.frame.head(HEAD_ROWS).rows()]


def blank_to_null(frame: pl.DataFrame) -> pl.DataFrame:
    """Strips every cell; what is empty then is null."""
    stripped = pl.all().str.strip_chars()
    return frame.select(pl.when(stripped != "").then(stripped))


LOOSE_LETTERS = "[\u1100-\u11ff]"  # Hangul letters that stand for themselves: a text from macOS, not yet composed


def compose(grid: Grid) -> Grid:
    """The grid with syllables where its texts and its name hold the letters of syllables (NFD → NFC)."""
    loose = grid.frame.select(pl.all().str.contains(LOOSE_LETTERS).any())
    names = [name for name in grid.frame.columns if loose[name].any()]
    frame = grid.frame.with_columns(pl.col(names).str.normalize("NFC")) if names else grid.frame
    return replace(grid, frame=frame, sheet=grid.sheet and unicodedata.normalize("NFC", grid.sheet))


def decode_text(data: bytes) -> str:
    """Text of a CSV file: by byte order mark, else UTF-8, else CP949 (never EUC-KR: it lacks 8,822 syllables)."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif b"\x00" in data[:4096]:
        encodings = []
    else:
        encodings = ["utf-8-sig", "cp949"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused(Finding("R_UNSUPPORTED_FORMAT", value="알 수 없는 문자 인코딩(unknown encoding)"))


def _delimiter(head: str) -> str:
    lines = [line for line in head.splitlines() if line.strip()]
    # The separator that most lines agree on splitting into many cells.
    return max([",", "\t", ";", "|"], key=lambda mark: sorted(line.count(mark) for line in lines)[len(lines) // 2 :])


def read_text_grid(data: bytes) -> Grid:
    """A delimited text file as one grid. Raises Refused where its encoding isn't known or nothing is in it."""
    # Line ends of old Macintosh files too.
    text = decode_text(data).replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise Refused(Finding("R_EMPTY"))
    head = "\n".join(text[:65536].splitlines()[: HEAD_ROWS * 4])
    mark = _delimiter(head)
    width = max(len(row) for row in _parsed(head, mark)) + 1
    names = [f"c{i}" for i in range(width)]
    try:
        frame = pl.read_csv(
            io.BytesIO(text.encode()), has_header=False, separator=mark, schema=dict.fromkeys(names, pl.String()),
            truncate_ragged_lines=True, missing_columns="insert", raise_if_empty=False,
        )  # fmt: skip
    except pl.exceptions.ComputeError:
        # A quote that never closes: read as a spreadsheet would, cell by cell.
        rows = [[*row[: width - 1], mark.join(row[width - 1 :]) or None] for row in _parsed(text, mark)]
        padded = [[*row, *([None] * (width - len(row)))] for row in rows]
        frame = pl.DataFrame(padded, schema=dict.fromkeys(names, pl.String()), orient="row")
    return Grid(None, blank_to_null(frame), overflow=True)


def _parsed(text: str, mark: str) -> Iterator[list[str]]:
    # The csv module's own limit of 131,072 characters a field would turn one stray quote into a crash.
    csv.field_size_limit(2**31 - 1)
    return csv.reader(io.StringIO(text), delimiter=mark)


def column_letter(index: int) -> str:
    """0 → A, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_index(letters: str) -> int:
    """A → 0, AA → 26."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


RANGE = re.compile(r"^\$?([A-Z]{1,3})\$?(\d+):\$?([A-Z]{1,3})\$?(\d+)$")


def parse_range(text: str) -> Merge | None:
    """``B3:B9`` → Merge; None for anything else."""
    if not (found := RANGE.match(text)):
        return None
    left, top, right, bottom = found.groups()
    return Merge(int(top) - 1, column_index(left), int(bottom) - 1, column_index(right))
