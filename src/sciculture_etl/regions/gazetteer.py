"""Every division since 2010 and how they follow one another: what was valid when, and what became of what."""

import csv
import datetime as dt
import hashlib
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

_REFERENCE = Path(__file__).parent / "reference"
_TABLES = ("divisions", "legal_administrative", "successions")

OPEN_END = dt.date.max.toordinal()
SEJONG_CITY = "3611000000"  # in the codes Sejong is a sigungu of itself; in the law, and here, a sido only
SEJONG = "3600000000"

RANKS = {"sido": 0, "sigungu": 1, "general_gu": 2, "eupmyeondong": 3}


class Division(NamedTuple):
    """One code of divisions.csv. Days are ordinals; `end` is the first day no longer valid."""

    code: str
    kind: str
    rank: int
    name: str
    full_name: str
    name_en: str
    parent: str | None
    sido: str
    sigungu: str | None
    general_gu: str | None
    start: int
    end: int

    def is_valid(self, day: int) -> bool:
        return self.start <= day < self.end


class Gazetteer:
    """The reference tables in memory, asked by code and day (a date's ordinal)."""

    def __init__(self) -> None:
        self.divisions = {row[0]: _division(*row) for row in _rows("divisions", _DIVISIONS)}
        self.changes = [
            (code, successor, day, change) for code, successor, day, change in _rows("successions", _SUCCESSIONS)
        ]
        self.successors: dict[str, list[str]] = defaultdict(list)
        self.predecessors: dict[str, list[str]] = defaultdict(list)
        for code, successor, _, _ in self.changes:
            self.successors[code].append(successor)
            self.predecessors[successor].append(code)
        self.lines: dict[str, frozenset[str]] = {}
        for code in self.divisions:
            self._add_line(code)
        self.family = self._families()
        days = {day for item in self.divisions.values() for day in (item.start, item.end)}
        self._change_days = sorted(days)
        self._images: dict[tuple[str, int], frozenset[str]] = {}
        self._administrative_of, self._legal_of = _pairs()

    def era(self, day: int) -> int:
        """Number the stretch of days around this one in which no division changes."""
        return bisect_right(self._change_days, day)

    def images(self, code: str, day: int) -> frozenset[str]:
        """Return the codes valid on the day that hold the ground of this one: itself, its heirs or its forebears."""
        key = (code, self.era(day))
        found = self._images.get(key)
        if found is None:
            found = self._images[key] = frozenset(self._follow(code, day))
        return found

    def administrative_of(self, legal: str, day: int) -> list[str]:
        """Return the administrative emd that a legal emd lies in on the day."""
        return [code for code, start, end in self._administrative_of.get(legal, ()) if start <= day < end]

    def legal_of(self, administrative: str, day: int) -> list[str]:
        """Return the legal emd that lie, in whole or in part, in an administrative emd on the day."""
        return [code for code, start, end in self._legal_of.get(administrative, ()) if start <= day < end]

    def has_ever_shared(self, legal: str, administrative: str) -> bool:
        """Tell whether the two emd shared ground on any day."""
        return any(code == administrative for code, _, _ in self._administrative_of.get(legal, ()))

    def _follow(self, code: str, day: int) -> set[str]:
        division = self.divisions[code]
        if division.is_valid(day):
            return {SEJONG if code == SEJONG_CITY else code}
        ended = division.end <= day
        found: set[str] = set()
        for other in (self.successors if ended else self.predecessors).get(code, ()):
            if ended or self.divisions[other].rank <= division.rank:  # a gu is not the heir of the dongs it took over
                found |= self.images(other, day)
        return found

    def _add_line(self, code: str) -> frozenset[str]:
        """The division itself and all above it."""
        if (line := self.lines.get(code)) is None:
            parent = self.divisions[code].parent
            line = frozenset((code,)) if parent is None else self._add_line(parent) | {code}
            self.lines[code] = line
        return line

    def _families(self) -> dict[str, str]:
        """Name each chain of divisions that only changed name, code or parent after one of its codes."""
        family = {code: code for code in self.divisions}

        def root(code: str) -> str:
            while family[code] != code:
                code = family[code]
            return code

        for code, successor, _, change in self.changes:
            same_ground = change in ("renamed", "recoded", "moved")
            if same_ground and self.divisions[code].rank == self.divisions[successor].rank:
                family[root(successor)] = root(code)
        family[SEJONG_CITY] = SEJONG
        return {code: root(code) for code in family}


@cache
def gazetteer() -> Gazetteer:
    """Return the one gazetteer, read on first use."""
    return Gazetteer()


_DIVISIONS = (
    "code", "kind", "level", "name_ko", "full_name_ko", "name_en", "parent_code", "sido_code", "sigungu_code",
    "general_gu_code", "valid_from", "valid_to",
)  # fmt: skip
_SUCCESSIONS = ("code", "successor_code", "changed_on", "change")
_LEGAL_ADMINISTRATIVE = ("legal_code", "admin_code", "valid_from", "valid_to")


def _rows(table: str, columns: Sequence[str]) -> list[list[str]]:
    """The rows of divisions, successions or legal_administrative as text; an open end is ''."""
    with (_REFERENCE / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        names, *rows = csv.reader(file)
    assert tuple(names) == tuple(columns), table
    return rows


def reference_version() -> str:
    """Return a hash of the reference tables: it changes when, and only when, a resolution may."""
    content = b"".join((_REFERENCE / f"{table}.csv").read_bytes() for table in _TABLES)
    return hashlib.sha256(content).hexdigest()[:16]


def _division(
    code: str, kind: str, level: str, name: str, full_name: str, name_en: str, parent: str, sido: str, sigungu: str,
    general_gu: str, start: str, end: str,
) -> Division:  # fmt: skip
    return Division(
        code, kind, RANKS[level], name, full_name, name_en, parent or None, sido, sigungu or None, general_gu or None,
        _ordinal(start), _ordinal(end),
    )  # fmt: skip


@cache
def _ordinal(day: str) -> int:
    return dt.date.fromisoformat(day).toordinal() if day else OPEN_END


_Spans = dict[str, list[tuple[str, int, int]]]


def _pairs() -> tuple[_Spans, _Spans]:
    administrative_of: _Spans = defaultdict(list)
    legal_of: _Spans = defaultdict(list)
    for legal, administrative, valid_from, valid_to in _rows("legal_administrative", _LEGAL_ADMINISTRATIVE):
        start, end = _ordinal(valid_from), _ordinal(valid_to)
        administrative_of[legal].append((administrative, start, end))
        legal_of[administrative].append((legal, start, end))
    return administrative_of, legal_of
