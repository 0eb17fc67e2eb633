"""Where the tables of a sheet stand: one below another, side by side, or beside what is no form at all."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial

import polars as pl

from sciculture_etl.contracts import Contract
from sciculture_etl.formats.grid import Grid
from sciculture_etl.tables.headers import Header, headers_at, unclear_measures
from sciculture_etl.tables.spelling import known_spellings, normalise_header, normalised, pieces_of
from sciculture_etl.tables.titles import Title, read_title

HEADER_WITHIN = 20  # rows from the top that are all tried as a header
HEADER_ROWS = 3  # that a header may have
MOST_BREAKS = 500  # more short rows than this are no breaks between tables but the way a table is filled
TITLE_CELLS = 3  # a row of a title holds no more, where a table stands above it
TITLE_ROWS = 12
NUMBER = re.compile(r"[\d,. ]+%?")
YEAR = re.compile(r"20\d\d")
NOTE = re.compile(r"(?:※|\*|[(\[]?주\s*+\d*+\s*+[)\]:：]|☞|(?:자료|출처|작성|비고|참고)[^:：]{0,6}[:：])")
PAGE_MARK = re.compile(r"[-–\s\d/()]*+(?:쪽|페이지|p\.?|page)?[-–\s\d/()]*", re.IGNORECASE)
# What stands at the head of tables and boxes that are no form: sums by kind, approvals.
HEADING = re.compile(
    r"구분|항목|내용|비고|계|합계|소계|총계|비율|비중|번호|연번|담당자?|작성자?|검토자?|확인자?|승인자?|결재|전결|협조|기안"
    r"|(?:팀|과|부|국|실|처|센터|관|원|단|소|총괄|이사|본부)장|대표|(?:이용|참여|수혜)?인원|금액|예산|집행액|.{1,8}(?:수|액|율|률|비|횟수)"
)


# What stands below headers and is neither header nor data: their numbers, units, how to fill them in.
FURNITURE = re.compile(
    r"[①-⑳]|[(\[（]\s*(?:\d{1,2}|[A-Za-z가-하])\s*[)\]）]"
    r"|[(\[（]?(?:단위\s*+[:：]?\s*+)?(?:명|회|개소?|건|팀|원|천원|백만원|%|점)[)\]）]?"
    r"|[(\[（]?(?:필수|선택|자동|숫자|문자|텍스트|날짜|연도|코드)(?:\s*(?:입력|선택|기재))?[)\]）]?"
)


@dataclass(frozen=True)
class Area:
    """One table: its header, and what is its own of the sheet.

    left, right: first and last column. overflow: of text, the column in which what a separator too many moves on would
    stand (1,096 without quotes). title: what the rows above it say. below: the row after its last one. repeated: rows
    in which its title and header stand again (printed pages), or are numbered. other_from: the first row of what is no
    row of it: another table that is no form, or a box for approval; ``below`` where there is none.
    """

    header: Header
    left: int
    right: int
    overflow: int | None
    title: Title
    below: int
    other_from: int
    repeated: list[int] = field(default_factory=list)


def find_areas(grid: Grid, contracts: dict[str, Contract]) -> list[Area]:
    """All tables of a sheet in the order of their places; none where nothing like a header is found."""
    sheet = _Sheet(grid, contracts)
    headers = sheet.choose()
    if not headers:
        return []
    own, repeats = sheet.part_repeats(headers)
    return sheet.areas(own, repeats)


def _overlap(one: Header, other: Header) -> bool:
    return one.left <= other.right and other.left <= one.right


@lru_cache(maxsize=8)
def _vocabulary(contracts: tuple[Contract, ...]) -> tuple[set[str], set[str], set[str]]:
    """Normalised spellings of headers, what they begin and end with, and spellings as contracts write them."""
    known = known_spellings({contract.dataset: contract for contract in contracts})
    written = {spelling for c in contracts for fld in c.fields.values() for spelling in fld.spellings}
    return known, pieces_of(known), written


class _Sheet:
    def __init__(self, grid: Grid, contracts: dict[str, Contract]) -> None:
        self.grid = grid
        self.contracts = contracts
        self.frame = grid.frame
        self.known, self.pieces, self.written = _vocabulary(tuple(contracts.values()))
        self.filled = self.frame.select(pl.sum_horizontal(pl.all().is_not_null())).to_series()

    def row(self, index: int) -> list[str | None]:
        return list(self.frame.row(index)) if index < self.frame.height else []

    def _promises(self, row: int) -> bool:
        """Whether there are words of headers in a row or those that may belong to it."""
        cells = (cell for n in range(HEADER_ROWS) for cell in self.row(row + n) if cell)
        return sum(normalised(cell) in self.known for cell in cells) > 1

    def _rows_to_try(self) -> list[int]:
        """The first rows, and those further down that hold words of headers or come after a break."""
        top = list(range(min(HEADER_WITHIN, self.frame.height)))
        words = self.written | {
            cell for row in top for cell in self.row(row) if cell and normalised(cell) in self.known
        }
        hits = self.frame.select(pl.sum_horizontal(pl.all().is_in(list(words)))).to_series()
        short = self.filled <= TITLE_CELLS
        after = (short.shift(1, fill_value=False) & ~short).arg_true().to_list()
        deep = {*(hits > 1).arg_true().to_list(), *(after if len(after) <= MOST_BREAKS else [])}
        return top + [row for row in sorted({row - n for row in deep for n in range(HEADER_ROWS)}) if row >= len(top)]

    def choose(self) -> list[Header]:
        """The headers that fit best, none in another's place. All but the best must be headers beyond doubt."""
        pool: list[Header] = []
        for row in self._rows_to_try():
            if self.filled[row] < 2 or not self._promises(row):
                continue
            rows = [cells for below in range(HEADER_ROWS) if (cells := self.row(row + below))]
            floor = max([header.last + 1 for header in pool if header.last < row], default=0)
            above = partial(self._title, row, floor)
            pool += headers_at(row, rows, above, self.grid.merges, self.contracts, self.known, self.pieces)
        chosen: list[Header] = []
        for header in sorted(pool, key=lambda header: header.score, reverse=True):
            touched = [h for h in chosen if h.first <= header.last + 1 and header.first <= h.last + 1]
            if any(_overlap(header, other) for other in touched) or (chosen and not _sure(header)):
                continue
            chosen.append(header)
        told = [
            replace(header, unclear=unclear_measures(header, self.grid.merges, self.row(header.last + 1)))
            for header in chosen
        ]
        return sorted(told, key=lambda header: (header.first, header.left))

    def _title_from(self, row: int, floor: int) -> int:
        """The first row of the title above ``row``. Below another table it is told from that table's rows and notes."""
        if not floor:
            return 0
        first = row
        while first > max(floor, row - TITLE_ROWS) and self._may_be_title(first - 1):
            first -= 1
        while first < row and self._is_note(first):
            first += 1
        while first < row and not self.filled[first]:
            first += 1
        return first

    def _may_be_title(self, row: int) -> bool:
        cells = [cell for cell in self.row(row) if cell]
        numbers = [cell for cell in cells if NUMBER.fullmatch(cell) and not YEAR.fullmatch(cell)]
        keys = sum(normalised(cell) in self.known for cell in cells)
        if keys > 1 and 2 * keys >= len(cells):  # names and what they are, side by side
            return True
        return len(cells) <= TITLE_CELLS and not (numbers and len(cells) > 1)

    def _is_note(self, row: int) -> bool:
        return any(cell and NOTE.match(cell) for cell in self.row(row))

    def _title(self, row: int, floor: int, left: int, right: int) -> Title:
        rows = [self.row(r)[left : right + 1] for r in range(self._title_from(row, floor), row)]
        return read_title(rows if floor else self.grid.above + rows, self.grid.sheet)

    def part_repeats(self, headers: list[Header]) -> tuple[list[Header], dict[int, list[int]]]:
        """Headers that open a table, and for each by its place among them the rows in which it stands again."""
        own: list[Header] = []
        repeats: dict[int, list[int]] = {}
        for header in headers:
            before = [n for n, h in enumerate(own) if _overlap(h, header) and h.last < header.first]
            rows = self._again(own[before[-1]], header, own, repeats) if before else None
            if rows is None:
                own.append(header)
            else:
                repeats.setdefault(before[-1], []).extend(rows)
        return own, repeats

    def _again(
        self, first: Header, header: Header, own: list[Header], repeats: dict[int, list[int]]
    ) -> list[int] | None:
        """The rows of title and header where a header only repeats the one above it, else None."""
        if (first.contract.dataset, first.columns) != (header.contract.dataset, header.columns):
            return None
        if [normalise_header(first.labels[c]) for c in first.columns.values()] != [
            normalise_header(header.labels[c]) for c in header.columns.values()
        ]:
            return None
        floor = max([first.last, *repeats.get(own.index(first), [])]) + 1
        title = range(self._title_from(header.first, floor), header.first)
        said = {self._plain(cell) for row in range(first.first) for cell in self.row(row)}
        again = [row for row in title if self.filled[row]]
        if any(self._plain(cell) not in said for row in again for cell in self.row(row) if cell):
            return None
        return [*again, *range(header.first, header.last + 1)]

    @staticmethod
    def _plain(cell: str | None) -> str:
        return "" if not cell or PAGE_MARK.fullmatch(cell) else "".join(cell.split())

    def areas(self, own: list[Header], repeats: dict[int, list[int]]) -> list[Area]:
        floors, tops = [], []
        for header in own:
            above = [n for n, h in enumerate(own) if _overlap(h, header) and h.last < header.first]
            floors.append(max([row + 1 for n in above for row in [own[n].last, *repeats.get(n, [])]], default=0))
            tops.append(self._title_from(header.first, floors[-1]))
        whole = self._title(own[0].first, 0, 0, self.frame.width - 1)
        areas = []
        for n, header in enumerate(own):
            under = [tops[m] for m, h in enumerate(own) if _overlap(h, header) and h.first > header.last]
            below = min(under, default=self.frame.height)
            beside = [
                h for h in own if not _overlap(h, header) and h.first < below and header.first < _bottom(h, own, tops)
            ]
            lefts = [h.right for h in beside if h.right < header.left]
            left = 1 + max([c for c in header.labels if c < header.left] + lefts, default=-1)
            overflow = None
            if self.grid.overflow and not any(h.left > header.right for h in beside):
                overflow = max(header.labels) + 1
            title = self._title(
                header.first, floors[n], left if beside else 0, header.right if beside else self.frame.width - 1
            )
            labelled = replace(header, labels=_own_labels(header, beside))
            area = Area(
                labelled, left, header.right, overflow, title.within(whole), below, below, sorted(repeats.get(n, []))
            )  # fmt: skip
            area = replace(area, repeated=[*self._furniture(area), *area.repeated])
            areas.append(replace(area, other_from=self._other_from(area)))
        best = max(range(len(own)), key=lambda n: own[n].score)
        return [area for n, area in enumerate(areas) if n == best or self._has_rows(area)]

    def _cells(self, area: Area) -> pl.Series:
        rows = self.frame[area.header.last + 1 : area.below, area.left : area.right + 1]
        return rows.select(pl.sum_horizontal(pl.all().is_not_null())).to_series()

    def _has_rows(self, area: Area) -> bool:
        return bool((self._cells(area) > 1).any())

    def _other_from(self, area: Area) -> int:
        """Where, after a blank row or a lone cell, a row of nothing but headings stands that are none of the form."""
        start = area.header.last + 1
        counts = self._cells(area)
        asked = [
            c for name, c in area.header.columns.items() if (f := area.header.contract.fields.get(name)) and f.required
        ]
        named = [pl.col(f"c{column}").is_not_null() for column in asked] or [pl.lit(False)]
        told = self.frame[start : area.below].select(pl.sum_horizontal(named)).to_series()
        # Below another table stands no row that fills in most of what the form asks for: such a row is data.
        data = (told >= 0.8 * len(asked)).arg_true()
        safe = int(data[-1]) + 1 if data.len() else 0
        few = counts <= 1
        after = (few.shift(1, fill_value=False) & (counts > 1)).arg_true()
        breaks: list[int] = after.filter(after >= safe).to_list()
        for row in (start + at for at in breaks[:MOST_BREAKS]):
            cells = [cell for cell in self.row(row)[area.left : area.right + 1] if cell]
            words = [cell for cell in cells if normalised(cell) in self.known or HEADING.fullmatch(normalised(cell))]
            heads = 2 * len(words) > len(cells) or 2 * len(cells) <= len(asked)
            if row in area.repeated or not heads or any(re.search(r"\d", cell) for cell in cells):
                continue
            while row > start + safe and counts[row - 1 - start] == 1 and not self._is_note(row - 1):
                row -= 1
            return row
        return area.below

    def _furniture(self, area: Area) -> list[int]:
        rows = []
        for row in range(area.header.last + 1, min(area.below, area.header.last + HEADER_ROWS)):
            cells = [cell for cell in self.row(row)[area.left : area.right + 1] if cell]
            if len(cells) < 2 or not all(FURNITURE.fullmatch(cell) for cell in cells):
                break
            rows.append(row)
        return rows


def _sure(header: Header) -> bool:
    own = [column for column in header.labels if header.left <= column <= header.right]
    return len(header.columns) > 2 and 2 * len(header.columns) > len(own)


def _bottom(header: Header, own: list[Header], tops: list[int]) -> int:
    under = [top for h, top in zip(own, tops, strict=True) if _overlap(h, header) and h.first > header.last]
    return min(under, default=2**31)


def _own_labels(header: Header, beside: list[Header]) -> dict[int, str]:
    """Its labels, and those of no table's columns that stand right of it (left of all: with the first)."""
    tables = sorted([header, *beside], key=lambda table: table.left)

    def is_own(column: int) -> bool:
        inside = [table for table in tables if table.left <= column <= table.right]
        before = [table for table in tables if table.left <= column]
        return (inside or before[-1:] or tables[:1])[0] is header

    return {column: label for column, label in header.labels.items() if is_own(column)}
