"""What a release must hold before it is published: rows that add up, and tables that keep their promises."""

from __future__ import annotations

from typing import Any

from sciculture_etl.contracts import Contract, TableContract
from sciculture_etl.load import Warehouse
from sciculture_etl.load.row_places import MAX_SUBMISSIONS, file_of
from sciculture_etl.model import Model
from sciculture_etl.quality.suites import Suite, SuiteOutcome, run_suites


def accounts_that_disagree(warehouse: Warehouse, contracts: dict[str, Contract]) -> list[str]:
    """Rows in = loaded + quarantined + left out, for every table of every file, and what is loaded is really there."""
    wrong = [
        f"{_named(warehouse, row)} part {row['part']}: {row['read']:,} rows read, but {row['loaded']:,} loaded + "
        f"{row['quarantined']:,} quarantined + {row['left_out']:,} left out"
        for row in warehouse.rows("SELECT * FROM log.part WHERE read <> loaded + quarantined + left_out")
    ]
    for dataset, contract in contracts.items():
        # One row of a wide table is stored as several.
        counted = "DISTINCT (part, source_row)" if contract.unpivot else "*"
        for row in warehouse.rows(
            f"""SELECT submission_id, p.loaded, coalesce(s.stored, 0) AS stored
            FROM (SELECT submission_id, sum(loaded) AS loaded FROM log.part WHERE dataset = ? GROUP BY ALL) AS p
            LEFT JOIN (SELECT submission_id, count({counted}) AS stored FROM store.{dataset}
                       SEMI JOIN log.submission USING (submission_id, reading) GROUP BY ALL) AS s USING (submission_id)
            WHERE p.loaded <> coalesce(s.stored, 0)""",
            [dataset],
        ):
            counted_rows = f"{row['loaded']:,} rows accepted, {row['stored']:,} stored"
            wrong.append(f"{_named(warehouse, row)} {dataset}: {counted_rows}")
    return wrong


def _named(warehouse: Warehouse, row: dict[str, Any]) -> str:
    return f"{file_of(warehouse, row['submission_id'])} ({row['submission_id']})"


def facts_that_disagree(
    warehouse: Warehouse, contracts: dict[str, Contract], table_contracts: dict[str, TableContract]
) -> list[str]:
    """A fact has each accepted row once: as many rows, from the same places in the same files."""
    wrong = []
    for dataset in contracts:
        fact = f"fct_{dataset}"
        table_contract = table_contracts.get(fact)
        if table_contract is None or not table_contract.by_submission:
            continue
        accepted, made = (
            warehouse.rows(f"SELECT count(*) AS n, sum(hash(submission_id, part, source_row)) AS rows FROM {table}")[0]
            for table in (f"accepted.{dataset}", f'"{fact}"')
        )
        if accepted != made:
            wrong.append(
                f"sql/core/{fact}.sql makes {made['n']:,} rows of {accepted['n']:,} accepted, or not each once: "
                f"look at its joins and conditions: {_concerned(warehouse, dataset, fact)}"
            )
    return wrong


def _concerned(warehouse: Warehouse, dataset: str, fact: str) -> str:
    """The submissions of which a fact has other rows than were accepted, the furthest off first."""
    counts = [
        f"(SELECT submission_id, count(*) AS n, sum(hash(part, source_row)) AS rows FROM {table} GROUP BY ALL)"
        for table in (f"accepted.{dataset}", f'"{fact}"')
    ]
    found = warehouse.rows(
        f"""SELECT submission_id, coalesce(a.n, 0) AS accepted, coalesce(f.n, 0) AS made
        FROM {counts[0]} AS a FULL JOIN {counts[1]} AS f USING (submission_id)
        WHERE (a.n, a.rows) IS DISTINCT FROM (f.n, f.rows)
        ORDER BY abs(coalesce(f.n, 0) - coalesce(a.n, 0)) DESC, submission_id"""
    )
    named = [f"{_named(warehouse, row)} {row['accepted']:,} → {row['made']:,}" for row in found[:MAX_SUBMISSIONS]]
    return "; ".join(named) + (f"; +{len(found) - len(named):,}" if len(found) > len(named) else "")


def judge_tables(warehouse: Warehouse, table_contracts: dict[str, TableContract], model: Model) -> list[SuiteOutcome]:
    """The suites of all tables; one that passed as it stands now isn't asked again, nor one without a row."""
    passed = {row["name"]: row for row in warehouse.rows("SELECT * FROM log.curated_suite")}
    outcomes, asked = [], []
    for name, table_contract in table_contracts.items():
        if not table_contract.suite or table_contract.made_by != "sql":
            continue
        before = passed.get(name)
        if before and before["content"] == model.fingerprints[name]:
            outcomes.append(SuiteOutcome(name, len(table_contract.suite), warnings=before["warnings"]))
        else:
            asked.append(Suite(name, f'SELECT * FROM "{name}"', table_contract.suite, table_contract.grain))
    if asked:
        counts = ", ".join(f'(SELECT count(*) FROM "{suite.name}")' for suite in asked)
        (found,) = warehouse.connection.execute(f"SELECT {counts}").fetchall()
        outcomes += [SuiteOutcome(suite.name, 0) for suite, count in zip(asked, found, strict=True) if not count]
        asked = [suite for suite, count in zip(asked, found, strict=True) if count]
    judged = run_suites(warehouse.connection, asked)
    kept = [[one.name, model.fingerprints[one.name], one.warnings] for one in judged if one.has_passed]
    with warehouse.transaction() as connection:
        names = [outcome.name for outcome in judged]
        connection.execute("DELETE FROM log.curated_suite WHERE list_contains(?, name)", [names])
        if kept:
            connection.executemany("INSERT INTO log.curated_suite VALUES (?, ?, ?)", kept)
    return sorted([*outcomes, *judged], key=lambda outcome: outcome.name)
