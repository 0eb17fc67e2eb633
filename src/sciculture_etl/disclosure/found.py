"""What the search for few persons finds, without the solver that it takes to find it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sciculture_etl.disclosure.targets import Target

Interval = tuple[float, float]
NOTHING: Interval = (-math.inf, math.inf)
HALF = 0.5


@dataclass(frozen=True)
class Found:
    """A number of few persons that lies too narrow.

    Attributes:
        interval: by all that was published.
        earlier: by what was published before this release.
        takes: earlier releases without which it would not lie so narrow; empty where this one suffices.
    """

    target: Target
    interval: Interval
    earlier: Interval
    takes: tuple[str, ...] = ()

    @property
    def is_new(self) -> bool:
        """Whether this release narrows it beyond what earlier ones allow."""
        return self.interval[0] > self.earlier[0] + HALF or self.interval[1] < self.earlier[1] - HALF
