"""From the versions in their order to those that count: one walk from oldest to newest, in every run the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import duckdb
import polars as pl

from sciculture_etl.rules import apply_rule

COLUMNS = ("dataset", "submitter", "program_year", "partition_key", "submission_id", "reading")
PLAY = ("dataset", "submitter", "program_year", "play")
Row = dict[str, Any]


@dataclass(frozen=True)
class Fold:
    """What came of the walk.

    Attributes:
        order: all versions in play, as ``version_order`` gives them.
        counting: those that count; columns as in ``log.in_force``.
    """

    order: pl.DataFrame
    counting: pl.DataFrame


def fold_versions(connection: duckdb.DuckDBPyConnection) -> Fold:
    """The versions that count, by what stands in ``log`` of receipts, readings and decisions."""
    order = apply_rule(connection, "version_order")
    # Nearly every version is alone in its play: only the others need the walk.
    is_alone = pl.struct(PLAY).is_unique()
    alone, others = order.filter(is_alone), order.filter(~is_alone)
    walked = [row for _, play in groupby(others.iter_rows(named=True), _play_of) for row in _walk(list(play))]
    counting = pl.concat([alone, pl.DataFrame(walked, order.schema)]).select(COLUMNS)
    return Fold(order, counting.sort(COLUMNS))


def _play_of(row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in PLAY)


def _walk(play: Sequence[Row]) -> Iterator[Row]:
    """The rows of one play that count in the end.

    A report of the whole year and reports of its parts exclude each other, or their rows would count twice.
    """
    counting: dict[str, Row] = {}
    for _, version in groupby(play, lambda row: row["position"]):
        parts = {row["partition_key"]: row for row in version}
        if "" in parts:
            counting = {}
        counting.pop("", None)
        counting |= parts
    yield from counting.values()
