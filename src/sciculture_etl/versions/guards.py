"""Guards: whether a version may take effect by itself, judged by what it would take away, multiply or unlock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

# Rows are guarded where more than this share of them and at least so many would go.
MAX_LOST_SHARE = 1 / 3
MIN_LOST_ROWS = 10
# A measure is guarded where its sum would become so many times what it was, and at least this. What comes with more
# rows is no multiple: a list that is completed grows, and a wrong unit shows in rows that were there before.
MIN_MULTIPLE = 3
MIN_MULTIPLIED = 30
ROWS = "row_count"
FEWER_ROWS, LOWERED, MULTIPLIED, CLOSED_YEAR = "fewer_rows", "lowered", "multiplied", "closed_year"

Sums = Mapping[str, float]


class Objection(NamedTuple):
    """Why a version waits.

    Attributes:
        cause: one of those above.
        measure: ``row_count`` or the measure of the contract that it concerns.
        before, after: its sum in what would be replaced and in what would replace it.
    """

    cause: str
    measure: str
    before: float
    after: float


@dataclass(frozen=True)
class Change:
    """What a version would do to what counts.

    Attributes:
        before: row count and sums of what it would replace; empty where it replaces nothing.
        after: those of what would count instead.
    """

    before: Sums
    after: Sums


def total(parts: Iterable[Sums]) -> dict[str, float]:
    """The sums of several parts of a year together."""
    found: dict[str, float] = {}
    for part in parts:
        for measure, value in part.items():
            found[measure] = found.get(measure, 0) + value
    return found


def objections(change: Change, amounts: Sums) -> list[Objection]:
    """What speaks against a change that nobody has approved; nothing against one that only adds parts.

    Args:
        amounts: the contract's ``guard``: measure → by how much its sum may fall.
    """
    if not change.before:
        return []
    found = []
    before, after = change.before[ROWS], change.after.get(ROWS, 0)
    multiple = MIN_MULTIPLE * max(1, after / before)
    if before - after >= MIN_LOST_ROWS and before - after > before * MAX_LOST_SHARE:
        found.append(Objection(FEWER_ROWS, ROWS, before, after))
    for measure in sorted(change.before.keys() - {ROWS}):
        before, after = change.before[measure], change.after.get(measure, 0)
        if measure in amounts and before - after > amounts[measure]:
            found.append(Objection(LOWERED, measure, before, after))
        elif before > 0 and after >= max(multiple * before, MIN_MULTIPLIED):
            found.append(Objection(MULTIPLIED, measure, before, after))
    return found
