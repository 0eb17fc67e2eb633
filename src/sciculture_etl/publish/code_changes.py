"""``meta_code_change``: codes that were renamed, by ``sql/reference/code_change.csv``, and the version since when.

A release carries of the one before since when; like ``mart_revision`` it depends on what was published when.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import polars as pl

from sciculture_etl.contracts import TableContract
from sciculture_etl.errors import ContractError
from sciculture_etl.load import Warehouse
from sciculture_etl.messages import message
from sciculture_etl.publish.structure import Structure
from sciculture_etl.rules import given
from sciculture_etl.settings import sql_text
from sciculture_etl.storage.parquet import damage_reported

TABLE = "meta_code_change"
Code = tuple[str, str, str]  # table, column, old code


def renamed_codes(warehouse: Warehouse, structure: Structure) -> dict[Code, dict[str, str | None]]:
    """Every renamed code → its line of the list; of a line without a table, in each table that has the column.

    Raises:
        ContractError: Where the new code is none.
    """
    rows = warehouse.rows("SELECT * FROM reference.code_change ORDER BY ALL")
    found: dict[Code, dict[str, str | None]] = {}
    for row in rows:
        column, old, new = row["column_name"], row["old_code"], row["new_code"]
        tables = [name for name, table in structure.items() if column in table.columns]
        if row["table_name"]:
            tables = [name for name in tables if name == row["table_name"]]
        later = {other["old_code"] for other in rows if other["column_name"] == column}
        known = [codes for name in tables if (codes := codes_of(structure, name, column)) is not None]
        if not tables or (known and not any(new in codes for codes in known) and new not in later):
            raise ContractError(message("code_change_unknown", column=column, old=old, new=new))
        found |= {(name, column, old): row for name in tables}
    return found


def codes_of(structure: Structure, table: str, column: str) -> Collection[str] | None:
    """All that a column may hold; None where nobody says."""
    stated = structure[table].columns[column]
    if stated.references:
        owner = structure.get(stated.references.partition(".")[0])
        return owner.codes if owner else None
    rows = structure[table].codes if structure[table].grain == (column,) else None
    return rows if rows is not None else stated.codes


def write_code_changes(
    warehouse: Warehouse, table_contracts: dict[str, TableContract], structure: Structure, previous: Path | None,
    version: str,
) -> None:  # fmt: skip
    """Makes it as a temporary table.

    Args:
        previous: folder of the release that is followed.
        version: of the release that is being made.
    """
    columns = list(table_contracts[TABLE].columns)
    since = _since(warehouse, previous)
    rows = []
    for code, row in renamed_codes(warehouse, structure).items():
        in_use = codes_of(structure, *code[:2]) or ()
        gone = None if code[2] in in_use else since.get(code) or version
        rows.append((*code, row["new_code"], gone, row["note_ko"], row["note_en"]))
    lines = pl.DataFrame(rows, dict.fromkeys(columns, pl.String), orient="row")
    with given(warehouse.connection, lines=lines):
        warehouse.connection.execute(f"CREATE OR REPLACE TEMP TABLE {TABLE} AS SELECT * FROM lines")


def _since(warehouse: Warehouse, previous: Path | None) -> dict[Code, str]:
    carried = previous / "parquet" / f"{TABLE}.parquet" if previous else None
    if carried is None or not carried.exists():
        return {}
    query = (
        f"SELECT table_name, column_name, old_code, since_version FROM read_parquet({sql_text(carried)}) "
        "WHERE since_version IS NOT NULL"
    )
    with damage_reported(carried):
        rows = warehouse.connection.execute(query).fetchall()
    return {(table, column, old): version for table, column, old, version in rows}
