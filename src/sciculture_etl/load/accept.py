"""Which versions are in force: those that count, year by year of each dataset, where the year's suite holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import polars as pl

from sciculture_etl import __version__
from sciculture_etl.contracts import Contract
from sciculture_etl.load.beside import NO_UNCHANGED_YEARS, BackfillAtWork
from sciculture_etl.load.row_places import PLACE, name_submissions
from sciculture_etl.load.scope import EVERYTHING, Scope
from sciculture_etl.load.warehouse import Warehouse
from sciculture_etl.quality.suites import SuiteOutcome
from sciculture_etl.quality.yearly import YearlySuite, run_yearly_suites
from sciculture_etl.rules import apply_rule, given, rule
from sciculture_etl.settings import fingerprint
from sciculture_etl.versions.fold import COLUMNS, PLAY, Fold, Guards, choose, order_versions, read_guards
from sciculture_etl.versions.guards import CLOSED_YEAR

IN_FORCE = ", ".join(COLUMNS)
Year = tuple[str, int]
WALKED = "walked"
WALKED_TABLES = (
    "receipt", "submission", "version", "version_measure", "decided", "withdrawn", "closing", "in_force", "waiting",
)  # fmt: skip


@dataclass
class Acceptance:
    """What putting versions in force changed.

    Attributes:
        accepted: dataset-years whose rows in force changed.
        held: those that failed their suite: of them counts what came before that which fails.
        why: of each dataset-year of which other rows were to count, the reasons.
    """

    accepted: list[Year] = field(default_factory=list)
    why: dict[Year, list[str]] = field(default_factory=dict)
    held: list[SuiteOutcome] = field(default_factory=list)
    remarks: list[SuiteOutcome] = field(default_factory=list)


@dataclass(frozen=True)
class Choice:
    """The versions as they are walked in this run, and the part of them that it may put in force.

    Attributes:
        kept: what stays as it is in force within the scope, too.
    """

    warehouse: Warehouse
    guards: Guards
    fold: Fold
    scope: Scope
    kept: pl.DataFrame

    @property
    def counting(self) -> pl.DataFrame:
        """What is to be in force; what is outside the scope stays as it is. Columns as in ``log.in_force``."""
        return self._within_scope(self.fold.counting)

    def attempts(self, dataset: str, year: int) -> Iterator[pl.DataFrame]:
        """What may count of a year: all that came, else what came before the last arrival, and so on to nothing.

        What came before arrivals were counted is taken back file by file.
        """
        is_own = (pl.col("dataset") == dataset) & (pl.col("program_year") == year)
        own, others = self.fold.order.filter(is_own), self.fold.order.filter(~is_own).select(COLUMNS)
        known = self.counting.filter(dataset=dataset, program_year=year)
        yield known
        moments = pl.when(pl.col("arrival") > 0).then(pl.col("arrival")).otherwise(pl.col("receipt_no") - own_past(own))
        own = own.with_columns(moment=moments)
        for moment in own["moment"].unique().sort(descending=True)[1:]:
            # Ordered anew: evidence decides only where all have it, and what is taken back may have lacked it.
            aside = pl.concat([others, own.filter(pl.col("moment") > moment).select(COLUMNS)])
            order = order_versions(self.warehouse.connection, aside)
            earlier = choose(self.warehouse.connection, order, self.guards, aside).counting
            counting = self._within_scope(earlier).filter(dataset=dataset, program_year=year)
            if not counting.equals(known):
                yield counting
            known = counting
        if known.height:
            yield known.clear()

    def locked_in_scope(self) -> list[str]:
        """Submissions that wait for nothing but that a year within the scope is closed."""
        waiting = self.fold.waiting
        scoped = self._within_scope(waiting.select(COLUMNS).unique())
        freely = waiting.filter(pl.col("cause") != CLOSED_YEAR)["submission_id"]
        beyond = waiting.join(scoped, on=COLUMNS, how="anti")["submission_id"]
        kept = waiting.filter(~pl.col("submission_id").is_in([*freely, *beyond]))
        return sorted(set(kept["submission_id"]))

    def _within_scope(self, counting: pl.DataFrame) -> pl.DataFrame:
        return apply_rule(
            self.warehouse.connection, "within_scope", counting=counting, scope=self.scope.frame, kept=self.kept
        )


def own_past(order: pl.DataFrame) -> int:
    """More than any receipt number there is, so that what came before arrivals were counted lies below them all."""
    return 1 + int(order["receipt_no"].max() or 0)  # type: ignore[arg-type]


def choose_versions(
    warehouse: Warehouse,
    contracts: dict[str, Contract],
    scope: Scope = EVERYTHING,
    beside: BackfillAtWork | None = None,
) -> Choice:
    """Walks the versions of all that was read."""
    order = order_versions(warehouse.connection)
    amounts = {dataset: contract.guard for dataset, contract in contracts.items()}
    guards = read_guards(warehouse.connection, amounts, order)
    kept = beside.kept_years(warehouse) if beside else NO_UNCHANGED_YEARS
    return Choice(warehouse, guards, choose(warehouse.connection, order, guards), scope, kept)


def years_that_change(warehouse: Warehouse, counting: pl.DataFrame) -> dict[Year, list[str]]:
    """Dataset-years of which other rows are to be in force than are → why.

    Args:
        counting: of a ``Choice``.
    """
    found: dict[Year, list[str]] = {}
    for row in apply_rule(warehouse.connection, "partition_that_changes", counting=counting).to_dicts():
        found.setdefault((row["dataset"], row["program_year"]), []).append(row["why"])
    return found


def accept_versions(
    warehouse: Warehouse,
    contracts: dict[str, Contract],
    scope: Scope = EVERYTHING,
    beside: BackfillAtWork | None = None,
) -> Acceptance:
    """Puts the versions that count in force, year by year of each dataset, where the year's suite holds.

    Of a year that fails counts as much of what came first as holds; a suite is asked once of the same versions. Where
    nothing is other than after the last walk, there is none.

    Args:
        beside: a backfill that is still at work: what it has loaded is left to its end.
    """
    if warehouse.state(WALKED) == _walked_over(warehouse, contracts):
        return Acceptance()
    choice = choose_versions(warehouse, contracts, scope, beside)
    _record_order(warehouse, choice.fold.order)
    acceptance = Acceptance(why=years_that_change(warehouse, choice.counting))
    chosen, failed = _YearlyJudgement(warehouse, contracts, choice, acceptance).judge()
    with warehouse.transaction() as connection:
        connection.execute("DELETE FROM log.waiting")
        connection.execute("DELETE FROM log.held")
        with given(connection, found=choice.fold.waiting):
            connection.execute("INSERT INTO log.waiting FROM found")
        for (dataset, year), counting in chosen.items():
            key = [dataset, year]
            with given(connection, counting=counting, all_counting=choice.counting):
                if (dataset, year) in failed:
                    connection.execute(
                        f"INSERT INTO log.held SELECT {IN_FORCE} FROM all_counting ANTI JOIN counting "
                        f"USING ({IN_FORCE}) WHERE dataset = ? AND program_year = ?",
                        key,
                    )
                standing = f"(SELECT {IN_FORCE} FROM log.in_force WHERE dataset = ? AND program_year = ?)"
                changed = (
                    f"SELECT 1 FROM ((FROM counting EXCEPT FROM {standing}) UNION ALL "
                    f"(FROM {standing} EXCEPT FROM counting))"
                )
                if not connection.execute(changed, key * 2).fetchone():
                    continue
                acceptance.accepted.append((dataset, year))
                connection.execute("DELETE FROM log.in_force WHERE dataset = ? AND program_year = ?", key)
                connection.execute(f"INSERT INTO log.in_force SELECT {IN_FORCE} FROM counting")
        for dataset in {dataset for dataset, _ in acceptance.accepted}:
            _delete_old_readings(warehouse, dataset)
        if scope == EVERYTHING and not beside and not failed:
            warehouse.set_state(WALKED, _walked_over(warehouse, contracts))
    return acceptance


def _walked_over(warehouse: Warehouse, contracts: dict[str, Contract]) -> str:
    """Fingerprint of all that decides what counts, and of what counts."""
    hashes = " UNION ALL ".join(
        f"SELECT '{table}', count(*), bit_xor(hash(line)), sum(CAST(hash(line) AS HUGEINT)) FROM log.{table} AS line"
        for table in WALKED_TABLES
    )
    rows = warehouse.connection.execute(hashes).fetchall()
    guards = [f"{dataset} {contract.guard}" for dataset, contract in contracts.items()]
    return fingerprint(rule("version_order"), __version__, *guards, *map(str, sorted(rows)))


def _record_order(warehouse: Warehouse, order: pl.DataFrame) -> None:
    """Keeps the order of what has several versions in ``log.version_order``, for the tables that report it."""
    columns = ", ".join(warehouse.columns("log.version_order"))
    contested = order.filter(pl.col("position").max().over(PLAY) > 1)
    with given(warehouse.connection, contested=contested):
        wanted, known = (f"SELECT {columns} FROM {table}" for table in ("contested", "log.version_order"))
        if warehouse.value(f"SELECT 1 FROM (({wanted} EXCEPT {known}) UNION ALL ({known} EXCEPT {wanted})) LIMIT 1"):
            with warehouse.transaction() as connection:
                connection.execute("DELETE FROM log.version_order")
                connection.execute(f"INSERT INTO log.version_order {wanted}")


class _YearlyJudgement:
    """Runs the suites of the years that change, each over less and less of what came until it holds."""

    def __init__(
        self, warehouse: Warehouse, contracts: dict[str, Contract], choice: Choice, acceptance: Acceptance
    ) -> None:
        self._warehouse = warehouse
        self._contracts = contracts
        self._acceptance = acceptance
        self._attempts = {year: choice.attempts(*year) for year in acceptance.why}
        self._tried: dict[Year, list[str]] = {year: [] for year in acceptance.why}

    def judge(self) -> tuple[dict[Year, pl.DataFrame], set[Year]]:
        """What is to be in force of each year, and the years of which that isn't all."""
        chosen: dict[Year, pl.DataFrame] = {}
        failed: set[Year] = set()
        pending = {year: next(attempts) for year, attempts in self._attempts.items()}
        while pending:
            outcomes = self._outcomes(pending)
            for year, outcome in outcomes.items():
                counting = pending.pop(year)
                if outcome.has_passed:
                    chosen[year] = counting
                    continue
                if year not in failed:
                    self._acceptance.held.append(outcome)
                failed.add(year)
                pending[year] = next(self._attempts[year])
        for (dataset, program_year), tried in self._tried.items():
            self._warehouse.connection.execute(
                "DELETE FROM log.suite_result WHERE dataset = ? AND program_year = ? "
                "AND NOT list_contains(?, fingerprint)",
                [dataset, program_year, tried],
            )
        return chosen, failed

    def _outcomes(self, pending: dict[Year, pl.DataFrame]) -> dict[Year, SuiteOutcome]:
        """Of each year that which is pending of it; what was judged before isn't judged again."""
        outcomes: dict[Year, SuiteOutcome] = {}
        fresh: dict[Year, str] = {}
        for year, counting in pending.items():
            dataset, program_year = year
            contract = self._contracts[dataset]
            made_of = _year_fingerprint(counting, contract)
            self._tried[year].append(made_of)
            known = self._warehouse.rows(
                "SELECT passed, detail FROM log.suite_result "
                "WHERE dataset = ? AND program_year = ? AND fingerprint = ?",
                [dataset, program_year, made_of],
            )
            name, checked = f"{dataset} {program_year}", len(contract.suite)
            if not counting.height or (known and known[0]["passed"]):
                outcomes[year] = SuiteOutcome(name, checked)
            elif known:
                # A line that is set in belongs to the error above it.
                outcomes[year] = SuiteOutcome(name, checked, errors=re.split(r"\n(?! )", str(known[0]["detail"])))
            else:
                fresh[year] = made_of
        return outcomes | (self._run(pending, fresh) if fresh else {})

    def _run(self, pending: dict[Year, pl.DataFrame], fresh: dict[Year, str]) -> dict[Year, SuiteOutcome]:
        counting = pl.concat([pending[year] for year in fresh])
        # The suites are run on a connection of their own, which sees tables alone.
        with given(self._warehouse.connection, counting=counting), self._warehouse.transaction() as connection:
            connection.execute("CREATE OR REPLACE TABLE log.candidate AS SELECT * FROM counting")
        years: dict[str, list[int]] = {}
        for dataset, year in fresh:
            years.setdefault(dataset, []).append(year)
        suites = [
            YearlySuite(name, _candidate_query(name), own, self._contracts[name].suite, PLACE)
            for name, own in years.items()
        ]
        outcomes = run_yearly_suites(self._warehouse.connection, suites)
        for (dataset, year), outcome in outcomes.items():
            rows = f"{_candidate_query(dataset)} WHERE program_year = {year}"
            outcome.errors = name_submissions(self._warehouse, outcome, dataset, year, rows)
        with self._warehouse.transaction() as connection:
            for (dataset, year), made_of in fresh.items():
                outcome = outcomes[dataset, year]
                detail = "\n".join(outcome.errors or outcome.warnings)
                connection.execute(
                    "INSERT INTO log.suite_result VALUES (?, ?, ?, ?, ?)",
                    [dataset, year, made_of, outcome.has_passed, detail],
                )
                if outcome.has_passed and outcome.warnings:
                    self._acceptance.remarks.append(outcome)
            connection.execute("DROP TABLE log.candidate")
        return {year: outcomes[year] for year in fresh}


