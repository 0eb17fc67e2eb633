"""Classes of a choropleth: the same for all years, so that colours of different years compare."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable

CLASSES = 5
# Steps of round numbers; finer ones are tried where coarser ones would put two breaks into one.
ROUND = ((1, 2, 5), (1, 1.5, 2, 3, 4, 5, 6, 8), (1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9))
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
    best: list[float] = []
    for steps in ROUND:
        found = sorted({_rounded(cut, steps, whole) for cut in cuts})
        found = [cut for cut in found if above[0] < cut <= above[-1]]
        if len(found) > len(best):
            best = found
    return best


def _rounded(value: float, steps: tuple[float, ...], whole: bool) -> float:
    magnitude = 10.0 ** math.floor(math.log10(value))
    nearest = min((step * magnitude for step in (*steps, 10)), key=lambda one: abs(one - value))
    return float(max(round(nearest), 1)) if whole else round(nearest, 6)


def class_of(value: float, breaks: list[float]) -> str:
    """``z`` for nothing, else the class as a digit, the lowest 0."""
    return ZERO if value == 0 else str(bisect_right(breaks, value))
