"""Which numbers of few persons are judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from sciculture_etl.disclosure.history import KEY
from sciculture_etl.disclosure.links import Family

# The end of what has none yet.
NEVER = 1 << 62
CELL = ("row_key", "measure")


@dataclass(frozen=True)
class Target:
    """A number of few persons: unknown numbers, each times a factor, and what is known.

    Attributes:
        table, row_key, measure: by which it is named.
        exact: what it is.
        first: the first release that had it.
        lowest: what it must be able to be at most.
    """

    table: str
    row_key: str
    measure: str
    terms: tuple[tuple[int, int], ...]
    constant: float
    exact: float
    first: int
    lowest: float


def find_targets(
    family: Family, places: pl.DataFrame, exists: pl.DataFrame, sums: pl.DataFrame, pairs: pl.DataFrame
) -> list[Target]:
    """All numbers of few persons that are judged: of the cells, of published rows, and what lies between two of them.

    Args:
        places: the numbers that cells had, with the places of the unknown ones.
        exists: what each measure is at least.
        sums: what published rows show that add up to their cells, and ``pairs``, to which.
    """
    lowest = dict(exists.select("measure", "least").rows())
    unique: dict[tuple[object, ...], Target] = {}
    for target in (*_few_sums(family, places, lowest, sums, pairs), *_few_cells(family, places, lowest)):
        if target.terms:
            unique.setdefault((target.terms, target.constant), target)
        elif target.table != family.cells:
            unique[target.table, target.row_key, target.measure] = target
    return list(unique.values())


def _few(column: str, k: int) -> pl.Expr:
    return (pl.col(column) >= 1) & (pl.col(column) <= k - 1)


def _few_cells(family: Family, places: pl.DataFrame, lowest: dict[str, float]) -> list[Target]:
    """Cells as they are, and as they were while they were withheld."""
    is_judged = (pl.col("end") == NEVER) | (~pl.col("not_yet") & pl.col("place").is_not_null())
    judged = places.filter(is_judged)
    found = []
    for key, measure, place, exact, start in judged.filter(_few("exact", family.k)).select(
        *CELL, "place", "exact", "start"
    ).rows():  # fmt: skip
        found.append(_target(family.cells, key, measure, [(place, 1, exact, start)], lowest[measure]))
    for less, more in family.at_most.items():
        columns = ["row_key", "place", "exact", "start", "end"]
        both = (
            judged.filter(measure=less)
            .select(columns)
            .join(judged.filter(measure=more).select(columns), on="row_key", suffix="_more")
        )
        both = both.filter((pl.col("start") < pl.col("end_more")) & (pl.col("start_more") < pl.col("end")))
        both = both.with_columns(between=pl.col("exact_more") - pl.col("exact"))
        columns = ["row_key", *(name + more for more in ("_more", "") for name in ("place", "exact", "start"))]
        for key, *numbers in both.filter(_few("between", family.k)).select(columns).rows():
            terms = [(numbers[0], 1, *numbers[1:3]), (numbers[3], -1, *numbers[4:])]
            found.append(_target(family.cells, key, f"{more}-{less}", terms, 0))
    return found


def _few_sums(
    family: Family, places: pl.DataFrame, lowest: dict[str, float], sums: pl.DataFrame, pairs: pl.DataFrame
) -> list[Target]:
    """Published rows as they are now, and what lies between two of their measures."""
    now = sums.filter(pl.col("end") == NEVER)
    cells = places.filter(pl.col("end") == NEVER).select("measure", "place", "exact", "start", cell_key="row_key")
    held = (
        now.select(*KEY, "exact")
        .join(pairs, left_on=list(KEY), right_on=["table_name", "row_key", "row_measure"], suffix="_cell")
        .join(cells, left_on=["cell_key", "measure_cell"], right_on=["cell_key", "measure"], suffix="_cell")
    )
    few = held.filter(_few("exact", family.k))
    found = []
    for (table, key, measure), group in few.group_by(KEY, maintain_order=True):
        terms = [
            (place, 1, exact, start) for place, exact, start in group.select("place", "exact_cell", "start").rows()
        ]
        lows = sum(lowest[name] for name in group["measure_cell"])
        found.append(_target(str(table), str(key), str(measure), terms, lows))
    for less, more in family.at_most.items():
        one, other = held.filter(measure_cell=less), held.filter(measure_cell=more)
        totals = one.unique(KEY).join(other.unique(KEY), on=["table_name", "row_key"], suffix="_more")
        totals = totals.with_columns(between=pl.col("exact_more") - pl.col("exact")).filter(_few("between", family.k))
        for table, key, measure, measure_more in totals.select(*KEY, "measure_more").rows():
            terms = [
                (place, factor, exact, start)
                for frame, factor, name in ((other, 1, measure_more), (one, -1, measure))
                for place, exact, start in frame.filter(table_name=table, row_key=key, measure=name)
                .select("place", "exact_cell", "start")
                .rows()
            ]
            found.append(_target(table, key, f"{measure_more}-{measure}", terms, 0))
    return found


def _target(table: str, key: str, measure: str, terms: list[tuple[Any, ...]], lowest: float) -> Target:
    """A target of terms: place (None: it is known), factor, exact number, the first release that had it."""
    unknown = tuple(sorted((place, factor) for place, factor, _, _ in terms if place is not None))
    constant = sum(factor * exact for place, factor, exact, _ in terms if place is None)
    exact = sum(factor * exact for _, factor, exact, _ in terms)
    first = max((start for place, _, _, start in terms if place is not None), default=0)
    return Target(table, key, measure, unknown, constant, exact, first, lowest)
