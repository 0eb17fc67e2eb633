"""From the versions in their order to those that count: one walk, in a rebuild the same as night by night."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import itemgetter
from typing import Any

import duckdb
import polars as pl

from sciculture_etl.rules import apply_rule, given
from sciculture_etl.versions.guards import CLOSED_YEAR, ROWS, Change, Objection, Sums, objections, total
from sciculture_etl.versions.years import YearDecision, is_locked

COLUMNS = ("dataset", "submitter", "program_year", "partition_key", "submission_id", "reading")
YEAR = ("dataset", "submitter", "program_year")
PLAY = (*YEAR, "play")
WAITING: dict[str, Any] = dict.fromkeys(COLUMNS, pl.String) | {
    "program_year": pl.Int16, "cause": pl.String, "measure": pl.String, "value_before": pl.Float64,
    "value_after": pl.Float64,
}  # fmt: skip
NONE_ASIDE = pl.DataFrame(schema={name: WAITING[name] for name in COLUMNS})
Row = dict[str, Any]


@dataclass(frozen=True)
class Guards:
    """What a walk is judged by.

    Attributes:
        amounts: dataset → measure → by how much its sum may fall unapproved.
        approved: submissions that pass whatever they do, since somebody approved or preferred them.
        years: dataset and year → what was decided on it, in the order of the journal.
        sums: dataset, submission, submitter, year and key → sums of the measures compared.
    """

    amounts: Mapping[str, Sums] = field(default_factory=dict)
    approved: AbstractSet[str] = frozenset()
    years: Mapping[tuple[str, int], Sequence[YearDecision]] = field(default_factory=dict)
    sums: Mapping[tuple[Any, ...], Sums] = field(default_factory=dict)

    def of(self, dataset: str, submitter: str, year: int) -> Guards:
        """The same with those decisions alone that concern one institution's year."""
        decisions = self.years.get((dataset, year), ())
        return replace(self, years={(dataset, year): [one for one in decisions if one.is_about(submitter)]})


@dataclass(frozen=True)
class Fold:
    """What came of the walk.

    Attributes:
        order: all versions in play, as ``version_order`` gives them, each with its first receipt (``receipt_no`` from
            0, ``arrival``, ``received_on``).
        counting: those that count; columns as in ``log.in_force``.
        waiting: those that would count if they were approved; columns as in ``log.waiting``, a row an objection.
    """

    order: pl.DataFrame
    counting: pl.DataFrame
    waiting: pl.DataFrame


@dataclass(frozen=True)
class _Version:
    """One submission's parts of a play, by partition key."""

    parts: Mapping[str, Row]

    @property
    def first(self) -> Row:
        return next(iter(self.parts.values()))

    @property
    def position(self) -> int:
        return int(self.first["position"])

    @property
    def arrival(self) -> int:
        return int(self.first["arrival"])


@dataclass(frozen=True)
class _Effect:
    """What a version would do to what counts of its play: the rows that would go, and those of it that would come."""

    gone: Sequence[Row]
    come: Sequence[Row]


@dataclass
class _Counting:
    """What counts of a play, version by version; a version costs what it brings and takes away.

    A report of the whole year and reports of its parts exclude each other, or their rows would count twice: the newest
    report of the whole year ends all that is older, and gives way itself to a newer report of a part.
    """

    rows: dict[str, Row] = field(default_factory=dict)
    newest_whole: int = 0

    def effect(self, version: _Version) -> _Effect:
        if version.position < self.newest_whole:
            return _Effect([], [])
        position, is_whole = version.position, "" in version.parts
        replaced = self.rows if is_whole else [key for key in ("", *version.parts) if key in self.rows]
        gone = [self.rows[key] for key in replaced if self.rows[key]["position"] < position]
        has_newer = is_whole and len(gone) < len(self.rows)
        come = [
            row
            for key, row in version.parts.items()
            if not (has_newer and not key) and (key not in self.rows or self.rows[key]["position"] < position)
        ]
        return _Effect(gone, come)

    def accept(self, version: _Version) -> None:
        effect = self.effect(version)
        for row in effect.gone:
            del self.rows[row["partition_key"]]
        self.rows |= {row["partition_key"]: row for row in effect.come}
        if "" in version.parts:
            self.newest_whole = max(self.newest_whole, version.position)


def order_versions(connection: duckdb.DuckDBPyConnection, set_aside: pl.DataFrame = NONE_ASIDE) -> pl.DataFrame:
    """All versions in play in their order, but for those set aside, with their first receipts."""
    with given(connection, ordered=apply_rule(connection, "version_order", set_aside=set_aside)):
        return connection.execute(
            """
            WITH first AS (
                SELECT submission_id, min(seq) AS receipt_no, min(arrival) AS arrival,
                    CAST(min(received_at) AT TIME ZONE 'Asia/Seoul' AS DATE) AS received_on
                FROM log.receipt GROUP BY submission_id
            )
            SELECT o.* EXCLUDE (arrival), f.receipt_no, coalesce(f.arrival, 0) AS arrival, f.received_on
            FROM ordered AS o LEFT JOIN first AS f USING (submission_id)
            ORDER BY dataset, submitter, program_year, play, position, partition_key
            """
        ).pl()


