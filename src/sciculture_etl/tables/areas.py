"""Where the tables of a sheet stand: one below another, side by side, or beside what is no form at all."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from sciculture_etl.contracts import Contract
from sciculture_etl.grid import Grid
from sciculture_etl.tables.choice import HEADER_ROWS, MOST_BREAKS, choose_headers, spellings_known
from sciculture_etl.tables.headers import Header
from sciculture_etl.tables.neighbours import Neighbours
from sciculture_etl.tables.sheet import HEADER_WITHIN, Sheet
from sciculture_etl.tables.spelling import normalise_header
from sciculture_etl.tables.titles import Title

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
    sheet = Sheet(grid, spellings_known(contracts))
    headers = choose_headers(sheet, contracts)
    if not headers:
        return []
    own, repeats = _part_repeats(sheet, headers)
    return _areas(sheet, own, repeats)


def _part_repeats(sheet: Sheet, headers: list[Header]) -> tuple[list[Header], dict[int, list[int]]]:
    """Headers that open a table, and for each by its place among them the rows in which it stands again."""
    own: list[Header] = []
    repeats: dict[int, list[int]] = {}
    said: dict[int, set[str]] = {}
    latest = np.full(sheet.frame.width, -1)  # by column, the last header above
    for header in headers:
        columns = slice(header.left, header.right + 1)
        before = int(latest[columns].max())
        rows = None
        if before >= 0 and _is_same(own[before], header):
            floor = max([own[before].last, *repeats.get(before, [])[-1:]]) + 1
            if before not in said:
                said[before] = _words_above(sheet, own[before])
            rows = _repeated_rows(sheet, header, floor, said[before])
        if rows is None:
            latest[columns] = len(own)
            own.append(header)
        else:
            repeats.setdefault(before, []).extend(rows)
    return own, repeats


def _is_same(first: Header, header: Header) -> bool:
    if (first.contract.dataset, first.columns) != (header.contract.dataset, header.columns):
        return False
    return all(normalise_header(first.labels[c]) == normalise_header(header.labels[c]) for c in first.columns.values())


def _words_above(sheet: Sheet, header: Header) -> set[str]:
    near = range(max(0, header.first - HEADER_WITHIN), header.first)
    rows = {*range(min(HEADER_WITHIN, header.first)), *near}
    return {_plain(cell) for row in rows for cell in sheet.row(row)}


def _repeated_rows(sheet: Sheet, header: Header, floor: int, said: set[str]) -> list[int] | None:
    """The rows of title and header where the header only repeats the one above it, else None."""
    again = [row for row in range(sheet.title_from(header.first, floor), header.first) if sheet.filled[row]]
    if any(_plain(cell) not in said for row in again for cell in sheet.row(row) if cell):
        return None
    return [*again, *range(header.first, header.last + 1)]


def _plain(cell: str | None) -> str:
    return "" if not cell or PAGE_MARK.fullmatch(cell) else "".join(cell.split())


def _areas(sheet: Sheet, own: list[Header], repeats: dict[int, list[int]]) -> list[Area]:
    places = Neighbours(sheet, own, repeats)
    width = sheet.frame.width
    whole = sheet.title(own[0].first, 0, 0, width - 1)
    areas = []
    for n, header in enumerate(own):
        before, after = places.before[n], places.after[n]
        column = header.left - 1
        while column > before and column not in header.labels:
            column -= 1
        overflow = next(reversed(header.labels)) + 1 if sheet.grid.overflow and after is None else None
        is_alone = before < 0 and after is None
        title = sheet.title(
            header.first, places.floors[n], 0 if is_alone else column + 1, width - 1 if is_alone else header.right
        )
        labelled = header if is_alone else replace(header, labels=_own_labels(header, before, after))
        below = places.below[n]
        area = Area(
            labelled, column + 1, header.right, overflow, title.within(whole), below, below, sorted(repeats.get(n, []))
        )  # fmt: skip
        areas.append(replace(area, repeated=[*_furniture(sheet, area), *area.repeated]))
    best = max(range(len(own)), key=lambda n: own[n].score)
    kept = []
    for n, area in enumerate(areas):
        counts = _filled_cells(sheet, area)
        if n == best or bool((counts > 1).any()):
            kept.append(replace(area, other_from=_other_from(sheet, area, counts)))
    return kept


def _own_labels(header: Header, before: int, after: int | None) -> dict[int, str]:
    """Its labels, and those of no table's columns that stand right of it (left of all: with the first)."""
    if after is None:
        after = next(reversed(header.labels)) + 1
    first = 0 if before < 0 else header.left
    return {column: label for column in range(first, after) if (label := header.labels.get(column)) is not None}


def _filled_cells(sheet: Sheet, area: Area) -> npt.NDArray[np.int64]:
    counts: npt.NDArray[np.int64] = sheet.grid.written[
        area.header.last + 1 : area.below, area.left : area.right + 1
    ].sum(1)
    return counts


def _other_from(sheet: Sheet, area: Area, counts: npt.NDArray[np.int64]) -> int:
    """Where, after a blank row or a lone cell, a row of nothing but headings stands that are none of the form.

    Args:
        counts: how many of its cells are not blank, for each row below the header.
    """
    start, header = area.header.last + 1, area.header
    asked = [c for name, c in header.columns.items() if (f := header.contract.fields.get(name)) and f.required]
    # Below another table stands no row that fills in most of what the form asks for: such a row is data.
    told = sheet.grid.written[start : area.below, asked].sum(axis=1)
    data = np.flatnonzero(told >= 0.8 * len(asked))
    safe = int(data[-1]) + 1 if asked and len(data) else 0
    after = np.flatnonzero((counts[:-1] <= 1) & (counts[1:] > 1)) + 1
    breaks: list[int] = after[after >= safe].tolist()
    repeated = set(area.repeated)
    for row in (start + at for at in breaks[:MOST_BREAKS]):
        cells = [cell for cell in sheet.row(row)[area.left : area.right + 1] if cell]
        words = [
            cell for cell in cells if normalise_header(cell) in sheet.known or HEADING.fullmatch(normalise_header(cell))
        ]
        heads = 2 * len(words) > len(cells) or 2 * len(cells) <= len(asked)
        if row in repeated or not heads or any(re.search(r"\d", cell) for cell in cells):
            continue
        while row > start + safe and counts[row - 1 - start] == 1 and not sheet.is_note(row - 1):
            row -= 1
        return row
    return area.below


def _furniture(sheet: Sheet, area: Area) -> list[int]:
    rows = []
    for row in range(area.header.last + 1, min(area.below, area.header.last + HEADER_ROWS)):
        cells = [cell for cell in sheet.row(row)[area.left : area.right + 1] if cell]
        if len(cells) < 2 or not all(FURNITURE.fullmatch(cell) for cell in cells):
            break
        rows.append(row)
    return rows
