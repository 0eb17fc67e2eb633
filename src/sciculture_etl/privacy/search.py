"""The search for personal data in all that a file holds, before anything else is made of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import polars as pl

from sciculture_etl.findings import Finding
from sciculture_etl.grid import Grid, column_letter
from sciculture_etl.header_text import normalise_header
from sciculture_etl.privacy import (
    Kind,
    changes_judgement,
    kinds_in,
    mask_path,
    mask_text,
    masked_kinds,
    plain,
    suspicious,
)
from sciculture_etl.privacy.headers import find_headings, is_refused

FEW_SUSPECTS = 100  # texts beside the cells that are judged before it is asked whether a cell holds them
MAX_LISTED = 1_000  # places given one by one; of the others the number is
CELLS_AT_ONCE = 1_000_000
# Headers of our forms that make a row a header beyond doubt. What another row says may be the data of persons.
SURELY_HEADED = 2
ELSEWHERE = ("파일 안의 다른 곳", "elsewhere in the file")


@dataclass(frozen=True)
class Place:
    """A place with personal data. header: of its column; a place without kinds is a column that holds nothing else.
    said: where it is when no cell tells it, in Korean and English.
    """

    kinds: tuple[Kind, ...]
    sheet: str | None = None
    row: int | None = None
    cell: str | None = None
    header: str | None = None
    said: tuple[str, str] | None = None

    def finding(self) -> Finding:
        ko = ", ".join(kind.ko for kind in self.kinds) or f"'{self.header}' 열"
        en = ", ".join(kind.en for kind in self.kinds) or f"column '{self.header}'"
        if self.said:
            ko, en = f"{ko} ({self.said[0]})", f"{en} ({self.said[1]})"
        return Finding(
            "R_PII", sheet=self.sheet, row=self.row, cell=self.cell, header=self.header, expected_ko=ko, expected_en=en
        )


@dataclass(frozen=True)
class Texts:
    """Texts in one place that is no cell of a grid; of one place there may be several.

    Attributes:
        texts: a String column.
        said: where they stand, in Korean and English.
        sheet, row, cell: their place, as far as they have one.
        first_row: where each text is a line of the file, the number of the first.
        by_program: written by programs unseen, who is logged in among it: an e-mail address is nothing there.
    """

    texts: pl.Series
    said: tuple[str, str]
    sheet: str | None = None
    row: int | None = None
    cell: str | None = None
    first_row: int | None = None
    by_program: bool = False


def find_personal(
    grids: list[Grid], path: str = "", others: Iterable[Texts] = (), known: Set[str] = frozenset()
) -> list[Finding]:
    """One R_PII finding a place, at most ``MAX_LISTED`` and one that says about how many more there are.

    Looked at: the file's name and folder (``path``), names of sheets, every cell of every sheet, hidden or not, form
    or not; ``others``: texts that are no cell. No finding holds a value, nor a sheet's name that does. A text that a
    cell holds too was judged there, in the light of its header, and is not told twice.
    known: normalised headers of our forms; a cell's finding names its column where the table is surely headed.
    """
    search = _Search(known)
    search.look_at_path(path)
    for number, grid in enumerate(grids, start=1):
        search.look_at_grid(grid, number)
    for place in _places(others, grids):
        search.add(place)
    findings = [place.finding() for place in search.listed]
    if search.more:
        ko, en = f"외 {search.more:,}곳가량", f"and about {search.more:,} more places"
        findings.append(Finding("R_PII", expected_ko=ko, expected_en=en))
    return findings


def _places(others: Iterable[Texts], grids: list[Grid]) -> Iterator[Place]:
    """One place for all that stands in one part, unless it has a cell or a line to name."""
    told: dict[tuple[object, ...], dict[Kind, None]] = {}
    cells = _CellTexts(grids)
    for together in _batches(others):
        series = pl.concat([texts.texts for texts in together])
        ends = np.cumsum([len(texts.texts) for texts in together])
        near = suspicious(series)
        owners = np.searchsorted(ends, near.to_numpy(), side="right")
        suspects = list(zip(owners.tolist(), near.to_list(), series.gather(near).to_list(), strict=True))
        judged: dict[str, list[Kind]] = {}
        for owner, index, text in suspects:
            if text not in judged:
                many = len(suspects) > FEW_SUSPECTS
                judged[text] = [] if many and text in cells else kinds_in(text)
                if judged[text] and not many and text in cells:
                    judged[text] = []
            texts = together[owner]
            kinds = [kind for kind in judged[text] if not (texts.by_program and kind is Kind.EMAIL)]
            if kinds:
                line = (
                    None if texts.first_row is None else texts.first_row + index - int(ends[owner]) + len(texts.texts)
                )
                place = (texts.sheet, texts.row or line, texts.cell, texts.said)
                told.setdefault(place, {}).update(dict.fromkeys(kinds))
    for (sheet, row, cell, said), found in told.items():
        yield Place(tuple(found), sheet, row, cell, said=said)  # type: ignore[arg-type]


def _batches(others: Iterable[Texts]) -> Iterator[list[Texts]]:
    """Many texts are judged at once, but never so many as a large file may hold."""
    together: list[Texts] = []
    size = 0
    for texts in others:
        if texts.texts.len():
            together.append(texts)
            size += int(texts.texts.estimated_size()) // 8
        if size > CELLS_AT_ONCE:
            yield together
            together, size = [], 0
    if together:
        yield together


class _CellTexts:
    """Whether a text is that of a cell, one of its lines, or a sheet's name."""

    def __init__(self, grids: list[Grid]) -> None:
        self._grids = grids

    @cached_property
    def _texts(self) -> frozenset[str]:
        found = {_squeezed(grid.sheet or "") for grid in self._grids}
        for grid in self._grids:
            for column in grid.frame.iter_columns():
                for text in column.gather(suspicious(column)).to_list():
                    found.update(map(_squeezed, (text, *text.split("\n"))))
        return frozenset(found)

    def __contains__(self, text: str) -> bool:
        return _squeezed(text) in self._texts or _squeezed(text[:-1]) in self._texts


