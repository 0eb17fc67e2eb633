"""Cells of a sheet as they are stored → the grid that people see."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sciculture_etl.formats.grid import Grid, Merge, blank_to_null, broken, refuse_vast, too_large, usable_merges
from sciculture_etl.formats.shown import Shape, iso_text, written_text
from sciculture_etl.formats.tags import Integers, replace_texts
from sciculture_etl.settings import Limits

ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
# A number that is written as it is shown, of at most 15 digits.
AS_SHOWN = r"^-?(?:0|[1-9][0-9]*)(?:\.[0-9]*[1-9])?$"
MAX_AS_SHOWN = 16  # bytes
TRUTHS = {"0": "false", "1": "true"}
SHAPES = 16  # more than there are


class Stored(IntEnum):
    """How a cell stores what it holds. FORMULA: a formula without a result; the formula is what it shows."""

    NUMBER = 1
    TEXT = 2
    SHARED = 3
    TRUTH = 4
    ERROR = 5
    DAY = 6
    FORMULA = 7


STORED = {
    "n": Stored.NUMBER, "str": Stored.TEXT, "inlineStr": Stored.TEXT, "s": Stored.SHARED, "b": Stored.TRUTH,
    "e": Stored.ERROR, "d": Stored.DAY,
}  # fmt: skip


@dataclass(frozen=True)
class Styles:
    """shapes: what each cell style makes of a number, one more for styles that are not there.

    Attributes:
        is_1904: whether days are counted from 1904.
    """

    shapes: NDArray[np.uint8]
    is_1904: bool = False

    @classmethod
    def of_shapes(cls, shapes: list[Shape], is_1904: bool) -> Styles:
        return cls(np.array([*shapes, Shape.NUMBER], np.uint8), is_1904)

    def of(self, styles: Integers) -> NDArray[np.uint8]:
        return self.shapes[np.minimum(styles, self.shapes.size - 1)]


@dataclass
class Batch:
    """Cells that hold something, those of a few thousand rows, in the sheet's order; places from 0.

    Attributes:
        shared: of the cells that are stored as ``Stored.SHARED``, which shared text.
        texts: of all others, what is stored.
        hidden_rows: rows that are hidden.
    """

    rows: Integers
    columns: Integers
    styles: Integers
    stored: NDArray[np.uint8]
    shared: Integers
    texts: pl.Series
    hidden_rows: list[int] = field(default_factory=list)


@dataclass
class SharedTexts:
    """texts: as people see them, blank ones null. sizes: bytes of each."""

    texts: pl.Series

    def __post_init__(self) -> None:
        sizes = pl.col("t").str.len_bytes().fill_null(0).cast(pl.Int64)
        self.sizes = self.texts.to_frame("t").select(sizes)["t"].to_numpy()


def seen_texts(texts: pl.Series) -> pl.Series:
    """Texts of cells with what spreadsheets write for characters that XML can't hold, stripped, blank ones null."""
    escaped = texts.str.contains("_x", literal=True)
    if escaped.any():
        texts = replace_texts(texts, escaped, unescaped)
    return blank_to_null(texts.to_frame("t"))["t"]


def unescaped(text: str) -> str:
    """``_x000D_`` → the character."""
    return ESCAPED.sub(_character, text)


def _character(found: re.Match[str]) -> str:
    number = int(found[1], 16)
    return "\ufffd" if 0xD800 <= number < 0xE000 else chr(number)


