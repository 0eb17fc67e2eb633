"""Names of the codes that a distinct count counts, from the dimension that has one row for each."""

from __future__ import annotations

import re
from collections.abc import Iterable

import duckdb

from sciculture_etl.contracts import TableContract
from sciculture_etl.trace.account import KEYS, Term

CODE = re.compile(r"\b(?:count|sum)\((?:DISTINCT )?(?:\w+\.)?(\w+_code)\)")
# Shorter codes of divisions are the beginning of the full one.
DIVISIONS = ("sido_code", "sigungu_code", "general_gu_code", "eupmyeondong_code")
DIGITS = 10


def key_names(
    connection: duckdb.DuckDBPyConnection, terms: Iterable[Term], table_contracts: dict[str, TableContract]
) -> dict[str, str]:
    """Name by code, of all keys whose code a dimension knows."""
    found: dict[str, str] = {}
    for term in terms:
        if term.kind != KEYS or not (named := CODE.search(term.text)):
            continue
        keys = [one.key for one in term.contributions if one.key]
        if named[1] in DIVISIONS:
            query = (
                "SELECT k.key, r.full_name_ko FROM (SELECT unnest(?::VARCHAR[]) AS key) AS k "
                f"JOIN main.dim_region AS r ON r.region_code = rpad(k.key, {DIGITS}, '0')"
            )
        elif place := _dimension(named[1], table_contracts):
            table, name = place
            query = f"SELECT {named[1]}, {name} FROM main.{table} WHERE {named[1]} IN (SELECT unnest(?::VARCHAR[]))"
        else:
            continue
        found |= {key: name for key, name in connection.execute(query, [keys]).fetchall() if name}
    return found


def _dimension(code: str, table_contracts: dict[str, TableContract]) -> tuple[str, str] | None:
    for contract in table_contracts.values():
        if contract.table.startswith("dim_") and contract.grain == [code]:
            for name in ("name_ko", code.removesuffix("code") + "name"):
                if name in contract.columns:
                    return contract.table, name
    return None
