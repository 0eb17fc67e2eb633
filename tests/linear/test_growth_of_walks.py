"""A walk over the versions of a part of a year takes time in proportion to them, in whatever order they came."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import polars as pl
import pytest
from attacks import LINEAR, growth

from sciculture_etl.versions.fold import Fold, Guards, fold

# Place in the order and part of the year of the n-th of so many that arrived; '' is the year as a whole.
ARRIVALS: dict[str, Callable[[int, int], tuple[int, str]]] = {
    "each newer than the one before": lambda n, count: (n + 1, "1"),
    "each older than the one before": lambda n, count: (count - n, "1"),
    "older and newer in turn": lambda n, count: (n + 1 if n % 2 else count - n, "1"),
    "parts of the year, each another": lambda n, count: (n + 1, str(n)),
    "parts, and the year as a whole among them": lambda n, count: (n + 1, str(n) if n != count // 2 else ""),
    "parts of a year and whole years in turn": lambda n, count: (n + 1, str(n) if n % 2 else ""),
}


def versions(name: str, count: int) -> pl.DataFrame:
    """As ``order_versions`` gives them, one play of one invented centre."""
    found = [(n, *ARRIVALS[name](n, count)) for n in range(count)]
    return pl.DataFrame(
        {
            "dataset": "dsc_class", "submitter": "가상센터", "program_year": 2020, "play": "",
            "partition_key": [key for _, _, key in found], "submission_id": [f"file {n}" for n, _, _ in found],
            "reading": "r1", "row_count": 10, "position": [position for _, position, _ in found],
            "decided_by": "made_on", "receipt_no": [n for n, _, _ in found],
            "arrival": [n + 1 for n, _, _ in found], "received_on": date(2021, 1, 1),
        }
    ).sort("position")  # fmt: skip


@pytest.mark.parametrize("name", ARRIVALS)
def test_versions_are_walked_in_time_linear_in_their_number(name: str) -> None:
    def walk(order: pl.DataFrame) -> Fold:
        return fold(order, Guards())

    def make(count: int) -> pl.DataFrame:
        return versions(name, count)

    walk(make(10))
    exponents = [growth(walk, make, 500, stop=0.04)]
    while exponents[-1] > LINEAR and len(exponents) < 4:  # a busy machine now and then
        exponents.append(growth(walk, make, 500, stop=0.04))
    assert min(exponents) <= LINEAR
