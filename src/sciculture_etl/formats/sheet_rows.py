"""Rows of a sheet as nearly all programs write them, read by the bytes of their tags, many thousands at a time.

What is written in any other way is left to the parser of ``sheet_xml``, cell by cell: this pass knows one way to write
a row, checks every byte of every tag against it, and never guesses.
"""

from __future__ import annotations

import re

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sciculture_etl.formats.sheet_cells import STORED, Batch, Stored
from sciculture_etl.formats.tags import (
    LOW_BYTES,
    WORD,
    Flags,
    Integers,
    Markup,
    NotPlainError,
    Words,
    digits,
    is_utf8,
    numbers_at,
    unescape,
)
from sciculture_etl.formats.tags import (
    SPACED_TEXT as SPACED_TEXT_TAG,
)

ROW, ROW_END, CELL, CELL_END, VALUE, VALUE_END, NO_VALUE, FORMULA, SPACED_FORMULA, NO_FORMULA, FORMULA_END = range(
    1, 12
)
INLINE, INLINE_END, TEXT, SPACED_TEXT, TEXT_END = range(12, 17)
TAGS = [
    b'row r="', b"/row>", b'c r="', b"/c>", b"v>", b"/v>", b"v/>", b"f>", b"f ", b"f/>", b"/f>",
    b"is>", b"/is>", b"t>", b"t ", b"/t>",
]  # fmt: skip
WHOLE = [ROW_END, CELL_END, VALUE_END, NO_VALUE, NO_FORMULA, FORMULA_END, INLINE, INLINE_END, TEXT_END]
FOLLOWS = {
    ROW: [ROW, CELL, ROW_END],
    ROW_END: [ROW],
    CELL: [CELL, CELL_END, ROW_END, VALUE, NO_VALUE, FORMULA, SPACED_FORMULA, NO_FORMULA, INLINE],
    CELL_END: [CELL, ROW_END],
    VALUE: [VALUE_END],
    VALUE_END: [CELL_END],
    NO_VALUE: [CELL_END],
    FORMULA: [FORMULA_END],
    SPACED_FORMULA: [FORMULA_END, VALUE, NO_VALUE, CELL_END],
    NO_FORMULA: [VALUE, NO_VALUE, CELL_END],
    FORMULA_END: [VALUE, NO_VALUE, CELL_END],
    INLINE: [TEXT],
    TEXT: [TEXT_END],
    TEXT_END: [INLINE_END],
    INLINE_END: [CELL_END],
}
FOLLOWS[INLINE].append(SPACED_TEXT)
FOLLOWS[SPACED_TEXT] = FOLLOWS[TEXT]
KINDS = len(TAGS) + 1
MAY_FOLLOW = np.zeros(KINDS * KINDS, np.bool_)
for kind, followers in FOLLOWS.items():
    MAY_FOLLOW[[kind * KINDS + follower for follower in followers]] = True
LENGTHS = np.zeros(KINDS, np.int64)
LENGTHS[WHOLE] = [len(TAGS[kind - 1]) + 1 for kind in WHOLE]
REST = re.compile(rb'((?: [A-Za-z][A-Za-z0-9:]*="[^"<>&]*")*) ?(/?)>')
ATTRIBUTE = re.compile(rb' ([A-Za-z][A-Za-z0-9:]*)="([^"<>&]*)"')
FORMULA_TAG = re.compile(rb"<f(?: [^<>]*)?>")
TYPES = {name.encode(): stored for name, stored in STORED.items()}
LONGEST_REST = 3 * WORD
FEW = 24  # distinct tags that are looked for one by one
QUOTES, ONES, HIGH = np.uint64(0x2222222222222222), np.uint64(0x0101010101010101), np.uint64(0x8080808080808080)
MIX = [np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F), np.uint64(0x165667B19E3779F9)]


def read_plain_rows(data: bytes) -> tuple[Batch, int]:
    """Whole rows, from ``<row`` to ``</row>``, and the number of the last one, from 1.

    Raises:
        NotPlainError: Where they are written in another way than this pass knows, or wrongly.
    """
    markup = Markup(data, TAGS)
    at, kinds = markup.at, markup.kinds
    if not at.size or at[0] != 0 or kinds[0] != ROW or kinds[-1] != ROW_END:
        raise NotPlainError
    if not MAY_FOLLOW[kinds[:-1].astype(np.uint16) * KINDS + kinds[1:]].all():
        raise NotPlainError
    lengths = LENGTHS[kinds[:-1]]
    if ((at[1:] - at[:-1] != lengths) & (lengths > 0)).any():
        raise NotPlainError
    hidden, last = _rows(markup)
    cells = np.flatnonzero(kinds == CELL)
    rows, columns, rest = _places(markup, at[cells] + len(b'<c r="'))
    styles, types, is_closed = _attributes(markup, rest, at[cells + 1])
    following = kinds[cells + 1]
    if (is_closed != ((following == CELL) | (following == ROW_END))).any():
        raise NotPlainError
    order = rows * (1 << 16) + columns
    if (order[1:] <= order[:-1]).any():
        raise NotPlainError
    return _batch(markup, cells, rows, columns, styles, types, hidden), last


