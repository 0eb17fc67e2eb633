"""Which version of each partition is in force, and whether the year it belongs to may be."""

from __future__ import annotations

from dataclasses import dataclass, field

from sciculture_etl.contracts import Contract
from sciculture_etl.load.warehouse import Warehouse
from sciculture_etl.quality.suites import Suite, SuiteOutcome, run_suites
from sciculture_etl.settings import fingerprint

# The newest by the date in the file, else the day of receipt; then by receipt; then by content, so that no order of
# processing can decide. One row a partition. A report of the whole year (no key) and reports of its parts exclude each
# other, or their rows would count twice: the newer side wins.
WINNERS = """
CREATE OR REPLACE TEMP TABLE winner AS
WITH aged AS (
  SELECT v.*, row_number() OVER (
    PARTITION BY v.dataset, v.submitter, v.program_year
    ORDER BY coalesce(s.made_on, CAST(r.received_at AT TIME ZONE 'UTC' AS DATE)) DESC, r.received_at DESC,
      v.submission_id
  ) AS age
  FROM log.version AS v
  JOIN log.submission AS s ON s.submission_id = v.submission_id AND s.reading = v.reading
  JOIN (SELECT submission_id, min(received_at) AS received_at FROM log.receipt GROUP BY submission_id) AS r
    ON r.submission_id = v.submission_id
  ANTI JOIN log.withdrawn AS w ON w.submission_id = v.submission_id
),
newest AS (
  SELECT * FROM aged
  QUALIFY row_number() OVER (PARTITION BY dataset, submitter, program_year, partition_key ORDER BY age) = 1
)
SELECT w.dataset, w.submitter, w.program_year, w.partition_key, w.submission_id, w.reading
FROM newest AS w
WHERE NOT EXISTS (
  SELECT 1 FROM newest AS o
  WHERE o.dataset = w.dataset AND o.submitter = w.submitter AND o.program_year = w.program_year
    AND (o.partition_key = '') <> (w.partition_key = '')
    AND o.age < w.age AND o.submission_id <> w.submission_id
)
"""
COLUMNS = "dataset, submitter, program_year, partition_key, submission_id, reading"
# What is outside the scope stays as it is in force.
WITHIN = f"""
CREATE OR REPLACE TEMP TABLE winner AS
SELECT {COLUMNS} FROM winner WHERE %s UNION ALL SELECT {COLUMNS} FROM log.in_force WHERE NOT (%s)
"""
# Partitions of which other rows are to be in force than are, with the reason.
DIFFERENCES = """
SELECT
    coalesce(w.dataset, f.dataset) AS dataset,
    coalesce(w.program_year, f.program_year) AS program_year,
    CASE
        WHEN w.submission_id IS NULL THEN 'nothing of it counts any more'
        WHEN f.submission_id IS NULL THEN 'first accepted'
        WHEN w.submission_id <> f.submission_id THEN 'another version counts'
        ELSE 'read again'
    END AS why
FROM winner AS w
FULL JOIN log.in_force AS f USING (dataset, submitter, program_year, partition_key)
WHERE (w.submission_id, w.reading) IS DISTINCT FROM (f.submission_id, f.reading)
ORDER BY ALL
"""


@dataclass
class Acceptance:
    """accepted: dataset-years whose rows in force changed. held: those that failed their suite and stay as
    they were. why: of each dataset-year of which other rows were to count, the reasons."""

    accepted: list[tuple[str, int]] = field(default_factory=list)
    why: dict[tuple[str, int], list[str]] = field(default_factory=dict)
    held: list[SuiteOutcome] = field(default_factory=list)
    remarks: list[SuiteOutcome] = field(default_factory=list)