def _candidate_query(dataset: str) -> str:
    """The rows of all versions that are to count."""
    return (
        f"SELECT * FROM (SELECT * EXCLUDE (reading) FROM store.{dataset} AS s SEMI JOIN log.candidate AS w "
        f"ON w.dataset = '{dataset}' AND w.submission_id = s.submission_id AND w.reading = s.reading "
        "AND w.program_year = s.program_year AND w.partition_key = s.partition_key)"
    )


def _year_fingerprint(counting: pl.DataFrame, contract: Contract) -> str:
    rows = counting.select("submission_id", "reading", "partition_key").sort(pl.all()).rows()
    suite = [entry.model_dump_json() for entry in contract.suite]
    return fingerprint(*suite, *(" ".join(row) for row in rows))


def _delete_old_readings(warehouse: Warehouse, dataset: str) -> None:
    """Rows read under an earlier contract are kept until what replaces them is in force."""
    stale = warehouse.value(
        f"SELECT count(*) FROM (SELECT DISTINCT submission_id, reading FROM store.{dataset}) AS s ANTI JOIN "
        "log.submission AS l ON l.submission_id = s.submission_id AND l.reading = s.reading"
    )
    if stale:
        warehouse.connection.execute(
            f"DELETE FROM store.{dataset} AS s WHERE NOT EXISTS (SELECT 1 FROM log.submission AS l "
            "WHERE l.submission_id = s.submission_id AND l.reading = s.reading) AND NOT EXISTS "
            "(SELECT 1 FROM log.in_force AS f WHERE f.submission_id = s.submission_id AND f.reading = s.reading)"
        )