def _rows(markup: Markup) -> tuple[list[int], int]:
    """Which rows are hidden, from 0, and the number of the last, from 1."""
    tags = np.flatnonzero(markup.kinds == ROW)
    numbers, rest = _numbers(markup, markup.at[tags] + len(b'<row r="'))
    ids, found = _distinct(markup, rest, markup.at[tags + 1], LONGEST_REST * 8)
    hidden, closed = [], np.zeros(len(found), np.bool_)
    for number, text in enumerate(found):
        own, closed[number] = _parsed(text)
        if own.get(b"hidden") in (b"1", b"true"):
            hidden += (numbers[ids == number] - 1).tolist()
        if b"r" in own:
            raise NotPlainError
    if (closed[ids] != (markup.kinds[tags + 1] == ROW)).any():
        raise NotPlainError
    return hidden, int(numbers[-1])


def _parsed(rest: bytes) -> tuple[dict[bytes, bytes], bool]:
    """The attributes in the rest of a tag, and whether it closes itself."""
    if not (found := REST.fullmatch(rest)) or not is_utf8(rest):
        raise NotPlainError
    pairs = ATTRIBUTE.findall(found[1])
    if len(own := dict(pairs)) < len(pairs):
        raise NotPlainError
    return own, bool(found[2])


def _numbers(markup: Markup, starts: Integers) -> tuple[Integers, Integers]:
    """Numbers of at most seven digits that end with a quote, and where the quotes end."""
    words = markup.words[starts]
    differ = words ^ QUOTES
    marks = (differ - ONES) & ~differ & HIGH  # the lowest is that of the first quote
    lowest = marks & (~marks + np.uint64(1))
    sizes = (np.bitwise_count(lowest - np.uint64(1)) >> 3).astype(np.int64)
    if not starts.size:
        return starts, starts
    if not marks.all() or sizes.min() < 1:
        raise NotPlainError
    values, good = digits(words, sizes)
    if not good.all() or values.min() < 1:
        raise NotPlainError
    return values, starts + sizes + 1


def _places(markup: Markup, starts: Integers) -> tuple[Integers, Integers, Integers]:
    """Rows and columns of references, both from 0, and where their quotes end."""
    words = markup.words[starts]
    letters = [((words >> np.uint64(8 * n)) & np.uint64(0xFF)).astype(np.int64) for n in range(3)]
    is_second = letters[1] >= ord("A")
    is_third = is_second & (letters[2] >= ord("A"))
    if letters[0].size and (letters[0].min() < ord("A") or max(*map(np.max, _used(letters, is_second, is_third))) > 90):
        raise NotPlainError
    first, second, third = (letter - 64 for letter in letters)
    columns = first
    if is_second.any():
        columns = np.where(is_second, columns * 26 + second, columns)
        columns = np.where(is_third, columns * 26 + third, columns)
    numbers, ends = _numbers(markup, starts + 1 + is_second + is_third)
    return numbers - 1, columns - 1, ends


def _used(letters: list[Integers], is_second: Flags, is_third: Flags) -> list[Integers]:
    return [letters[0], letters[1] * is_second, letters[2] * is_third]


def _attributes(markup: Markup, starts: Integers, ends: Integers) -> tuple[Integers, NDArray[np.uint8], Flags]:
    """Styles, types and whether the tag closes itself, of cells whose tags end there."""
    ids, found = _distinct(markup, starts, ends, LONGEST_REST)
    styles, types = np.zeros(len(found), np.int64), np.zeros(len(found), np.uint8)
    closed = np.zeros(len(found), np.bool_)
    for number, text in enumerate(found):
        own, closed[number] = _parsed(text)
        style, kind = own.get(b"s", b"0"), own.get(b"t", b"n")
        if b"r" in own or not style.isdigit() or len(style) > 8 or kind not in TYPES:
            raise NotPlainError
        styles[number], types[number] = int(style), TYPES[kind]
        if kind == b"inlineStr":
            types[number] = INLINE_TEXT
    return styles[ids], types[ids], closed[ids]


INLINE_TEXT = 64  # an inline text, until it is clear that it stands in a tag of its own


