"""Published values, and how they stand in the cells of a table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from markupsafe import Markup, escape

from sciculture_etl.pages.numbers import NOTHING, shown_number

FINAL = "final"
Time = TypeVar("Time", int, str)
EMPTY = f'<td class="n">{NOTHING}</td>'


@dataclass(frozen=True)
class Value:
    """A published number, or why there is none.

    Attributes:
        symbol: ``x`` withheld, ``…`` not published yet.
        status: ``p``, ``r`` or ``final``.
    """

    number: float | None
    symbol: str | None = None
    status: str = FINAL


def statuses(rows: Iterable[Mapping[Time, Value]]) -> dict[Time, str | None]:
    """Time → the status that all values have that stand beside it; None where they differ, so each needs its mark."""
    found: dict[Time, set[str]] = defaultdict(set)
    for row in rows:
        for time, value in row.items():
            # An empty cell bears no mark.
            found[time] |= {value.status} if value.number is not None else set()
    return {time: one.pop() if len(one) == 1 else None for time, one in found.items()}


def mark(status: str | None) -> Markup:
    """The mark of a status (``p`` provisional, ``r`` revised); nothing for what is final."""
    return Markup(f'<span class="mark">{escape(status)}</span>') if status and status != FINAL else Markup("")


def marked_number(value: Value, unit: str | None = None, shared: str | None = None) -> Markup:
    """A number with its mark.

    Args:
        shared: the status that stands above it for all, and needs no mark here.
    """
    return Markup(_marked(value, unit, shared))


def _marked(value: Value, unit: str | None, shared: str | None) -> str:
    if value.number is None:
        return escape(shown_number(None, value.symbol, unit))
    number = shown_number(value.number, value.symbol, unit)  # figures, commas and a point
    return number if value.status in (shared, FINAL) else f"{number}{mark(value.status)}"


def cells(
    values: Mapping[Time, Value], times: Iterable[Time], unit: str | None, shared: Mapping[Time, str | None]
) -> Markup:
    """The cells of a row, by times. They are made here since a page has thousands of them."""
    found = []
    for time in times:
        value = values.get(time)
        one = EMPTY if value is None else f'<td class="n">{_marked(value, unit, shared.get(time))}</td>'
        found.append(one)
    return Markup("".join(found))


def code_list(names: Iterable[str]) -> Markup:
    """Names or expressions as they are typed, one after the other."""
    return Markup(", ").join([Markup(f"<code>{escape(name)}</code>") for name in names])
