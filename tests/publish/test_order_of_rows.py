"""Rows of a table stand in the order of its grain in every file, however many they are and however they lie."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from sciculture_etl.contracts import load_table_contracts
from sciculture_etl.publish.files import SORTED_ANYHOW, copy_csv

TABLE = "mart_row_error"


@pytest.mark.parametrize("lying", ["submission_id, finding_no", "hash(finding_no)", "submission_id, finding_no DESC"])
def test_a_large_table_is_in_order_whether_it_lay_so_or_not(tmp_path: Path, lying: str) -> None:
    contract = load_table_contracts()[TABLE]
    columns = ", ".join(f'CAST(NULL AS {column.type}) AS "{name}"' for name, column in contract.columns.items())
    with duckdb.connect() as connection:
        connection.execute(
            f"CREATE TABLE {TABLE} AS SELECT * REPLACE (lpad(CAST(n // 9 AS VARCHAR), 5, '0') AS submission_id, "
            f"n % 9 AS finding_no) FROM (SELECT {columns}), range({SORTED_ANYHOW + 1}) AS r(n) ORDER BY {lying}"
        )
        connection.execute(f"ALTER TABLE {TABLE} DROP COLUMN n")
        copy_csv(connection, contract, tmp_path / "rows.csv")
    keys = [tuple(line.split(",")[:2]) for line in (tmp_path / "rows.csv").read_text().splitlines()[1:]]
    assert len(keys) == SORTED_ANYHOW + 1
    assert keys == sorted(keys)
