"""The figures that stand first: of the last time, each with how it was the time before."""

from __future__ import annotations

from dataclasses import dataclass

from sciculture_etl.pages import page_texts
from sciculture_etl.pages.numbers import shown_change
from sciculture_etl.pages.values import Value
from sciculture_etl.publish.site.measures import Measure
from sciculture_etl.publish.site.timelines import Strand, Timeline


@dataclass(frozen=True)
class Headline:
    """A figure of the last time for which there is one.

    Attributes:
        code: of the measure.
        line: what it is of, where there is more than one.
        change: as a text; None where nothing can be compared.
    """

    code: str
    label: str
    unit: str
    unit_label: str
    is_additive: bool
    line: str
    time: str
    value: Value
    before: str | None = None
    value_before: Value | None = None

    @property
    def change(self) -> str | None:
        before = self.value_before.number if self.value_before else None
        return shown_change(self.value.number, before, self.unit)

    @property
    def direction(self) -> str:
        """``up``, ``down`` or ``same``."""
        change = self.change or ""
        is_same = not change.strip("+-0.,%p")
        return "same" if is_same else "up" if change.startswith("+") else "down"


def strands_of(own: list[Measure], others: list[Timeline]) -> list[Strand]:
    """What goes on over years: each measure of the nation, or each strand of the timelines."""
    if own:
        return [
            Strand(
                one.code, one.label, one.unit, one.unit_label, one.is_additive, "",
                {str(year): value for year, value in sorted(one.nation.items())},
            )
            for one in own
            if one.nation
        ]  # fmt: skip
    return [strand for timeline in others for strand in timeline.strands]


def headline(strand: Strand) -> Headline:
    """The last point of a strand, and the one before it: of years, the year before alone."""
    times = sorted(strand.values)
    last = times[-1]
    before = times[-2] if len(times) > 1 else None
    if before and last.isdigit() and int(before) != int(last) - 1:
        before = None
    return Headline(
        strand.code, strand.label, strand.unit, strand.unit_label, strand.is_additive, strand.line, last,
        strand.values[last], before, strand.values[before] if before else None,
    )  # fmt: skip


def rank(code: str) -> int:
    """How far before others a measure stands for a program; the lower, the farther."""
    order: list[str] = page_texts("site")["principal"]
    return order.index(code) if code in order else len(order)


def principal(strands: list[Strand]) -> list[Strand]:
    """Of each line the one strand that stands for it."""
    chosen: dict[str, Strand] = {}
    for strand in sorted(strands, key=lambda one: rank(one.code)):
        chosen.setdefault(strand.line, strand)
    return [chosen[line] for line in dict.fromkeys(strand.line for strand in strands)]
