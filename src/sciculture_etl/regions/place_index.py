"""The places that a text may name, by every name and by what lies above them, whatever the date.

A place is a name together with all codes that bore it along one line of succession, so that 강원 춘천시 is one place
although its codes changed.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache

from sciculture_etl.regions import spelling
from sciculture_etl.regions.gazetteer import OPEN_END, RANKS, SEJONG, SEJONG_CITY, Division, gazetteer

SIGUNGU, EMD = RANKS["sigungu"], RANKS["eupmyeondong"]
_SUFFIXES = "시군구읍면동"
_STEM = re.compile(r"(제[\d.]*|(?<![\d.])[\d.]*)(가제?\d*)?동$")  # of 역삼1동, 금호2.3가동


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """One name along one line of succession: its codes, and the families of what was directly and anywhere above."""

    name: str
    codes: tuple[str, ...]
    rank: int
    family: str
    is_legal: bool
    parents: frozenset[str]
    above: frozenset[str]
    is_former: bool = False  # a name from before the reference begins


_Index = dict[tuple[str, str], list[Place]]
_ANYWHERE = ""
_NONE: Sequence[Place] = ()


class PlaceIndex:
    """All places by name: anywhere, below a family, and both without suffix; sido by every spelling."""

    def __init__(self) -> None:
        known = gazetteer()
        legal_names = {item.name for item in known.divisions.values() if item.kind != "administrative"}
        groups: dict[tuple[str, str], list[Division]] = defaultdict(list)
        for item in known.divisions.values():
            if item.rank > 0 and item.code != SEJONG_CITY:
                groups[_key(item, legal_names), known.family[item.code]].append(item)
        self.named: dict[str, list[Place]] = defaultdict(list)
        self.below: _Index = {}
        self.shortened: dict[str, list[Place]] = defaultdict(list)
        self.shortened_child: _Index = defaultdict(list)
        self.shortened_below: _Index = defaultdict(list)
        self.children: dict[str, set[str]] = defaultdict(set)
        for (name, family), items in groups.items():
            self._add(_place(name, family, items))
        self.sido = {
            form: Place(form, codes, 0, known.family[codes[0]], True, frozenset(), frozenset())
            for form, codes in spelling.sido_forms().items()
        }
        self.forms: dict[str, list[str]] = defaultdict(list)
        for form, sido in self.sido.items():
            self.forms[sido.family].append(form)
        self.by_code = {code: place for items in self.named.values() for place in items for code in place.codes}
        self.by_code |= {place.codes[0]: place for place in self.sido.values() if len(place.codes) == 1}
        # si and gun that exist today: 진해 was one, but is now rather a gu
        self.lasting = {known.family[item.code] for item in known.divisions.values() if _is_permanent(item)}
        self.below |= {(_ANYWHERE, name): places for name, places in self.named.items()}
        for form, sido in self.sido.items():
            self.below[_ANYWHERE, form] = [sido, *self.named.get(form, ())]
        self.below = {**_other_names(self), **self.below}  # a real name comes first
        self.stems = {_STEM.sub("", name) for name in self.named if name[-1] == "동"} - {""}
        self.sido_or_si = self.sido.keys() & self.named.keys()  # 광주시
        self.max_letters = max(len(name) for _, name in self.below) + 2  # with 제

    @cached_property
    def letters(self) -> dict[str, str]:
        """The letters of each name, for what is misspelt."""
        return {name: spelling.strokes(name) for name in (*self.sido, *self.named)}

    def _add(self, place: Place) -> None:
        name = place.name
        short = name[:-1] if name[-1] in _SUFFIXES and len(name) > 2 else None
        self.named[name].append(place)
        for family in place.above:
            self.below.setdefault((family, name), []).append(place)
            if short:
                self.shortened_below[family, short].append(place)
        for family in place.parents:
            self.children[family].add(name)
            if short:
                self.shortened_child[family, short].append(place)
        if short:
            self.shortened[short].append(place)
        if name == "부산진구":  # which is called 진구
            for family in place.parents:
                self.shortened_child[family, "진구"].append(place)


@cache
def places() -> PlaceIndex:
    """Return all places, indexed on first use."""
    return PlaceIndex()


def below(place: Place | None, word: str) -> Sequence[Place]:
    """Return the places of that full name below a place, or anywhere."""
    family, known = place.family if place else _ANYWHERE, places().below
    found = known.get((family, word), _NONE)
    if not found and "제" in word:
        return known.get((family, spelling.without_ordinal(word)), _NONE)
    return found


def shortened_below(place: Place | None, word: str) -> Sequence[Place]:
    """Return the places whose name without its suffix is the word: directly below a place; else si and gun first."""
    if place is not None:
        return places().shortened_child.get((place.family, word), [])
    return _shortened_anywhere(word)


@lru_cache(maxsize=1 << 14)
def _shortened_anywhere(word: str) -> Sequence[Place]:
    found = places().shortened.get(word, [])
    si_gun = [item for item in found if item.family in places().lasting and item.name[-1] in "시군"]
    return si_gun or (found if any(item.rank < EMD for item in found) else [])


def is_sigungu_name(word: str) -> bool:
    """Tell whether a word is the name of some si, gun or gu, with its suffix or without."""
    index = places()
    return any(place.rank < EMD for named in (index.shortened, index.named) for place in named.get(word, ()))


def names_below(place: Place) -> set[str]:
    """Return the names of what lies, or lay, directly below a place."""
    return places().children[place.family]


def _is_permanent(item: Division) -> bool:
    return item.rank == SIGUNGU and item.end == OPEN_END


def _key(item: Division, legal_names: set[str]) -> str:
    """The name as words() leaves it; 제 before a number is dropped unless it belongs to the name, as in 거제1동."""
    name = spelling.key(item.name)
    ordinal = spelling.ORDINAL.search(name)
    if ordinal is None or f"{name[: ordinal.end()]}동" in legal_names:
        return name
    return spelling.without_ordinal(name)


def _other_names(index: PlaceIndex) -> _Index:
    """Names that the reference does not have, below a family or anywhere: 도련1동, 원대1가, 다사면 before 다사읍.

    A numeral's other spelling that is a real name elsewhere stands for a dong only
    directly below its sigungu.
    """
    found: _Index = defaultdict(list)
    siblings: dict[tuple[str, str], set[str]] = defaultdict(set)
    for name, items in index.named.items():
        if spelt := spelling.spelt_out(name):
            for parent in set().union(*(place.parents for place in items)):
                siblings[parent, spelt[0]].add(name)
    for name, items in index.named.items():
        spelt = spelling.spelt_out(name)
        for place in items:
            others = spelling.other_names(name)
            if spelt and any(len(siblings[parent, spelt[0]]) > 1 for parent in place.parents):  # 도련일동, 도련이동
                others.append(spelt[1])
            for other in others:
                for family in place.parents if other in index.named else (_ANYWHERE, *place.above):
                    found[family, other].append(place)
            if name[-1] == "읍":
                myeon = replace(place, name=f"{name[:-1]}면", is_former=True)
                for family in (*place.above, *(() if myeon.name in index.named else (_ANYWHERE,))):
                    found[family, myeon.name].append(myeon)
    return found


def _place(name: str, family: str, items: list[Division]) -> Place:
    known = gazetteer()
    parent_codes = {item.parent for item in items if item.parent}
    above = frozenset().union(*map(_families_of_line, parent_codes))
    parents = {known.family[parent] for parent in parent_codes}
    # A dong of which only the new sigungu is known may be written below that one too.
    for item in items:
        for code in known.successors.get(item.code, ()):
            if known.divisions[code].rank < item.rank:
                above |= _families_of_line(code)
    rank, is_legal = items[0].rank, items[0].kind != "administrative"
    if SEJONG in above:
        parents.add(SEJONG)
    return Place(name, tuple(item.code for item in items), rank, family, is_legal, frozenset(parents), above)


@cache
def _families_of_line(code: str) -> frozenset[str]:
    """Of a division itself and all above it."""
    known = gazetteer()
    return frozenset(known.family[line] for line in known.lines[code])
