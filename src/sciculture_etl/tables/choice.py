"""Which rows of a sheet are the headers of its tables."""

from __future__ import annotations

from bisect import bisect_right, insort
from dataclasses import replace
from functools import lru_cache, partial

import numpy as np
import polars as pl

from sciculture_etl.contracts import Contract
from sciculture_etl.tables.headers import Header, fitting, headers_at
from sciculture_etl.tables.sheet import HEADER_WITHIN, TITLE_CELLS, Sheet, wide_merges
from sciculture_etl.tables.spelling import known_spellings, normalise_header, pieces_of
from sciculture_etl.tables.unclear import unclear_measures

HEADER_ROWS = 3  # that a header may have
ROWS_AT_ONCE = 100_000
FEW_CELLS = 4_000  # are looked at one by one
MOST_BREAKS = 500  # more short rows than this are no breaks between tables but the way a table is filled


class _Vocabulary:
    """What headers of some contracts are known by.

    Attributes:
        known: their normalised spellings.
        pieces: what these begin and end with.
        written: their spellings as contracts write them.
        fits: the contracts that columns may be of; the headers of one form are the same in most of its files.
    """

    def __init__(self, contracts: tuple[Contract, ...]) -> None:
        self.known = known_spellings({contract.dataset: contract for contract in contracts})
        self.pieces = pieces_of(self.known)
        self.written = frozenset(spelling for c in contracts for fld in c.fields.values() for spelling in fld.spellings)
        self.fits = lru_cache(maxsize=256)(partial(fitting, contracts))


_vocabulary = lru_cache(maxsize=8)(_Vocabulary)


def spellings_known(contracts: dict[str, Contract]) -> set[str]:
    """Every normalised spelling of a header."""
    return _vocabulary(tuple(contracts.values())).known


def _promises(sheet: Sheet, row: int) -> bool:
    """Whether there are words of headers in a row or those that may belong to it."""
    return sum(sheet.words_in(row + n) for n in range(HEADER_ROWS)) > 1


def _rows_to_try(sheet: Sheet, written: frozenset[str]) -> list[int]:
    """The first rows, and those further down that hold words of headers or come after a break."""
    top = list(range(min(HEADER_WITHIN, sheet.frame.height)))
    cells = {cell for row in top for cell in sheet.row(row) if cell and cell not in written}
    words = written | frozenset(cell for cell in cells if normalise_header(cell) in sheet.known)
    short = sheet.filled <= TITLE_CELLS
    after = np.flatnonzero(short[:-1] & ~short[1:]) + 1
    deep = {*_rows_of(sheet, words, len(top)), *(after.tolist() if len(after) <= MOST_BREAKS else [])}
    return top + [row for row in sorted({row - n for row in deep for n in range(HEADER_ROWS)}) if row >= len(top)]


@lru_cache(maxsize=8)
def _asked(words: frozenset[str]) -> pl.Series:
    """As Polars asks for them; those of one form are the same in most of its files."""
    return pl.Series([sorted(words)], dtype=pl.List(pl.String))


def _rows_of(sheet: Sheet, words: frozenset[str], first: int) -> list[int]:
    """Rows from ``first`` on that hold two of the words; many are looked at as one column."""
    frame = sheet.frame
    if (frame.height - first) * frame.width < FEW_CELLS:
        rows = enumerate(frame[first:].rows(), start=first)
        return [number for number, cells in rows if sum(cell in words for cell in cells) > 1]
    found: list[int] = []
    asked = _asked(words)
    for start in range(first, frame.height, ROWS_AT_ONCE):
        columns = frame[start : start + ROWS_AT_ONCE].get_columns()
        cells = pl.DataFrame({"cell": pl.concat(columns)})
        hits = cells.select(pl.arg_where(pl.col("cell").is_in(asked))).to_series().to_numpy()
        numbers, counts = np.unique(hits % len(columns[0]), return_counts=True)
        found += (numbers[counts > 1] + start).tolist()
    return found


def _sure(header: Header) -> bool:
    own = sum(column in header.labels for column in range(header.left, header.right + 1))
    return len(header.columns) > 2 and 2 * len(header.columns) > own


class _Taken:
    """Which columns of which rows are taken, and the row below each header with it."""

    def __init__(self) -> None:
        self.rows: dict[int, list[tuple[int, int]]] = {}

    def touches(self, header: Header) -> bool:
        for row in range(header.first, header.last + 2):
            before = self.rows.get(row, [])
            at = bisect_right(before, header.right, key=lambda columns: columns[0])
            if at and before[at - 1][1] >= header.left:
                return True
        return False

    def take(self, header: Header) -> None:
        for row in range(header.first, header.last + 2):
            insort(self.rows.setdefault(row, []), (header.left, header.right))


def choose_headers(sheet: Sheet, contracts: dict[str, Contract]) -> list[Header]:
    """The headers that fit best, none in another's place. All but the best must be headers beyond doubt."""
    vocabulary = _vocabulary(tuple(contracts.values()))
    promising = [
        row for row in _rows_to_try(sheet, vocabulary.written) if sheet.filled[row] > 1 and _promises(sheet, row)
    ]
    merges = wide_merges(sheet.grid.merges, sorted({row + n for row in promising for n in range(HEADER_ROWS)}))
    pool: list[Header] = []
    floor, lasts = 0, set[int]()
    for row in promising:
        floor = max([floor, *(last + 1 for last in lasts if last < row)])
        rows = [cells for below in range(HEADER_ROWS) if (cells := sheet.row(row + below))]
        above = lru_cache(maxsize=256)(partial(sheet.title, row, floor))
        found = headers_at(row, rows, above, merges, vocabulary.fits, sheet.known, vocabulary.pieces)
        lasts = {last for last in lasts if last >= row} | {header.last for header in found}
        pool += found
    chosen: list[Header] = []
    taken = _Taken()
    for header in sorted(pool, key=lambda header: header.score, reverse=True):
        if (chosen and not _sure(header)) or taken.touches(header):
            continue
        chosen.append(header)
        taken.take(header)
    told = [
        replace(header, unclear=unclear_measures(header, merges.get(header.last, []), sheet.row(header.last + 1)))
        for header in chosen
    ]
    return sorted(told, key=lambda header: (header.first, header.left))
