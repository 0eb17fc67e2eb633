"""Whether each year of each dataset is open, provisional or closed → ``log.year_state``."""

from __future__ import annotations

from datetime import date

import polars as pl

from sciculture_etl.contracts import Contract
from sciculture_etl.load.warehouse import Warehouse
from sciculture_etl.rules import given
from sciculture_etl.versions.fold import read_years
from sciculture_etl.versions.years import CLOSED, counted_fingerprint, state_of

SCHEMA = {
    "dataset": pl.String, "program_year": pl.Int16, "state": pl.String, "is_revised": pl.Boolean, "reason": pl.String,
}  # fmt: skip


def record_year_states(warehouse: Warehouse, contracts: dict[str, Contract], today: date) -> None:
    """States of all years of which something counts; one that is closed is revised where other versions count since."""
    decisions = read_years(warehouse.connection)
    closings = {
        (dataset, year): (reason, counted, why_reopened)
        for dataset, year, reason, counted, why_reopened in warehouse.connection.execute(
            "SELECT dataset, program_year, arg_max(reason, closing_no) FILTER (kind = 'closed'), "
            "arg_max(counted, closing_no) FILTER (kind = 'closed'), "
            "arg_max(reason, closing_no) FILTER (kind = 'reopened' AND submitter IS NULL AND until IS NULL) "
            "FROM log.closing GROUP BY ALL"
        ).fetchall()
    }
    counting: dict[tuple[str, int], list[tuple[object, ...]]] = {}
    for dataset, year, *version in warehouse.connection.execute(
        "SELECT dataset, program_year, submitter, partition_key, submission_id FROM log.in_force"
    ).fetchall():
        counting.setdefault((dataset, year), []).append(tuple(version))
    found = []
    for dataset, year in sorted(counting.keys() | closings.keys()):
        if dataset not in contracts:
            continue
        state = state_of(decisions.get((dataset, year), ()), contracts[dataset].due.last_due_on(year), today)
        reason, counted, why_reopened = closings.get((dataset, year), ("", "", ""))
        is_revised = state == CLOSED and counted_fingerprint(counting.get((dataset, year), [])) != counted
        found.append((dataset, year, state, is_revised, (reason if state == CLOSED else why_reopened) or ""))
    with (
        given(warehouse.connection, found=pl.DataFrame(found, SCHEMA, orient="row")),
        warehouse.transaction() as connection,
    ):
        connection.execute("DELETE FROM log.year_state")
        connection.execute("INSERT INTO log.year_state FROM found")
