"""Which workbook holds which rows of which published table. It follows from the tables; nothing lists it.

A row is a program's by its ``program_code``, else by the list of codes that says of a column's values which program
each belongs to (``series_code`` of events), else by the form that the table is made from. A list of the programs
themselves, and what is made from all programs, is in ``common``, lists of codes that are no program's in ``reference``.
The data dictionary is in none (each explains its own columns), nor is the history of values (``CHANGELOG.md`` sums it
up), nor what puts codes of one day in place of another's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

import duckdb

from sciculture_etl.contracts import Contract, TableContract
from sciculture_etl.disclosure import published_relation
from sciculture_etl.model import all_statements
from sciculture_etl.model.status import PROGRAM, Source, sources_of
from sciculture_etl.settings import sql_text

COMMON, REFERENCE = "common", "reference"
ALL_ROWS = "true"
# Workbook → table → its rows there, in SQL.
Shares = dict[str, dict[str, str]]


def workbooks_of(
    connection: duckdb.DuckDBPyConnection, contracts: dict[str, Contract], table_contracts: dict[str, TableContract]
) -> tuple[Shares, dict[str, list[str]]]:
    """The workbooks of a release.

    A program has one where a table that is made from what institutions sent has rows of it.

    Returns:
        What each holds, in the order of the tables; and the datasets that its tables are made from.
    """
    statements = all_statements()
    shares: Shares = defaultdict(dict)
    datasets: dict[str, set[str]] = defaultdict(set)
    for name, table_contract in sorted(table_contracts.items()):
        is_map = name.startswith("dim_") and len(table_contract.grain) > 1
        is_history = table_contract.made_by == "publication"
        if table_contract.audience != "public" or name.startswith("meta_") or is_map or is_history:
            continue
        statement = statements.get(name)
        sources = sources_of(statement, statements, contracts, table_contracts) if statement else []
        shared = REFERENCE if name.startswith("dim_") else COMMON
        for program, rows, count in _programs_of(connection, table_contract, table_contracts, sources):
            only = f" AND ({table_contract.workbook.where})" if table_contract.workbook else ""
            shares[program or shared][name] = rows + only
            if count and program:
                own = {source.dataset for source in sources if _has_rows_of(connection, source, program)}
                datasets[program] |= own or {source.dataset for source in sources}
    kept = {name for name in shares if datasets[name]} | {COMMON, REFERENCE}
    held = {name: _in_order(shares[name], table_contracts) for name in sorted(kept)}
    return held, {name: sorted(datasets[name]) for name in held}


def _in_order(own: dict[str, str], table_contracts: dict[str, TableContract]) -> dict[str, str]:
    """Those with the fewest keys first, which are summaries; lists of codes last."""

    def place(table: str) -> tuple[bool, bool, int, str]:
        table_contract = table_contracts[table]
        return table.startswith("dim_"), table_contract.is_long, len(table_contract.grain), table

    return {table: own[table] for table in sorted(own, key=place)}


def _has_rows_of(connection: duckdb.DuckDBPyConnection, source: Source, program: str) -> bool:
    if PROGRAM not in source.columns:
        return source.program == program
    return bool(connection.execute(f"FROM {source.table} WHERE {PROGRAM} = ? LIMIT 1", [program]).fetchone())


def _programs_of(
    connection: duckdb.DuckDBPyConnection,
    table_contract: TableContract,
    table_contracts: dict[str, TableContract],
    sources: Collection[Source],
) -> list[tuple[str | None, str, int]]:
    """Program (None: no single one), its rows in SQL, how many."""
    relation = published_relation(table_contract)
    if table_contract.grain == [PROGRAM]:
        return [(None, ALL_ROWS, 0)]
    if PROGRAM in table_contract.columns:
        return _counted(connection, relation, PROGRAM)
    for name, other in sorted(table_contracts.items()):
        if name.startswith("dim_") and PROGRAM in other.columns and other.grain[0] in table_contract.columns:
            (key,) = other.grain
            program_of = (
                f'(SELECT any_value({PROGRAM}) FROM {published_relation(other)} AS d WHERE d."{key}" = t."{key}")'
            )
            return _counted(connection, relation, program_of)
    programs = {source.program for source in sources if source.program and PROGRAM not in source.columns}
    if len(programs) == 1:
        row = connection.execute(f"SELECT count(*) FROM {relation}").fetchone()
        return [(programs.pop(), ALL_ROWS, row[0] if row else 0)]
    if not programs and len(sources) == 1:
        (source,) = sources
        shared = [name for name in table_contract.grain if name in source.columns]
        same = " AND ".join(f's."{name}" = t."{name}"' for name in shared)
        program_of = f"(SELECT any_value({PROGRAM}) FROM {source.table} AS s WHERE {same})"
        return _counted(connection, relation, program_of)
    return [(None, ALL_ROWS, 0)]


def _counted(
    connection: duckdb.DuckDBPyConnection, relation: str, program_of: str
) -> list[tuple[str | None, str, int]]:
    found = connection.execute(
        f"SELECT {program_of} AS program, count(*) FROM {relation} AS t GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    return [
        (program, f"{program_of} = {sql_text(program)}" if program else f"{program_of} IS NULL", count)
        for program, count in found
    ]
