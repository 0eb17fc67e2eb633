"""Classes of a choropleth: the same for all years, so that colours of different years compare."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable

CLASSES = 5
# Round numbers between 1 and 10, dense enough that classes hold about as many districts each.
ROUND = (1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10)
ZERO = "z"


def break_points(values: Iterable[float], classes: int = CLASSES) -> list[float]:
    """The lowest values of the second and further classes: quantiles of what is above 0, rounded.

    Fewer where values are few or alike; none for one class.
    """
    above = sorted(value for value in values if value > 0)
    different = len(set(above))
    wanted = min(classes, different)
    if wanted < 2:
        return []
    whole = all(value == int(value) for value in above)
    cuts = [above[len(above) * n // wanted] for n in range(1, wanted)]
    return [cut for cut in sorted({_rounded(cut, whole) for cut in cuts}) if above[0] < cut <= above[-1]]


def _rounded(value: float, whole: bool) -> float:
    magnitude = 10.0 ** math.floor(math.log10(value))
    nearest = min((step * magnitude for step in ROUND), key=lambda one: abs(one - value))
    return float(max(round(nearest), 1)) if whole else round(nearest, 6)


def class_of(value: float, breaks: list[float]) -> str:
    """``z`` for nothing, else the class as a digit, the lowest 0."""
    return ZERO if value == 0 else str(bisect_right(breaks, value))