class Board:
    """Lays out one sheet, batch by batch."""

    def __init__(self, shared: SharedTexts, styles: Styles, limits: Limits) -> None:
        self.limits = limits
        self.merges: list[Merge] = []
        self._shared, self._styles = shared, styles
        self._places: list[tuple[NDArray[np.int32], NDArray[np.uint16], NDArray[np.uint32]]] = []
        self._texts = [shared.texts]
        self._text_count = shared.texts.len()
        self._hidden_rows: set[int] = set()
        self._uncalculated: list[tuple[int, int]] = []
        self._height = self._width = self._count = self._size = 0

    def add(self, batch: Batch) -> None:
        """A cell that comes twice holds what came last.

        Raises:
            RefusedError: Where the sheet grows beyond the limits or refers to no shared text.
        """
        self._hidden_rows.update(batch.hidden_rows)
        if not batch.rows.size:
            return
        self._height = max(self._height, int(batch.rows.max()) + 1)
        self._width = max(self._width, int(batch.columns.max()) + 1)
        self._count += batch.rows.size
        refuse_vast(self._height, self._width, self.limits.cells, self.limits.columns)
        if self._count > self.limits.cells:
            raise too_large(f"{self._count:,}칸(cells)", f"{self.limits.cells:,}칸(cells)")
        codes = np.empty(batch.rows.size, np.uint32)
        is_shared = batch.stored == Stored.SHARED
        if batch.shared.size:
            self._refuse_strange(batch.shared)
            codes[is_shared] = batch.shared
        if batch.texts.len():
            at = np.flatnonzero(~is_shared)
            for own, texts in self._seen(batch, at):
                codes[at[own]] = self._text_count + np.arange(texts.len())
                self._texts.append(texts)
                self._text_count += texts.len()
        formulas = np.flatnonzero(batch.stored == Stored.FORMULA)
        self._uncalculated += zip(batch.rows[formulas].tolist(), batch.columns[formulas].tolist(), strict=True)
        rows, columns = batch.rows.astype(np.int32), batch.columns.astype(np.uint16)
        self._places.append((rows, columns, codes))

    def _refuse_strange(self, shared: Integers) -> None:
        if shared.min() < 0 or shared.max() >= self._shared.sizes.size:
            raise broken()
        # Laid out, a text takes room several times over.
        self._size += int(self._shared.sizes[shared].sum())
        most = self.limits.unpacked_bytes // 2
        if self._size > most:
            raise too_large(f"{self._size / 1024**2:,.0f} MiB", f"{most / 1024**2:,.0f} MiB")

    def _seen(self, batch: Batch, at: Integers) -> list[tuple[Integers, pl.Series]]:
        """What the cells at those places of a batch show: which of its texts, and as what."""
        stored, shapes = batch.stored[at], self._styles.of(batch.styles[at])
        by_shape = (stored == Stored.NUMBER) | (stored == Stored.DAY)
        keys = stored * np.uint8(SHAPES) + np.where(by_shape, shapes, 0)
        found = []
        for key in np.flatnonzero(np.bincount(keys)).tolist():
            mine = keys == key
            texts = batch.texts if mine.all() else batch.texts.filter(pl.Series(mine))
            found.append((np.flatnonzero(mine), self._shown(texts, *divmod(key, SHAPES))))
        return found

    def _shown(self, texts: pl.Series, stored: int, shape: int) -> pl.Series:
        """What texts show that are all stored in one way and have formats of one shape."""
        is_1904 = self._styles.is_1904
        if stored == Stored.NUMBER:
            odd = ~_as_shown(texts) if shape == Shape.NUMBER else _all(texts)
            return replace_texts(texts, odd, lambda text: written_text(text.strip(), Shape(shape), is_1904) or None)
        if stored == Stored.DAY:
            return replace_texts(texts, _all(texts), lambda text: iso_text(text, Shape(shape)) or None)
        if stored == Stored.TRUTH:
            return replace_texts(texts, _all(texts), lambda text: TRUTHS.get(text.strip(), text.strip()) or None)
        return seen_texts(texts)

    def grid(self, name: str, is_hidden: bool) -> Grid:
        """The sheet. Raises RefusedError where its merged ranges lie over each other."""
        merges = usable_merges(self.merges, self._height)
        blank = self._text_count
        codes = np.full((self._width, self._height), blank, np.uint32)
        for rows, columns, own in self._places:
            codes[columns, rows] = own
        self._places.clear()
        covered, unseen = self._hide_covered(codes, merges, blank)
        texts = pl.concat([*self._texts, pl.Series([None], dtype=pl.String)])
        laid = texts.gather(codes.ravel())
        height = self._height
        frame = pl.DataFrame([laid.slice(c * height, height).alias(f"c{c}") for c in range(self._width)])
        uncalculated = {place for place in self._uncalculated if place not in covered}
        for merge in merges if uncalculated else []:
            if (merge.top, merge.left) in uncalculated:
                uncalculated |= {(row, merge.left) for row in range(merge.top, merge.bottom + 1)}
        hidden_rows = sorted(row for row in self._hidden_rows if row < height)
        return Grid(
            name, frame, is_hidden, merges, hidden_rows, uncalculated=sorted(uncalculated),
            covered=texts.gather(unseen).drop_nulls().to_list() if unseen.size else [],
        )  # fmt: skip

    def _hide_covered(
        self, codes: NDArray[np.uint32], merges: list[Merge], blank: int
    ) -> tuple[set[tuple[int, int]], NDArray[np.uint32]]:
        """Blanks the cells that lie under a merged one: nobody sees them. The formulas among them, and all codes."""
        area, covered = 0, set()
        unseen = [np.zeros(0, np.uint32)]
        for merge in merges:
            part = codes[merge.left : merge.right + 1, merge.top : merge.bottom + 1]
            area += part.size
            if area > 2 * codes.size:
                raise broken()
            if part.size:
                seen = part[0, 0]
                part[0, 0] = blank
                unseen.append(np.unique(part))
                part[...] = blank
                part[0, 0] = seen
        for row, column in self._uncalculated if merges else []:
            if codes[column, row] == blank:
                covered.add((row, column))
        return covered, np.unique(np.concatenate(unseen))


def _as_shown(texts: pl.Series) -> pl.Series:
    """Which of them write a number as people see it."""
    text = pl.col("t")
    return texts.to_frame("t").select(text.str.contains(AS_SHOWN) & (text.str.len_bytes() <= MAX_AS_SHOWN))["t"]


def _all(texts: pl.Series) -> pl.Series:
    return pl.Series([True]).new_from_index(0, texts.len())
