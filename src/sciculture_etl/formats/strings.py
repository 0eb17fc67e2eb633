"""Shared texts of .xlsx: a text that is written once may stand in every cell of a sheet."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator

import numpy as np
import polars as pl

from sciculture_etl.formats.package import Package, Part
from sciculture_etl.formats.sheet_cells import SharedTexts, seen_texts
from sciculture_etl.formats.sheet_xml import BLOCK, Blocks, Parser
from sciculture_etl.formats.tags import SPACED_TEXT as SPACED_TEXT_TAG
from sciculture_etl.formats.tags import Markup, NotPlainError, first_tag, without_prefix

ITEM, ITEM_END, TEXT, SPACED_TEXT, TEXT_END = range(1, 6)
ROOT, OWN_ITEM, OWN_TEXT, RUN, RUN_TEXT = range(1, 6)
PATHS = {0: {"*": ROOT}, ROOT: {"si": OWN_ITEM}, OWN_ITEM: {"t": OWN_TEXT, "r": RUN}, RUN: {"t": RUN_TEXT}}
TEXTS = frozenset({OWN_TEXT, RUN_TEXT})
TAGS = [b"si>", b"/si>", b"t>", b"t ", b"/t>"]
FIRST_ITEM = re.compile(rb"<([A-Za-z][A-Za-z0-9]{0,15}:)?si>")
BEGIN, END = b"<si>", b"</si>"


class TextParser(Parser):
    """The items of a table of shared texts → their texts, without reading aids and looks."""

    def __init__(self, part: Part) -> None:
        super().__init__(part, PATHS, TEXTS)
        self.found: list[str] = []
        self._pieces: list[str] = []

    def text(self, text: str) -> None:
        self._pieces.append(text)

    def end(self, state: int) -> None:
        if state == OWN_ITEM:
            self.found.append("".join(self._pieces))
            self._pieces = []


def read_shared_texts(package: Package, name: str | None) -> SharedTexts:
    """The texts of a part; none where there is no such part. Raises RefusedError for what is no XML or too large."""
    if name is None:
        return SharedTexts(pl.Series([], dtype=pl.String))
    part = package.open(name)
    found = [seen_texts(texts) for texts in _texts(part)]
    return SharedTexts(pl.concat([pl.Series([], dtype=pl.String), *found], rechunk=True))


def _texts(part: Part) -> Iterator[pl.Series]:
    parser = TextParser(part)
    rest = yield from _plain_texts(part, parser)
    while rest:
        parser.feed(rest)
        if parser.found:
            yield pl.Series(parser.found, dtype=pl.String)
            parser.found = []
        rest = part.read(BLOCK)
    parser.feed(b"", is_last=True)


def _plain_texts(part: Part, parser: TextParser) -> Generator[pl.Series, None, bytes]:
    """The items that the fast pass knows, with richer ones among them; gives what was read and not taken."""
    rest = part.read(BLOCK)
    if (found := first_tag(rest, FIRST_ITEM)) is None:
        return rest
    begin, _, prefix = found
    parser.feed(rest[:begin])
    rest = rest[begin:]
    blocks = Blocks(part, rest, b"<" + prefix + b"si>", b"</" + prefix + b"si>")
    while parser.is_utf8 and parser.state == ROOT and (block := blocks.next()):
        try:
            texts, rich = _plain_items(without_prefix(block, prefix))
        except NotPlainError:
            break
        if rich:
            parser.feed(b"".join(item for _, item in rich))
            at = np.array([number for number, _ in rich], np.uint32)
            texts, parser.found = texts.scatter(at, parser.found), []
        yield texts
        blocks.take(block)
    return blocks.rest


def _plain_items(data: bytes) -> tuple[pl.Series, list[tuple[int, bytes]]]:
    """The texts of whole items, and which of them, by number and XML, are more than one plain text.

    Raises:
        NotPlainError: Where they are written in another way than this pass knows.
    """
    markup = Markup(data, TAGS)
    at, kinds = markup.at, markup.kinds
    begin, end = np.flatnonzero(kinds == ITEM), np.flatnonzero(kinds == ITEM_END)
    if begin.size != end.size or (begin >= end).any() or (begin[1:] != end[:-1] + 1).any() or begin[0] != 0:
        raise NotPlainError
    if (at[begin[1:]] != at[end[:-1]] + len(END)).any() or at[0] != 0:
        raise NotPlainError
    inner = np.minimum(begin + 1, end)
    is_spaced = kinds[inner] == SPACED_TEXT
    plain = (end - begin == 3) & (is_spaced | (kinds[inner] == TEXT)) & (kinds[end - 1] == TEXT_END)
    plain &= (at[inner] == at[begin] + len(BEGIN)) & (at[end] == at[end - 1] + len(b"</t>"))
    markup.refuse_other_than(SPACED_TEXT_TAG, at[inner[is_spaced & plain]])
    starts = at[inner] + np.where(is_spaced, len(SPACED_TEXT_TAG), len(b"<t>"))
    ends = at[end - 1]
    rich = [
        (number, data[at[begin[number]] : at[end[number]] + len(END)]) for number in np.flatnonzero(~plain).tolist()
    ]
    return markup.texts(np.where(plain, starts, at[begin]), np.where(plain, ends, at[begin])), rich
