"""Splitting a published total into parts that add up to it exactly."""

from collections.abc import Sequence
from itertools import pairwise


def apportion(total: int, weights: Sequence[float], low: int = 0, high: int | None = None) -> list[int]:
    """Split `total` by `weights` into whole numbers of at least `low` and at most `high`; the sum is exact.

    Largest remainder: every part gets its whole share, and what is left goes to the largest fractions.
    What a part cannot take because of `high` goes to the others in the order of their index.
    """
    spare = total - low * len(weights)
    if not weights or spare < 0 or (high is not None and high * len(weights) < total):
        raise ValueError(f"{total} cannot be split into {len(weights)} parts of {low} to {high}")
    scale = spare / sum(weights)
    shares = [weight * scale for weight in weights]
    parts = [low + int(share) for share in shares]
    by_fraction = sorted(range(len(parts)), key=lambda index: (int(shares[index]) - shares[index], index))
    for index in by_fraction[: total - sum(parts)]:
        parts[index] += 1
    if high is not None:
        surplus = sum(max(0, part - high) for part in parts)
        parts = [min(part, high) for part in parts]
        for index, part in enumerate(parts):
            taken = min(surplus, high - part)
            parts[index] += taken
            surplus -= taken
    return parts


def contiguous_slices(length: int, parts: int) -> list[slice]:
    """Cut a list of `length` items into `parts` neighbouring slices of nearly equal size."""
    edges = [round(index * length / parts) for index in range(parts + 1)]
    return [slice(start, stop) for start, stop in pairwise(edges)]
