"""The rows of submissions that rows of a table are made from, by the columns that both have."""

from __future__ import annotations

from collections import defaultdict

from sciculture_etl.contracts import TableContract
from sciculture_etl.load import Warehouse
from sciculture_etl.load.row_places import PLACE, FailingRows, describe_rows
from sciculture_etl.revisions.worlds import chain_to
from sciculture_etl.rules import given

MAX_SUBMISSIONS = 5


def sources_of(
    warehouse: Warehouse, table_contracts: dict[str, TableContract], table: str, failing: FailingRows
) -> dict[str, str]:
    """Submission → its rows behind the failing ones, as ``실적!12, 13``; those with fewest rows first.

    Nothing where a failing row is told by its year alone: all rows of the year are behind it.
    """
    # A measure of the table isn't that of a row.
    keys = [name for name in failing.frame.columns if name in table_contracts[table].grain]
    found: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for statement in chain_to([table]):
        contract = table_contracts.get(statement.table)
        if contract is None or not contract.by_submission or not set(PLACE) <= contract.columns.keys():
            continue
        shared = [name for name in keys if name in contract.columns]
        if set(shared) <= {"program_year"}:
            continue
        same = " AND ".join(
            f'CAST(f."{name}" AS VARCHAR) IS NOT DISTINCT FROM CAST(k."{name}" AS VARCHAR)' for name in shared
        )
        with given(warehouse.connection, failing=failing.frame):
            rows = warehouse.rows(
                f"""SELECT DISTINCT f.submission_id, coalesce(p.sheet, '') AS sheet, f.source_row
                FROM "{statement.table}" AS f JOIN failing AS k ON {same}
                LEFT JOIN log.part AS p ON p.submission_id = f.submission_id AND p.part = f.part
                ORDER BY ALL"""
            )
        for row in rows:
            found[row["submission_id"]].append((row["sheet"], row["source_row"]))
    few = sorted(found.items(), key=lambda item: (len(item[1]), item[0]))[:MAX_SUBMISSIONS]
    return {submission: describe_rows(rows) for submission, rows in few}