def _distinct(markup: Markup, starts: Integers, ends: Integers, longest: int) -> tuple[Integers, list[bytes]]:
    """Which of the distinct texts between those places each is, and these."""
    sizes = ends - starts
    if not sizes.size:
        return sizes, []
    if sizes.min() < 1 or sizes.max() > longest:
        raise NotPlainError
    parts: list[Words] = []
    for begin in range(0, int(sizes.max()), WORD):
        words = markup.words[np.minimum(starts + begin, len(markup.data))]
        parts.append(words & LOW_BYTES[np.clip(sizes - begin, 0, WORD)])
    mixed = parts[0]
    for number, part in enumerate(parts[1:]):
        mixed = (mixed ^ (mixed >> np.uint64(29))) * MIX[number % len(MIX)] + part
    first, ids = _ranked(mixed)
    # Two texts may mix to one number: only what is equal to its example word by word is the same.
    if any((part != part[first][ids]).any() for part in parts):
        raise NotPlainError
    return ids, [markup.data[starts[at] : ends[at]] for at in first]


def _ranked(values: Words) -> tuple[Integers, Integers]:
    """Where each distinct value stands first, and which of them each value is."""
    first, ids = [0], np.zeros(values.size, np.int64)
    rest = np.flatnonzero(values != values[0])
    while rest.size and len(first) < FEW:
        is_same = values[rest] == values[rest[0]]
        ids[rest[is_same]] = len(first)
        first.append(int(rest[0]))
        rest = rest[~is_same]
    if rest.size:
        _, found, ids = np.unique(values, return_index=True, return_inverse=True)
        return found, ids
    return np.array(first), ids


def _batch(
    markup: Markup, cells: Integers, rows: Integers, columns: Integers, styles: Integers, types: NDArray[np.uint8],
    hidden: list[int],
) -> Batch:  # fmt: skip
    at, kinds = markup.at, markup.kinds
    is_text = (kinds == TEXT) | (kinds == SPACED_TEXT)
    tags = np.flatnonzero((kinds == VALUE) | is_text)
    owners: Integers = np.arange(tags.size)
    if tags.size != cells.size:
        owners = np.cumsum(kinds == CELL)[tags] - 1
    starts, ends = at[tags] + len(b"<v>"), at[tags + 1]
    spaced = np.flatnonzero(kinds[tags] == SPACED_TEXT)
    markup.refuse_other_than(SPACED_TEXT_TAG, at[tags[spaced]])
    starts[spaced] += len(SPACED_TEXT_TAG) - len(b"<t>")
    if ((types[owners] == INLINE_TEXT) != is_text[tags]).any():
        raise NotPlainError
    types = np.where(types == INLINE_TEXT, np.uint8(Stored.TEXT), types)
    filled = np.flatnonzero(ends > starts)
    if filled.size < tags.size:
        tags, owners, starts, ends = tags[filled], owners[filled], starts[filled], ends[filled]
    lone, formulas = _formulas(markup, cells, types, owners)
    is_shared = types[owners] == Stored.SHARED
    texts = markup.texts(starts[~is_shared], ends[~is_shared])
    shared = numbers_at(markup, starts[is_shared], ends[is_shared])
    stored = types[owners]
    if lone.size:
        owners = np.concatenate([owners, lone])
        stored = np.concatenate([stored, np.full(lone.size, Stored.FORMULA, np.uint8)])
        texts = pl.concat([texts, pl.Series(formulas, dtype=pl.String)])
    return Batch(rows[owners], columns[owners], styles[owners], stored, shared, texts, hidden)


def _formulas(
    markup: Markup, cells: Integers, types: NDArray[np.uint8], filled: Integers
) -> tuple[Integers, list[str]]:  # fmt: skip
    """Cells with a formula and without a result, and what these show."""
    kinds, at = markup.kinds, markup.at
    tags = np.flatnonzero((kinds == FORMULA) | (kinds == SPACED_FORMULA) | (kinds == NO_FORMULA))
    if not tags.size:
        return tags, []
    closing = tags[(kinds[tags] == SPACED_FORMULA) & (kinds[tags + 1] != FORMULA_END)]
    if (markup.words[at[closing + 1] - 2] & np.uint64(0xFFFF) != int.from_bytes(b"/>", "little")).any():
        raise NotPlainError
    of_tag = np.cumsum(kinds == CELL) - 1
    without = np.ones(cells.size, np.bool_)
    without[filled] = False
    # A formula whose result is an empty text has one.
    with_value = of_tag[np.flatnonzero((kinds == VALUE) | (kinds == NO_VALUE))]
    without[with_value[types[with_value] == Stored.TEXT]] = False
    lone = tags[without[of_tag[tags]]]
    texts = []
    for tag in lone.tolist():
        written = markup.data[at[tag] : at[tag + 1]]
        if not is_utf8(written):
            raise NotPlainError
        formula = b"" if written.endswith(b"/>") else FORMULA_TAG.sub(b"", written, count=1)
        texts.append("=" + unescape(formula.decode()))
    return of_tag[lone], texts