def _squeezed(text: str) -> str:
    return " ".join(plain(text).split())


def _shown_header(label: str) -> str:
    return " ".join(mask_text(label).split())


def shown_sheet(name: str | None, number: int) -> str | None:
    """What a sheet is called in findings."""
    return f"{number}번째 시트" if name and mask_text(name) != name else name


@dataclass
class _Search:
    known: Set[str]
    listed: list[Place] = field(default_factory=list)
    more: int = 0

    def add(self, place: Place) -> None:
        if len(self.listed) < MAX_LISTED:
            self.listed.append(place)
        else:
            self.more += 1

    def look_at_path(self, path: str) -> None:
        *folders, name = mask_path(path).split("/")
        for text, said in (("/".join(folders), ("폴더 이름", "folder name")), (name, ("파일 이름", "file name"))):
            if told := masked_kinds(text):
                self.add(Place(tuple(told), said=said))

    def look_at_grid(self, grid: Grid, number: int) -> None:
        sheet = shown_sheet(grid.sheet, number)
        if told := kinds_in(grid.sheet or ""):
            self.add(Place(tuple(told), sheet, said=("시트 이름", "sheet name")))
        headings = find_headings(grid)
        self._look_at_rows(grid, sheet, 0, headings[0].last + 1 if headings else grid.frame.height, {}, set())
        ends = [*((following.first, following.last + 1) for following in headings[1:]), (grid.frame.height,) * 2]
        for heading, (end, bottom) in zip(headings, ends, strict=False):
            top = heading.last + 1
            told_of = set()
            for column, label in heading.labels.items():
                if is_refused(label, heading.labels, grid.frame[f"c{column}"].slice(top, end - top), self.known):
                    told_of.add(column)
                    row = heading.last if grid.frame[heading.last, column] else heading.first
                    self.add(Place((), sheet, row + 1, f"{column_letter(column)}{row + 1}", _shown_header(label)))
            self._look_at_rows(grid, sheet, top, bottom, heading.labels, told_of)

    def _look_at_rows(
        self, grid: Grid, sheet: str | None, top: int, bottom: int, labels: dict[int, str], told_of: set[int]
    ) -> None:
        """A stretch of rows under one header, by row and column. told_of: columns refused by their header."""
        if bottom <= top:
            return
        columns: dict[str, list[int]] = {}
        for column in range(grid.frame.width):
            if column not in told_of:
                label = labels.get(column, "")
                columns.setdefault(label if changes_judgement(label) else "", []).append(column)
        suspects = sorted(
            suspect for label, own in columns.items() for suspect in _suspects(grid, top, bottom, own, label)
        )
        headed = sum(normalise_header(label) in self.known for label in labels.values()) >= SURELY_HEADED
        for number, (row, column) in enumerate(suspects):
            if len(self.listed) == MAX_LISTED:
                self.more += len(suspects) - number  # no longer judged one by one
                return
            label = labels.get(column) or (_left_of(grid, row, column) if not labels else "")
            if told := kinds_in(grid.frame[row, column], label):
                header = _shown_header(label) if headed and column in labels else None
                self.add(Place(tuple(told), sheet, row + 1, f"{column_letter(column)}{row + 1}", header))


def _suspects(grid: Grid, top: int, bottom: int, columns: list[int], label: str) -> list[tuple[int, int]]:
    """Cells (row, column) under one label that may hold a value; many short columns are looked at as one."""
    height = bottom - top
    together = max(1, CELLS_AT_ONCE // height)
    found = []
    for start in range(0, len(columns), together):
        own = columns[start : start + together]
        texts = pl.concat([grid.frame[f"c{column}"].slice(top, height) for column in own])
        found += [(top + index % height, own[index // height]) for index in suspicious(texts, label).to_list()]
    return found


def _left_of(grid: Grid, row: int, column: int) -> str:
    """What stands before a cell over the tables: 이메일 | ..."""
    before = grid.frame[row, column - 1] if column else None
    return before if before and len(before) <= 20 else ""