def read_guards(connection: duckdb.DuckDBPyConnection, amounts: Mapping[str, Sums], order: pl.DataFrame) -> Guards:
    """What stands in ``log`` of decisions, closed years and, for the versions that have rivals, their measures."""
    approved = connection.execute(
        "SELECT submission_id FROM log.decided WHERE kind IN ('approved', 'preferred')"
    ).fetchall()
    sums: dict[tuple[Any, ...], dict[str, float]] = {}
    with given(connection, rivals=order.filter(_has_rivals() & _is_guarded())):
        for *key, measure, value in connection.execute(
            "SELECT DISTINCT m.dataset, m.submission_id, m.submitter, m.program_year, m.partition_key, m.measure, "
            "m.value FROM log.version_measure AS m "
            "SEMI JOIN rivals AS r USING (dataset, submission_id, reading, submitter, program_year, partition_key)"
        ).fetchall():
            sums.setdefault(tuple(key), {})[measure] = value
    return Guards(amounts, {submission for (submission,) in approved}, read_years(connection), sums)


def read_years(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, int], list[YearDecision]]:
    """Dataset and year → what was decided on it, in the order of the journal."""
    years: dict[tuple[str, int], list[YearDecision]] = {}
    for dataset, year, *decision in connection.execute(
        "SELECT dataset, program_year, kind, seen, submitter, until FROM log.closing ORDER BY closing_no"
    ).fetchall():
        years.setdefault((dataset, year), []).append(YearDecision(*decision))
    return years


def choose(
    connection: duckdb.DuckDBPyConnection, order: pl.DataFrame, guards: Guards, set_aside: pl.DataFrame = NONE_ASIDE
) -> Fold:
    """Those of all versions that count, and those that wait.

    What waits moves nothing, its place in the order included: since a level of evidence decides only where all versions
    have it, what counts is chosen as if that which waits hadn't come.

    Args:
        order: all versions in play.
        set_aside: those that are to be left out of it, the columns of ``COLUMNS``.
    """
    found = fold(order, guards)
    waiting = found.waiting
    while found.waiting.height:
        aside = pl.concat([set_aside, waiting.select(COLUMNS)]).unique()
        found = fold(order_versions(connection, aside), guards)
        waiting = pl.concat([waiting, found.waiting])
    return Fold(order, found.counting, waiting.sort(pl.all()))


def _has_rivals() -> pl.Expr:
    return ~pl.struct(PLAY).is_unique()


def _is_guarded() -> pl.Expr:
    """Plays in which something came since arrivals are counted."""
    return pl.col("arrival").max().over(PLAY) > 0


def fold(order: pl.DataFrame, guards: Guards) -> Fold:
    """Those of the versions that count, and those that wait.

    Args:
        order: of ``order_versions``, or those rows of it that are to be considered.
    """
    decided = [f"{dataset} {year}" for dataset, year in guards.years]
    closed = pl.format("{} {}", "dataset", "program_year").is_in(decided) & (pl.col("arrival") > 0)
    walks = _has_rivals() | closed
    # Nearly every version is alone in an open year: only the others need the walk.
    alone, others = order.filter(~walks), order.filter(walks)
    counting, waiting = [], []
    for own_year, rows in groupby(others.iter_rows(named=True), itemgetter(*YEAR)):
        own_guards = guards.of(*own_year)
        for _, play in groupby(rows, itemgetter("play")):
            won, held = _walk(list(play), own_guards)
            counting += won
            waiting += held
    whole = pl.concat([alone, pl.DataFrame(counting, order.schema)]).select(COLUMNS)
    return Fold(order, whole.sort(COLUMNS), pl.DataFrame(waiting, WAITING, orient="row").sort(pl.all()))


def _walk(play: Sequence[Row], guards: Guards) -> tuple[list[Row], list[tuple[Any, ...]]]:
    """The rows of one play that count in the end, and what is said against those that wait.

    The versions are taken as they arrived, those of one arrival from the oldest to the newest: what came is judged
    against what counted by then, so that an older version that comes later takes nothing away.
    """
    versions = [_Version({row["partition_key"]: row for row in rows}) for rows in _by_version(play)]
    waiting: list[tuple[_Version, list[Objection]]] = []
    counting = _Counting()
    for version in sorted(versions, key=lambda version: (version.arrival, version.position)):
        # What came before arrivals were counted is taken as it was then.
        if version.arrival:
            effect = counting.effect(version)
            if not effect.come:
                continue
            if found := _judge(version, effect, guards):
                waiting.append((version, found))
                continue
        counting.accept(version)
    still = [(version, found, counting.effect(version)) for version, found in waiting]
    held = [
        tuple(row[name] for name in COLUMNS) + objection
        for version, found, effect in still
        if effect.come
        for objection in _judge(version, effect, guards) or found
        for row in effect.come
    ]
    return list(counting.rows.values()), held


def _by_version(play: Sequence[Row]) -> Iterator[list[Row]]:
    for _, rows in groupby(play, lambda row: row["position"]):
        yield list(rows)


def _judge(version: _Version, effect: _Effect, guards: Guards) -> list[Objection]:
    """What speaks against a version; nothing where somebody has decided for it."""
    first = version.first
    if first["submission_id"] in guards.approved:
        return []
    dataset, year = first["dataset"], first["program_year"]
    change = Change(*(total(_sums(row, guards) for row in rows) for rows in (effect.gone, effect.come)))
    found = objections(change, guards.amounts.get(dataset, {}))
    decisions = guards.years.get((dataset, year), ())
    if is_locked(decisions, first["receipt_no"], first["submitter"], first["received_on"]):
        found.insert(0, Objection(CLOSED_YEAR, ROWS, change.before.get(ROWS, 0), change.after.get(ROWS, 0)))
    return found


def _sums(row: Row, guards: Guards) -> Sums:
    key = tuple(row[name] for name in ("dataset", "submission_id", "submitter", "program_year", "partition_key"))
    return {ROWS: row["row_count"], **guards.sums.get(key, {})}
