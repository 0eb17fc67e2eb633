"""From the versions in their order to those that count: one walk, in a rebuild the same as night by night."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import duckdb
import polars as pl

from sciculture_etl.rules import apply_rule, given
from sciculture_etl.versions.guards import CLOSED_YEAR, ROWS, Change, Objection, Sums, objections, total
from sciculture_etl.versions.years import YearDecision, is_locked

COLUMNS = ("dataset", "submitter", "program_year", "partition_key", "submission_id", "reading")
PLAY = ("dataset", "submitter", "program_year", "play")
WAITING: dict[str, Any] = dict.fromkeys(COLUMNS, pl.String) | {
    "program_year": pl.Int16, "cause": pl.String, "measure": pl.String, "value_before": pl.Float64,
    "value_after": pl.Float64,
}  # fmt: skip
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


Counting = dict[str, Row]


def order_versions(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """All versions in play in their order, with their first receipts."""
    with given(connection, ordered=apply_rule(connection, "version_order")):
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
    for _, play in groupby(others.iter_rows(named=True), _play_of):
        won, held = _walk(list(play), guards)
        counting += won
        waiting += held
    whole = pl.concat([alone, pl.DataFrame(counting, order.schema)]).select(COLUMNS)
    return Fold(order, whole.sort(COLUMNS), pl.DataFrame(waiting, WAITING, orient="row").sort(pl.all()))


def _play_of(row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in PLAY)


def _walk(play: Sequence[Row], guards: Guards) -> tuple[list[Row], list[tuple[Any, ...]]]:
    """The rows of one play that count in the end, and what is said against those that wait.

    The versions are taken as they arrived, those of one arrival from the oldest to the newest: what came is judged
    against what counted by then, so that an older version that comes later takes nothing away.
    """
    versions = [_Version({row["partition_key"]: row for row in rows}) for rows in _by_version(play)]
    accepted: list[_Version] = []
    waiting: list[tuple[_Version, list[Objection]]] = []
    counting: Counting = {}
    for version in sorted(versions, key=lambda version: (version.arrival, version.position)):
        after = _with(accepted, counting, version)
        # What came before arrivals were counted is taken as it was then.
        if version.arrival and (not _is_counted(version, after) or (found := _judge(version, counting, after, guards))):
            if _is_counted(version, after):
                waiting.append((version, found))
            continue
        accepted.append(version)
        counting = after
    still = [(version, found, _with(accepted, counting, version)) for version, found in waiting]
    held = [
        tuple(row[name] for name in COLUMNS) + objection
        for version, found, after in still
        if _is_counted(version, after)
        for objection in _judge(version, counting, after, guards) or found
        for row in version.parts.values()
        if after.get(row["partition_key"]) is row
    ]
    return list(counting.values()), held


def _by_version(play: Sequence[Row]) -> Iterator[list[Row]]:
    for _, rows in groupby(play, lambda row: row["position"]):
        yield list(rows)


def _with(accepted: Sequence[_Version], counting: Counting, version: _Version) -> Counting:
    """What would count if one more version were accepted."""
    if all(version.position > other.position for other in accepted):
        return _replaced(counting, version)
    after: Counting = {}
    for one in sorted([*accepted, version], key=lambda one: one.position):
        after = _replaced(after, one)
    return after


def _replaced(counting: Counting, version: _Version) -> Counting:
    """A report of the whole year and reports of its parts exclude each other, or their rows would count twice."""
    kept = {} if "" in version.parts else {key: row for key, row in counting.items() if key}
    return kept | dict(version.parts)


def _is_counted(version: _Version, after: Counting) -> bool:
    """Whether anything of a version would count."""
    return any(after.get(key) is row for key, row in version.parts.items())


def _judge(version: _Version, before: Counting, after: Counting, guards: Guards) -> list[Objection]:
    """What speaks against a version; nothing where somebody has decided for it."""
    first = version.first
    if first["submission_id"] in guards.approved:
        return []
    dataset, year = first["dataset"], first["program_year"]
    gone = [row for key, row in before.items() if after.get(key) is not row]
    come = [row for key, row in after.items() if before.get(key) is not row]
    change = Change(total(_sums(row, guards) for row in gone), total(_sums(row, guards) for row in come))
    found = objections(change, guards.amounts.get(dataset, {}))
    decisions = guards.years.get((dataset, year), ())
    if is_locked(decisions, first["receipt_no"], first["submitter"], first["received_on"]):
        found.insert(0, Objection(CLOSED_YEAR, ROWS, change.before.get(ROWS, 0), change.after.get(ROWS, 0)))
    return found


def _sums(row: Row, guards: Guards) -> Sums:
    key = tuple(row[name] for name in ("dataset", "submission_id", "submitter", "program_year", "partition_key"))
    return {ROWS: row["row_count"], **guards.sums.get(key, {})}
