"""The scale of an axis that begins at 0, and numbers that are short enough to stand beside it."""

from __future__ import annotations

import math

from sciculture_etl.pages.numbers import shown_number
from sciculture_etl.pages.words import Language

STEPS = (1, 2, 2.5, 5, 10)
MAX_STEPS = 5
KOREAN_SCALE = ((1e8, "억"), (1e4, "만"))
ENGLISH_SCALE = ((1e9, "bn"), (1e6, "m"), (1e3, "k"))


def nice_ticks(highest: float, whole: bool = True) -> list[float]:
    """From 0 to the first round number that isn't below the highest value, in at most ``MAX_STEPS`` equal steps.

    Args:
        whole: no step is a fraction, as befits what is counted.
    """
    if highest <= 0:
        return [0.0, 1.0]
    magnitude = 10.0 ** math.floor(math.log10(highest / MAX_STEPS))
    steps = (factor * magnitude * power for power in (1, 10, 100) for factor in STEPS)
    step = next(s for s in steps if math.ceil(highest / s) <= MAX_STEPS and (not whole or s == int(s)))
    return [n * step for n in range(math.ceil(highest / step) + 1)]


def short_number(value: float, language: Language) -> str:
    """As it is below 100,000; above, with at most one decimal, in 만 and 억, or in k, m and bn."""
    if abs(value) >= 100_000:
        for size, name in KOREAN_SCALE if language == "ko" else ENGLISH_SCALE:
            if abs(value) >= size:
                return f"{shown_number(round(value / size, 1))}{name}"
    return shown_number(value)
