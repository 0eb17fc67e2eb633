"""Which version of each partition is in force, and whether the year it belongs to may be."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from sciculture_etl.contracts import Contract
from sciculture_etl.load.scope import EVERYTHING, Scope
from sciculture_etl.load.warehouse import Warehouse
from sciculture_etl.quality.suites import SuiteOutcome
from sciculture_etl.quality.yearly import YearlySuite, run_yearly_suites
from sciculture_etl.rules import apply_rule, given
from sciculture_etl.settings import fingerprint
from sciculture_etl.versions.fold import fold_versions

COLUMNS = "dataset, submitter, program_year, partition_key, submission_id, reading"


@dataclass
class Acceptance:
    """What putting versions in force changed.

    Attributes:
        accepted: dataset-years whose rows in force changed.
        held: those that failed their suite and stay as they were.
        why: of each dataset-year of which other rows were to count, the reasons.
    """

    accepted: list[tuple[str, int]] = field(default_factory=list)
    why: dict[tuple[str, int], list[str]] = field(default_factory=dict)
    held: list[SuiteOutcome] = field(default_factory=list)
    remarks: list[SuiteOutcome] = field(default_factory=list)


def versions_that_count(warehouse: Warehouse, scope: Scope = EVERYTHING) -> pl.DataFrame:
    """The version of every partition that is to be in force; what is outside the scope stays as it is.

    Columns as in ``log.in_force``.
    """
    counting = fold_versions(warehouse.connection).counting
    return apply_rule(warehouse.connection, "within_scope", counting=counting, scope=scope.frame)


def years_that_change(warehouse: Warehouse, counting: pl.DataFrame) -> dict[tuple[str, int], list[str]]:
    """Dataset-years of which other rows are to be in force than are → why.

    Args:
        counting: of ``versions_that_count``.
    """
    found: dict[tuple[str, int], list[str]] = {}
    for row in apply_rule(warehouse.connection, "partition_that_changes", counting=counting).to_dicts():
        found.setdefault((row["dataset"], row["program_year"]), []).append(row["why"])
    return found


def _candidate_query(dataset: str) -> str:
    """The rows of all versions that are to count."""
    return (
        f"SELECT * FROM (SELECT * EXCLUDE (reading) FROM store.{dataset} AS s SEMI JOIN log.candidate AS w "
        f"ON w.dataset = '{dataset}' AND w.submission_id = s.submission_id AND w.reading = s.reading "
        "AND w.program_year = s.program_year AND w.partition_key = s.partition_key)"
    )


def _year_fingerprint(counting: pl.DataFrame, contract: Contract, year: int) -> str:
    of_year = counting.filter(dataset=contract.dataset, program_year=year)
    rows = of_year.select("submission_id", "reading", "partition_key").sort(pl.all()).rows()
    suite = [entry.model_dump_json() for entry in contract.suite]
    return fingerprint(*suite, *(" ".join(row) for row in rows))


def accept_versions(warehouse: Warehouse, contracts: dict[str, Contract], scope: Scope = EVERYTHING) -> Acceptance:
    """Puts the newest version of every partition in force, year by year of each dataset, where the year's suite holds.

    A year that fails keeps the rows it had; it is judged again when its versions or its suite change.
    """
    counting = versions_that_count(warehouse, scope)
    acceptance = Acceptance(why=years_that_change(warehouse, counting))
    judged: dict[tuple[str, int], str] = {}
    for dataset, year in acceptance.why:
        contract = contracts[dataset]
        fingerprint_of_year = _year_fingerprint(counting, contract, year)
        failed_before = warehouse.rows(
            "SELECT detail FROM log.suite_result "
            "WHERE dataset = ? AND program_year = ? AND fingerprint = ? AND NOT passed",
            [dataset, year, fingerprint_of_year],
        )
        if failed_before:
            details = str(failed_before[0]["detail"]).splitlines()
            acceptance.held.append(SuiteOutcome(f"{dataset} {year}", len(contract.suite), errors=details))
        else:
            judged[dataset, year] = fingerprint_of_year
    if not judged:
        return acceptance
    # The suites are run on a connection of their own, which sees tables alone.
    with given(warehouse.connection, counting=counting), warehouse.transaction() as connection:
        connection.execute("CREATE OR REPLACE TABLE log.candidate AS SELECT * FROM counting")
    years: dict[str, list[int]] = {}
    for dataset, year in judged:
        years.setdefault(dataset, []).append(year)
    suites = [YearlySuite(name, _candidate_query(name), own, contracts[name].suite) for name, own in years.items()]
    outcomes = run_yearly_suites(warehouse.connection, suites)
    with given(warehouse.connection, counting=counting), warehouse.transaction() as connection:
        for (dataset, year), fingerprint_of_year in judged.items():
            key, outcome = [dataset, year], outcomes[dataset, year]
            connection.execute("DELETE FROM log.suite_result WHERE dataset = ? AND program_year = ?", key)
            detail = "\n".join(outcome.errors or outcome.warnings)
            connection.execute(
                "INSERT INTO log.suite_result VALUES (?, ?, ?, ?, ?)",
                [dataset, year, fingerprint_of_year, outcome.has_passed, detail],
            )
            if not outcome.has_passed:
                acceptance.held.append(outcome)
                continue
            if outcome.warnings:
                acceptance.remarks.append(outcome)
            acceptance.accepted.append((dataset, year))
            connection.execute("DELETE FROM log.in_force WHERE dataset = ? AND program_year = ?", key)
            connection.execute(
                f"INSERT INTO log.in_force SELECT {COLUMNS} FROM counting WHERE dataset = ? AND program_year = ?", key
            )
        connection.execute("DROP TABLE log.candidate")
        for dataset in {dataset for dataset, _ in acceptance.accepted}:
            _delete_old_readings(warehouse, dataset)
    return acceptance


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
