"""What charts and maps show: a value, or why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sciculture_etl.pages.numbers import NOTHING, shown_number


@dataclass(frozen=True)
class Point:
    """One value of a series.

    Attributes:
        label: of the year, or of the region.
        value: None where there is none.
        symbol: why there is none: ``x`` withheld, ``…`` not published yet; None: nothing was reported.
        is_provisional: the figure may still change.
        unit: as the tables have it; says how many decimals are shown.
    """

    label: str
    value: float | None
    symbol: str | None = None
    is_provisional: bool = False
    unit: str | None = None

    @property
    def shown(self) -> str:
        return shown_number(self.value, self.symbol or NOTHING, self.unit)


def newest_final(points: Sequence[Point]) -> Point | None:
    """The point shown first: the newest with a value that isn't provisional, else the newest with a value."""
    valued = [point for point in points if point.value is not None]
    return next((point for point in reversed(valued) if not point.is_provisional), valued[-1] if valued else None)
