"""Which district of a map shows which figures: these have the codes of their year, maps those of their day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

# Why a district shows no value, beside those of figures (x withheld, … not published yet).
NONE, SPLIT, NOT_ADDED, OUTSIDE = "-", "s", "m", "o"


@dataclass(frozen=True)
class Figure:
    """What was published of a district in a year: a value, or the symbol that stands for it."""

    value: float | None
    symbol: str | None = None
    is_provisional: bool = False


NOTHING = Figure(None, NONE)


@dataclass(frozen=True)
class Lineage:
    """What became of which division: codes of sido, or of sigungu.

    Attributes:
        successors: code → those that followed it, the next ones alone.
    """

    successors: Mapping[str, tuple[str, ...]]
    predecessors: Mapping[str, tuple[str, ...]] = field(init=False)

    def __post_init__(self) -> None:
        before: dict[str, tuple[str, ...]] = defaultdict(tuple)
        for code, following in self.successors.items():
            for successor in following:
                before[successor] += (code,)
        object.__setattr__(self, "predecessors", dict(before))

    def is_renamed(self, code: str) -> bool:
        """Whether one division followed it that followed no other."""
        following = self.successors.get(code, ())
        return len(following) == 1 and len(self.predecessors[following[0]]) == 1

    def stages(self, code: str) -> tuple[str, ...]:
        """The codes that a division had one after another, the oldest first."""
        stages = [code]
        while len(before := self.predecessors.get(stages[0], ())) == 1 and self.is_renamed(before[0]):
            stages.insert(0, before[0])
        while self.is_renamed(stages[-1]):
            stages.append(self.successors[stages[-1]][0])
        return tuple(stages)

    def divisions_on(self, shown: Collection[str], code: str) -> set[str]:
        """The divisions of a map that a division lies in, or that lie in it; several where it was split or merged."""
        if code in shown:
            return {code}
        return _reached(self.successors, shown, code) or _reached(self.predecessors, shown, code)


def _reached(steps: Mapping[str, tuple[str, ...]], shown: Collection[str], code: str) -> set[str]:
    found: set[str] = set()
    seen, waiting = {code}, [code]
    while waiting:
        for following in steps.get(waiting.pop(), ()):
            if following in shown:
                found.add(following)
            elif following not in seen:
                seen.add(following)
                waiting.append(following)
    return found


def split_on(shown: Iterable[str], codes: Iterable[str], lineage: Lineage) -> set[str]:
    """Those that a map shows as several divisions, or as parts of them."""
    on_map = set(shown)
    return {code for code in codes if len(lineage.divisions_on(on_map, code)) > 1}


def place_figures(
    shown: Iterable[str], figures: Mapping[str, Figure], lineage: Lineage, is_additive: bool
) -> dict[str, Figure]:
    """Every division of a map → what it shows.

    A division that holds several of the figures' shows their sum where they may be added up. One that holds but a part
    of one shows no value.

    Args:
        shown: codes of the map's divisions.
        figures: of a year, by the codes of then.
    """
    codes = set(shown)
    whole: dict[str, list[Figure]] = defaultdict(list)
    split: set[str] = set()
    for code, figure in figures.items():
        on = lineage.divisions_on(codes, code)
        if len(on) == 1:
            whole[next(iter(on))].append(figure)
        else:
            split |= on
    shows = {code: _together(parts, is_additive) for code, parts in whole.items()}
    shows |= dict.fromkeys(split, Figure(None, SPLIT))
    return {code: shows.get(code, NOTHING) for code in codes}


def _together(figures: list[Figure], is_additive: bool) -> Figure:
    if len(figures) == 1:
        return figures[0]
    if not is_additive:
        return Figure(None, NOT_ADDED)
    is_provisional = any(figure.is_provisional for figure in figures)
    values = [figure.value for figure in figures if figure.value is not None]
    if len(values) < len(figures):
        symbols = [figure.symbol or NONE for figure in figures if figure.value is None]
        return Figure(None, max(symbols, key=("-", "…", "x").index), is_provisional)
    return Figure(sum(values), None, is_provisional)
