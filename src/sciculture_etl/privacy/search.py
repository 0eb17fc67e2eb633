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
from sciculture_etl.privacy.headers import Heading, find_headings, is_refused

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
        stretches = self._stretches(grid)
        for stretch, suspects in zip(stretches, _suspects(grid, stretches), strict=True):
            for column in stretch.told_of:
                label, heading = stretch.labels[column], stretch.heading
                assert heading is not None
                row = heading.last if grid.frame[heading.last, column] else heading.first
                self.add(Place((), sheet, row + 1, f"{column_letter(column)}{row + 1}", _shown_header(label)))
            self._look_at_rows(grid, sheet, stretch, suspects)

    def _stretches(self, grid: Grid) -> list[_Stretch]:
        """The rows over the first header with it, then those below each header."""
        headings = find_headings(grid)
        found = [_Stretch(0, headings[0].last + 1 if headings else grid.frame.height)]
        ends = [*((following.first, following.last + 1) for following in headings[1:]), (grid.frame.height,) * 2]
        for heading, (end, bottom) in zip(headings, ends, strict=False):
            top, labels = heading.last + 1, heading.labels
            told_of = [
                column
                for column, label in labels.items()
                if is_refused(label, labels, grid.frame[f"c{column}"].slice(top, end - top), self.known)
            ]
            found.append(_Stretch(top, bottom, heading, tuple(told_of)))
        return found

    def _look_at_rows(self, grid: Grid, sheet: str | None, stretch: _Stretch, suspects: list[tuple[int, int]]) -> None:
        """A stretch of rows under one header, by row and column."""
        labels = stretch.labels
        headed = sum(normalise_header(label) in self.known for label in labels.values()) >= SURELY_HEADED
        for number, (row, column) in enumerate(suspects):
            if len(self.listed) == MAX_LISTED:
                self.more += len(suspects) - number  # no longer judged one by one
                return
            label = labels.get(column) or (_left_of(grid, row, column) if not labels else "")
            if told := kinds_in(grid.frame[row, column], label):
                header = _shown_header(label) if headed and column in labels else None
                self.add(Place(tuple(told), sheet, row + 1, f"{column_letter(column)}{row + 1}", header))


@dataclass(frozen=True)
class _Stretch:
    """Rows of a sheet under one header, or under none. told_of: columns refused by their header."""

    top: int
    bottom: int
    heading: Heading | None = None
    told_of: tuple[int, ...] = ()

    @property
    def labels(self) -> dict[int, str]:
        return self.heading.labels if self.heading else {}


def _suspects(grid: Grid, stretches: list[_Stretch]) -> list[list[tuple[int, int]]]:
    """For each stretch its cells (row, column) that may hold a value, by row and column.

    All under labels of one judgement are looked at as one: a question costs more than the answer for a short column.
    """
    under: dict[str, list[tuple[int, int]]] = {}
    for number, stretch in enumerate(stretches):
        for column in range(grid.frame.width if stretch.bottom > stretch.top else 0):
            if column not in stretch.told_of:
                label = stretch.labels.get(column, "")
                under.setdefault(label if changes_judgement(label) else "", []).append((number, column))
    found: list[list[tuple[int, int]]] = [[] for _ in stretches]
    for label, columns in under.items():
        for own in _cells_together(columns, stretches):
            texts = [grid.frame.to_series(c)[stretches[n].top : stretches[n].bottom] for n, c in own]
            starts = np.cumsum([0, *map(len, texts)])
            near = suspicious(pl.concat(texts), label).to_numpy()
            owners = np.searchsorted(starts, near, side="right") - 1
            for owner, at in zip(owners.tolist(), (near - starts[owners]).tolist(), strict=True):
                number, column = own[owner]
                found[number].append((stretches[number].top + at, column))
    return [sorted(suspects) for suspects in found]


def _cells_together(columns: list[tuple[int, int]], stretches: list[_Stretch]) -> Iterator[list[tuple[int, int]]]:
    """Columns of stretches (number, column) in parts of so many cells."""
    together: list[tuple[int, int]] = []
    size = 0
    for number, column in columns:
        height = stretches[number].bottom - stretches[number].top
        if together and size + height > CELLS_AT_ONCE:
            yield together
            together, size = [], 0
        together.append((number, column))
        size += height
    if together:
        yield together


def _left_of(grid: Grid, row: int, column: int) -> str:
    """What stands before a cell over the tables: 이메일 | ..."""
    before = grid.frame[row, column - 1] if column else None
    return before if before and len(before) <= 20 else ""
