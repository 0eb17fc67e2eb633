"""How a delimited text parts its cells: its separator and its quotes, told from lines of all of it."""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

# The csv module's own limit of 131,072 characters a field would turn one stray quote into a crash.
csv.field_size_limit(2**31 - 1)
HEAD_LINES = 48
SPREAD_LINES = 48  # further lines looked at, spread over the rest of the text
LINE_CHARACTERS = 4_096
SEPARATORS = (",", "\t", ";", "|", "^")
DOUBLED = ("|", ";", "^")
STATED_SEPARATOR = re.compile(rb'"?sep=(.)"?[ ,;\t]*(?:\n|$)', re.IGNORECASE)
QUOTE_OPENS = re.compile(r'(?:^|[,;\t|^])"')
OPENING, CLOSING = re.compile(r"(?:^|[,;\t|^])'"), re.compile(r"'(?=$|[,;\t|^])")
QUOTED = {'"': re.compile(r'"[^"]*"'), "'": re.compile(r"'[^']*'")}


@dataclass(frozen=True)
class Dialect:
    """How cells are parted.

    Attributes:
        width: cells of most lines.
        blank_before_quote: whether blanks stand between a separator and the quote after it (``a, "b"``).
        doubled: whether the separator is written twice each time (``a||b``).
    """

    separator: str
    quote: str = '"'
    width: int = 1
    blank_before_quote: bool = False
    doubled: bool = False

    def cells_in(self, line: str) -> int:
        """How many cells a line has by itself; a quote that it leaves open parts nothing."""
        return _bare(line, self.quote).count(self.separator) + 1


def find_dialect(text: bytes, stated: str | None = None) -> Dialect:
    """The dialect of a text in UTF-8 with line feeds.

    Args:
        stated: the separator that the text itself names.
    """
    lines = sample_lines(text)
    quote = "'" if _quotes_singly(lines) else '"'
    bare = [_bare(line, quote) for line in lines]
    agreeing = [_agreement(mark, bare) for mark in ((stated,) if stated else SEPARATORS)]
    best = max(agreeing, key=lambda found: found.marks * len(found.lines))
    # Decimal commas may outnumber the semicolons of every line, but not in the line of headers.
    wider = [found for found in agreeing if found.lines > best.lines]
    separator, marks = max(wider or [best], key=lambda found: len(found.lines))[:2]
    head = next((line for line in bare if marks and line.count(separator) == marks), "")
    doubled = separator in DOUBLED and marks > 0 and head.count(2 * separator) * 2 == marks
    width = (marks // 2 if doubled else marks) + 1
    if not doubled and any(quote in line for line in lines[:HEAD_LINES]):
        # Lines within quoted cells have other widths than their records; a title over the table has one cell.
        widths = Counter(map(len, csv.reader(lines[:HEAD_LINES], delimiter=separator, quotechar=quote)))
        common = widths.most_common(1)[0][0]
        width = common if common > 1 else width
    spaced = re.compile(re.escape(separator) + f" +{quote}")
    spaced_quote = sum(quote in line and bool(spaced.search(line)) for line in lines)
    return Dialect(separator, quote, width, spaced_quote * 2 > len(lines), doubled)


def sample_lines(text: bytes) -> list[str]:
    """The first lines, and some of the rest at even distances; each cut where it is very long, none of them blank."""
    head_end = 0
    for _ in range(HEAD_LINES):
        head_end = text.find(b"\n", head_end, head_end + 4 * LINE_CHARACTERS * HEAD_LINES) + 1
        if not head_end:
            break
    head = text[: head_end or 4 * LINE_CHARACTERS * HEAD_LINES].split(b"\n")
    rest = len(text) - head_end if head_end else 0
    places = [head_end + rest * n // SPREAD_LINES for n in range(SPREAD_LINES)] if rest else []
    starts = dict.fromkeys(text.find(b"\n", place) + 1 for place in places)
    window = 4 * LINE_CHARACTERS
    spread = [text[start : start + window].partition(b"\n")[0] for start in starts if start]
    return [line[:window].decode(errors="ignore") for line in (*head, *spread) if line.strip()]


def _bare(line: str, quote: str) -> str:
    """A line with a letter for each quoted cell."""
    return QUOTED[quote].sub("x", line) if quote in line else line


class _Agreement(NamedTuple):
    separator: str
    marks: int
    lines: set[int]


def _agreement(separator: str, lines: list[str]) -> _Agreement:
    """The number of separators that most lines have, none apart, and which lines these are."""
    counts = [line.count(separator) for line in lines]
    common = Counter(count for count in counts if count).most_common(1)
    marks = common[0][0] if common else 0
    return _Agreement(separator, marks, {at for at, count in enumerate(counts) if count == marks > 0})


def _quotes_singly(lines: list[str]) -> bool:
    """Whether apostrophes do what quotes do elsewhere: most lines open as many as they close."""
    quoted = [line for line in lines if "'" in line]
    if not quoted or any(QUOTE_OPENS.search(line) for line in lines if '"' in line):
        return False
    even = [line for line in quoted if len(OPENING.findall(line)) == len(CLOSING.findall(line)) > 0]
    return len(even) * 2 > len(lines) and len(even) * 10 >= len(quoted) * 9