def find_differences(warehouse: Warehouse, scope: str = "true") -> dict[tuple[str, int], list[str]]:
    """Dataset-years of which other rows are to be in force than are → why. Leaves the temporary table ``winner``.

    scope: a condition over dataset, submitter and program_year; what is outside stays as it is in force.
    """
    warehouse.connection.execute(WINNERS)
    if scope != "true":
        warehouse.connection.execute(WITHIN % (scope, scope))
    found: dict[tuple[str, int], list[str]] = {}
    for row in warehouse.rows(DIFFERENCES):
        whys = found.setdefault((row["dataset"], row["program_year"]), [])
        if row["why"] not in whys:
            whys.append(row["why"])
    return found


def _candidate_query(contract: Contract, year: int) -> str:
    return (
        f"SELECT * EXCLUDE (reading) FROM store.{contract.dataset} AS s SEMI JOIN "
        f"log.candidate AS w ON w.dataset = '{contract.dataset}' "
        f"AND w.submission_id = s.submission_id AND w.reading = s.reading AND w.program_year = s.program_year "
        f"AND w.partition_key = s.partition_key WHERE s.program_year = {year}"
    )


def _year_fingerprint(warehouse: Warehouse, contract: Contract, year: int) -> str:
    rows = warehouse.rows(
        "SELECT submission_id, reading, partition_key FROM winner WHERE dataset = ? AND program_year = ? ORDER BY ALL",
        [contract.dataset, year],
    )
    suite = [entry.model_dump_json() for entry in contract.suite]
    return fingerprint(*suite, *(f"{row['submission_id']} {row['reading']} {row['partition_key']}" for row in rows))


def accept_versions(warehouse: Warehouse, contracts: dict[str, Contract], scope: str = "true") -> Acceptance:
    """Puts the newest version of every partition in force, year by year of each dataset, where the year's suite holds.

    A year that fails keeps the rows it had; it is judged again when its versions or its suite change. scope: as of
    ``find_differences``.
    """
    acceptance = Acceptance(why=find_differences(warehouse, scope))
    suites: list[tuple[str, int, str, Suite]] = []
    for dataset, year in acceptance.why:
        contract = contracts[dataset]
        mark = _year_fingerprint(warehouse, contract, year)
        failed_before = warehouse.rows(
            "SELECT detail FROM log.suite_result "
            "WHERE dataset = ? AND program_year = ? AND fingerprint = ? AND NOT passed",
            [dataset, year, mark],
        )
        if failed_before:
            details = str(failed_before[0]["detail"]).splitlines()
            acceptance.held.append(SuiteOutcome(f"{dataset} {year}", len(contract.suite), errors=details))
            continue
        suites.append(
            (dataset, year, mark, Suite(f"{dataset} {year}", _candidate_query(contract, year), contract.suite))
        )
    if not suites:
        return acceptance
    with warehouse.transaction() as connection:
        connection.execute("CREATE OR REPLACE TABLE log.candidate AS SELECT * FROM winner")
    outcomes = run_suites(warehouse.connection, [suite for *_, suite in suites])
    with warehouse.transaction() as connection:
        for (dataset, year, mark, _), outcome in zip(suites, outcomes, strict=True):
            key = [dataset, year]
            connection.execute("DELETE FROM log.suite_result WHERE dataset = ? AND program_year = ?", key)
            detail = "\n".join(outcome.errors or outcome.warnings)
            connection.execute(
                "INSERT INTO log.suite_result VALUES (?, ?, ?, ?, ?)", [dataset, year, mark, outcome.passed, detail]
            )
            if not outcome.passed:
                acceptance.held.append(outcome)
                continue
            if outcome.warnings:
                acceptance.remarks.append(outcome)
            acceptance.accepted.append((dataset, year))
            connection.execute("DELETE FROM log.in_force WHERE dataset = ? AND program_year = ?", key)
            connection.execute(
                f"INSERT INTO log.in_force SELECT {COLUMNS} FROM winner WHERE dataset = ? AND program_year = ?", key
            )
        connection.execute("DROP TABLE log.candidate")
        for dataset in {dataset for dataset, _ in acceptance.accepted}:
            _forget_old_readings(warehouse, dataset)
    return acceptance


def _forget_old_readings(warehouse: Warehouse, dataset: str) -> None:
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
