"""Tags of XML found by their bytes alone: the linear first step of the fast pass over sheets and shared texts."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import polars as pl
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Words = NDArray[np.uint64]
Kinds = NDArray[np.uint8]
Flags = NDArray[np.bool_]

WORD = 8
# The lowest 0, 1, ... 8 bytes of a word.
LOW_BYTES = np.array([(1 << 8 * size) - 1 for size in range(WORD + 1)], np.uint64)
ZEROS = np.uint64(0x3030303030303030)  # "00000000"
HIGH_BITS = np.uint64(0x8080808080808080)
BEYOND_NINE = np.uint64(0x4646464646464646)
SPACED_TEXT = b'<t xml:space="preserve">'
ENTITY = re.compile(r"&(?:#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6})|(amp|lt|gt|quot|apos));|&")
NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}


def first_tag(data: bytes, tag: re.Pattern[bytes]) -> tuple[int, int, bytes] | None:
    """Where the first tag of a kind begins and ends, and its prefix with the colon; None where there is none, or where
    markup before it may only look like markup.
    """
    found = tag.search(data)
    if found is None or b"<!" in data[: found.start()]:
        return None
    return found.start(), found.end(), found[1] or b""


def without_prefix(data: bytes, prefix: bytes) -> bytes:
    """Markup without that prefix before the names of its elements."""
    return data.replace(b"<" + prefix, b"<").replace(b"</" + prefix, b"</") if prefix else data


class NotPlainError(ValueError):
    """The bytes may be good XML, but are none that the fast pass knows."""


class Markup:
    """Bytes of XML with the places and kinds of their tags.

    Attributes:
        at: where the tags begin, ascending.
        kinds: which of the tags given each is, from 1 in their order; 0 for any other.
        words: the eight bytes from each byte on, as one number.
    """

    def __init__(self, data: bytes, tags: list[bytes]) -> None:
        """tags: their first bytes without ``<``, at most eight with it, told apart by their first two.

        Raises:
            NotPlainError: Where there are comments, instructions, CDATA or bytes that no XML holds.
        """
        if b"]" in data and b"]]>" in data:  # one rare byte is found far faster than three
            raise NotPlainError
        self.data = data
        padded = np.frombuffer(data + bytes(4 * WORD), np.uint8)
        # Of all control characters only tabs and line feeds are what they are; XML has others, or changes them.
        controls = np.count_nonzero(padded[: len(data)] < ord(" "))
        if controls and controls != data.count(b"\t") + data.count(b"\n"):
            raise NotPlainError
        self.words: Words = np.ndarray((len(data) + 3 * WORD,), "<u8", padded, strides=(1,))
        self.at: Integers = np.flatnonzero(padded == ord("<"))
        self.first: Words = self.words[self.at]
        second = (self.first >> np.uint64(8)) & np.uint64(0xFF)
        if ((second == ord("!")) | (second == ord("?"))).any():
            raise NotPlainError
        table, expected, mask = np.zeros(1 << 16, np.uint8), [0], [0]
        for number, tag in enumerate(tags, start=1):
            table[int.from_bytes(tag[:2], "little")] = number
            expected.append(int.from_bytes(b"<" + tag, "little"))
            mask.append((1 << 8 * (len(tag) + 1)) - 1)
        kinds = table[(self.first >> np.uint64(8)) & np.uint64(0xFFFF)]
        known = (self.first & np.array(mask, np.uint64)[kinds]) == np.array(expected, np.uint64)[kinds]
        self.kinds: Kinds = np.where(known, kinds, 0)

    def refuse_other_than(self, tag: bytes, starts: Integers) -> None:
        """Raises NotPlainError unless that tag, of a multiple of eight bytes, stands at each of those places."""
        for begin in range(0, len(tag) if starts.size else 0, WORD):
            word = int.from_bytes(tag[begin : begin + WORD], "little")
            if (self.words[starts + begin] != word).any():
                raise NotPlainError

    def texts(self, starts: Integers, ends: Integers) -> pl.Series:
        """The texts between those places, which ascend, with their entities resolved.

        Raises:
            NotPlainError: Where an entity is none of XML's own.
        """
        if not starts.size:
            return pl.Series([], dtype=pl.String)
        import pyarrow as pa  # not for every file, and it takes long to import

        offsets = np.empty(2 * starts.size, np.int64)
        offsets[::2], offsets[1::2] = starts, ends
        array = pa.LargeStringArray.from_buffers(offsets.size - 1, pa.py_buffer(offsets), pa.py_buffer(self.data))
        try:
            array.validate(full=True)
        except pa.ArrowInvalid:
            raise NotPlainError from None
        # A copy of the texts alone, which does not keep all the markup between them in memory.
        # From its buffer: of a numpy array, the library would import another one to ask what it is.
        every_second = np.arange(0, offsets.size - 1, 2)
        taken = pa.Array.from_buffers(pa.int64(), every_second.size, [None, pa.py_buffer(every_second)])
        series = pl.Series(pl.from_arrow(array.take(taken)))
        if b"&" in self.data and series.str.contains("&", literal=True).any():
            return replace_texts(series, series.str.contains("&", literal=True), unescape)
        return series


def is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def replace_texts(series: pl.Series, which: pl.Series, change: Callable[[str], str | None]) -> pl.Series:
    """The texts, where ``which`` says so, changed; each distinct text once."""
    found = series.filter(which).unique()
    changed = pl.Series([change(text) for text in found], dtype=pl.String)
    if not found.len():
        return series
    if found.len() == 1:
        return series.set(which, changed[0])
    new = series.filter(which).replace_strict(found, changed, return_dtype=pl.String)
    return series.scatter(which.arg_true(), new)


def unescape(text: str) -> str:
    """Raises NotPlainError for what is no reference, or refers to no character of XML."""

    def resolved(found: re.Match[str]) -> str:
        decimal, hexadecimal, name = found.groups()
        if name:
            return NAMED[name]
        if not decimal and not hexadecimal:
            raise NotPlainError
        number = int(decimal) if decimal else int(hexadecimal, 16)
        is_control = number < 32 and number not in (9, 10, 13)
        if is_control or 0xD800 <= number < 0xE000 or number in (0xFFFE, 0xFFFF) or number > 0x10FFFF:
            raise NotPlainError
        return chr(number)

    return ENTITY.sub(resolved, text)


def numbers_at(markup: Markup, starts: Integers, ends: Integers) -> Integers:
    """The whole numbers of one to eight digits between those places.

    Raises:
        NotPlainError: Where there is anything else.
    """
    sizes = ends - starts
    if sizes.size and (sizes.min() < 1 or sizes.max() > WORD):
        raise NotPlainError
    values, good = digits(markup.words[starts], sizes)
    if not good.all():
        raise NotPlainError
    return values


def digits(words: Words, sizes: Integers) -> tuple[Integers, Flags]:
    """The number that the first one to eight bytes of each word write, and whether they are digits."""
    shift = (np.uint64(8) * (np.uint64(WORD) - sizes.astype(np.uint64))).astype(np.uint64)
    text = (words << shift) | (ZEROS & LOW_BYTES[WORD - sizes])
    good = ((text + BEYOND_NINE) | (text - ZEROS)) & HIGH_BITS == 0
    value = text & np.uint64(0x0F0F0F0F0F0F0F0F)
    # Pairs of digits, then of pairs, then of fours: all eight in three steps.
    value = (value * np.uint64(2561)) >> np.uint64(8)
    value = ((value & np.uint64(0x00FF00FF00FF00FF)) * np.uint64(6553601)) >> np.uint64(16)
    value = ((value & np.uint64(0x0000FFFF0000FFFF)) * np.uint64(42949672960001)) >> np.uint64(32)
    return value.astype(np.int64), good
