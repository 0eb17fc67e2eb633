"""What everything that was published says of the cells of a family: unknown numbers, sums of them, what exceeds what.

A number that stays as it is over releases is one number, and whoever has seen it once knows it: readers see which rows
changed. A change of the exact number makes another of it. Of a year that isn't closed readers see no cell, so that its
totals of earlier nights say nothing of the cells as they are once it is; they are left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import duckdb
import numpy as np
import polars as pl

from sciculture_etl.disclosure.history import KEY, NOT_YET
from sciculture_etl.disclosure.links import Family
from sciculture_etl.disclosure.snapshot import members
from sciculture_etl.disclosure.targets import CELL, NEVER, Target, find_targets


@dataclass(frozen=True)
class Equation:
    """That unknown numbers are together what their exact values are.

    Attributes:
        variables: their places.
        total: what they are together.
        spans: from which release to before which one it could be read, each time.
    """

    variables: tuple[int, ...]
    total: float
    spans: tuple[tuple[int, int], ...]

    @property
    def first(self) -> int:
        return min(start for start, _ in self.spans)


@dataclass(frozen=True)
class Limit:
    """That a number never exceeds another: places of unknown ones, or None and what is known."""

    less: int | None
    more: int | None
    known: float


@dataclass
class System:
    """All that is known of the cells of a family.

    Attributes:
        now: the number of the release that is judged.
        exact, first, least: of the unknown numbers, by place: what each is, the first release that had it, what it is
            at least.
        is_first: whether no release was before it.
        linked: ``KEY`` of the published rows that add up to their cells now.
    """

    family: Family
    now: int
    exact: np.ndarray
    first: np.ndarray
    least: np.ndarray
    equations: list[Equation] = field(default_factory=list)
    limits: list[Limit] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    is_first: bool = False
    linked: pl.DataFrame = field(default_factory=pl.DataFrame)


def build_system(connection: duckdb.DuckDBPyConnection, family: Family, lines: pl.DataFrame, now: int) -> System:
    """The system of a family.

    Args:
        connection: any; nothing in it is read or changed.
        lines: those of the history, and of the release that is judged as the last ones.
        now: the number of that release.
    """
    versions = _versions(lines.filter(pl.col("table_name") == family.cells))
    names = sorted({table for table, _ in family.sums})
    runs = _runs(lines.filter(pl.col("table_name").is_in(names)))
    pairs = members(connection, family, runs, versions)
    sums = _linked(runs, pairs, versions)
    alone = sums.filter(pl.col("shown") & (pl.col("count") == 1))
    # What this release alone shows is an equation of it, since earlier ones didn't say so.
    is_first = runs["start"].min() == now
    earlier = alone if is_first else alone.filter(pl.col("start") < now)
    versions = versions.with_columns(is_known=pl.col("version").is_in(earlier["only"].unique().to_list()))
    unknown = versions.filter(~pl.col("is_known")).with_row_index("place").cast({"place": pl.Int64})
    places = versions.join(unknown.select("version", "place"), on="version", how="left").sort("version")
    exists = _exists(family, places)
    least = unknown.join(exists, on="measure", how="left", maintain_order="left")["least"].to_numpy()
    system = System(family, now, unknown["exact"].to_numpy(), unknown["start"].to_numpy(), least, is_first=is_first)
    system.linked = sums.filter(pl.col("end") == NEVER).select(KEY)
    system.equations = _equations(sums.filter("shown"), pairs, unknown, now)
    system.limits = _limits(family, places)
    system.targets = find_targets(family, places, exists, sums, pairs)
    return system


def _versions(lines: pl.DataFrame) -> pl.DataFrame:
    """The numbers that cells had, one after the other: version, start, end, exact, not_yet, opened, open_at_end."""
    is_not_yet = pl.col("mark").eq_missing(NOT_YET)
    ordered = lines.sort("row_key", "measure", "number").with_columns(not_yet=is_not_yet)
    begins = (
        pl.col("exact").ne_missing(pl.col("exact").shift().over(CELL))
        | pl.col("not_yet")
        | pl.col("not_yet").shift().over(CELL).fill_null(value=True)
    )
    numbered = ordered.with_columns(nth=begins.cast(pl.Int32).cum_sum().over(CELL))
    found = numbered.group_by(*CELL, "nth", maintain_order=True).agg(
        pl.col("number").first().alias("start"), pl.col("exact").first(), pl.col("not_yet").first(),
        pl.col("groups").first(), pl.col("is_open").first().alias("opened"),
        pl.col("is_open").last().alias("open_at_end"), pl.col("table_name").first(),
    )  # fmt: skip
    found = found.with_columns(end=pl.col("start").shift(-1).over(CELL).fill_null(NEVER))
    return found.filter(pl.col("exact").is_not_null()).drop("nth").with_row_index("version").cast({"version": pl.Int64})


def _runs(lines: pl.DataFrame) -> pl.DataFrame:
    """What published rows showed, one after the other: run, start, end, shown, value, exact."""
    ordered = lines.sort(*KEY, "number").with_columns(end=pl.col("number").shift(-1).over(KEY).fill_null(NEVER))
    shown = pl.col("mark").is_null() & pl.col("value").is_not_null()
    found = ordered.filter(pl.col("exact").is_not_null()).with_columns(shown=shown)
    return found.rename({"number": "start"}).with_row_index("run").cast({"run": pl.Int64})


def _linked(runs: pl.DataFrame, pairs: pl.DataFrame, versions: pl.DataFrame) -> pl.DataFrame:
    """The runs that add up to their cells as they begin, each with their count, and the one where there is but one.

    Where it withholds a number as not yet published, a run of the past is left out.
    """
    joined = runs.join(pairs, left_on=list(KEY), right_on=["table_name", "row_key", "row_measure"], suffix="_cell")
    cells = versions.select(
        "version", "measure", cell_key="row_key", cell_exact="exact", not_yet="not_yet",
        cell_start="start", cell_end="end",
    )  # fmt: skip
    held = joined.join(cells, left_on=["cell_key", "measure_cell"], right_on=["cell_key", "measure"]).filter(
        (pl.col("cell_start") <= pl.col("start")) & (pl.col("start") < pl.col("cell_end"))
    )
    sums = held.group_by("run").agg(
        total=pl.col("cell_exact").sum(), count=pl.len(), only=pl.col("version").first(),
        hidden=pl.col("not_yet").any(),
    )  # fmt: skip
    found = runs.join(sums, on="run")
    is_past = pl.col("end") != NEVER
    return found.filter((pl.col("total") - pl.col("exact")).abs() < 0.5).filter(~(is_past & pl.col("hidden")))


def _exists(family: Family, places: pl.DataFrame) -> pl.DataFrame:
    """Measure → what a cell is at least: 1 where there is a row only if somebody is in it, else 0.

    What never exceeds another may be nothing, though it happens not to be.
    """
    now = places.filter(pl.col("end") == NEVER)
    is_somebody = (pl.col("exact").min() >= 1) & ~pl.col("measure").first().is_in(list(family.at_most))
    return now.group_by("measure").agg(least=is_somebody.cast(pl.Float64))


def _equations(sums: pl.DataFrame, pairs: pl.DataFrame, unknown: pl.DataFrame, now: int) -> list[Equation]:
    joined = sums.select("run", *KEY, "start", "end").join(
        pairs, left_on=list(KEY), right_on=["table_name", "row_key", "row_measure"], suffix="_cell"
    )
    cells = unknown.select(
        "place", "measure", "not_yet", cell_key="row_key", cell_exact="exact", cell_start="start", cell_end="end"
    )
    held = joined.join(cells, left_on=["cell_key", "measure_cell"], right_on=["cell_key", "measure"]).filter(
        (pl.col("cell_start") < pl.col("end")) & (pl.col("start") < pl.col("cell_end"))
    )
    if held.is_empty():
        return []
    held = held.select("run", "start", "end", "place", "cell_exact", "cell_start", "cell_end", "not_yet")
    times = pl.concat(
        [
            held.select("run", "start", "end", time="start"),
            held.select("run", "start", "end", time="cell_start"),
            held.select("run", "start", "end", time="cell_end"),
        ]
    )
    times = times.filter((pl.col("time") >= pl.col("start")) & (pl.col("time") < pl.col("end")))
    times = times.unique(["run", "time"]).sort("run", "time")
    times = times.with_columns(until=pl.col("time").shift(-1).over("run").fill_null(pl.col("end")))
    at = (
        times.select("run", "time", "until")
        .join(held.drop("start", "end"), on="run")
        .filter((pl.col("cell_start") <= pl.col("time")) & (pl.col("time") < pl.col("cell_end")))
    )
    said = at.group_by("run", "time", "until").agg(
        pl.col("place").sort(), total=pl.col("cell_exact").sum(), hidden=pl.col("not_yet").any()
    )
    said = said.filter(~pl.col("hidden") | (pl.col("until") == NEVER)).with_columns(
        time=pl.when("hidden").then(now).otherwise("time")
    )
    once = said.group_by("place", "total").agg(pl.col("time"), pl.col("until"))
    found = [
        Equation(tuple(place), total, tuple(sorted(zip(time, until, strict=True))))
        for place, total, time, until in once.rows()
    ]
    return sorted(found, key=lambda equation: equation.variables)


def _limits(family: Family, places: pl.DataFrame) -> list[Limit]:
    """Measures that others never exceed, and numbers of an open year, which only grow."""
    found = []
    for less, more in family.at_most.items():
        columns = ["row_key", "place", "exact", "start", "end", "not_yet"]
        both = (
            places.filter(measure=less)
            .select(columns)
            .join(places.filter(measure=more).select(columns), on="row_key", suffix="_more")
        )
        both = both.filter(
            (pl.col("start") < pl.col("end_more")) & (pl.col("start_more") < pl.col("end"))
            & (pl.col("exact") <= pl.col("exact_more"))
        )  # fmt: skip
        found.append(both)
    after = {"place": "place_more", "exact": "exact_more", "opened": "open_more", "not_yet": "not_yet_more"}
    following = places.with_columns(pl.col(name).shift(-1).over(CELL).alias(to) for name, to in after.items())
    grows = pl.col("open_at_end") & pl.col("open_more") & (pl.col("exact") <= pl.col("exact_more"))
    found.append(following.filter(grows & ~pl.col("not_yet") & ~pl.col("not_yet_more")))
    limits = []
    for frame in found:
        for less, more, exact, exact_more in frame.select("place", "place_more", "exact", "exact_more").rows():
            if less is not None or more is not None:
                limits.append(Limit(less, more, exact_more if more is None else exact))
    return limits
