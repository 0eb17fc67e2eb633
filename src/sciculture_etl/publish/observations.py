"""The long table of every program's measures as cubes: what its files in the formats of statistical offices share.

A cube is what one program did, counted at one level of the region. So nothing in a cube is counted twice, however it is
added up.
"""

from __future__ import annotations

from typing import Any

import duckdb

from sciculture_etl.contracts import TableContract
from sciculture_etl.contracts.yaml_files import BilingualText
from sciculture_etl.disclosure import published_relation
from sciculture_etl.publish.files import Content
from sciculture_etl.settings import fingerprint

TABLE = "mart_program_level_year"
# What the words of a cube are taken from besides.
NAMED_IN = ("dim_program", "dim_region", "meta_column")
WITHHELD, NOT_YET = "x", "…"
Rows = list[tuple[Any, ...]]


def cubes(connection: duckdb.DuckDBPyConnection, table_contracts: dict[str, TableContract]) -> list[str]:
    """The cubes of a release: ``<program>.<level>``."""
    if TABLE not in table_contracts:
        return []
    relation = published_relation(table_contracts[TABLE])
    query = f"SELECT DISTINCT concat(program_code, '.', region_level) AS cube FROM {relation} ORDER BY cube"
    return [cube for (cube,) in connection.execute(query).fetchall()]


def made_from(content: Content, _cube: str = "") -> str:
    """What decides how the files of the table come out; empty where that can't be told."""
    tables, manifest = content.manifest["tables"], content.manifest
    parts = [str(tables.get(name, {}).get("content", "")) for name in (TABLE, *NAMED_IN)]
    said = [manifest["licence"], manifest["publisher"]["ko"], manifest["publisher"]["en"]]
    return fingerprint(*parts, *said) if all(parts) else ""


def column_of_symbols(table_contract: TableContract) -> str:
    """The symbols of values, as SQL: ``x`` withheld, ``…`` not published yet."""
    return "value_status" if "value_status" in table_contract.columns else "CAST(NULL AS VARCHAR)"


def pairs(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str, BilingualText]:
    """Code → its name in both languages, of a query of three columns."""
    return {code: BilingualText(ko=ko, en=en) for code, ko, en in connection.execute(query).fetchall()}


PROGRAM_NAMES = "SELECT program_code, name_ko, coalesce(name_en, name_ko) FROM dim_program"
MEASURE_NAMES = """
    WITH described AS (
        SELECT column_name, split_part(description_ko, ' (', 1) AS ko, split_part(description_en, ' (', 1) AS en
        FROM meta_column
    )
    SELECT column_name, min_by(ko, (length(ko), ko)), min_by(en, (length(en), en))
    FROM described GROUP BY column_name ORDER BY column_name
"""


def program_names(content: Content) -> dict[str, BilingualText]:
    return content.once("programs", lambda: pairs(content.connection, PROGRAM_NAMES))


def measure_names(content: Content) -> dict[str, BilingualText]:
    """Measure → its shortest description among the columns of that name, without what that says in brackets."""
    return content.once("measures", lambda: pairs(content.connection, MEASURE_NAMES))


def region_names(
    connection: duckdb.DuckDBPyConnection, table_contract: TableContract, cube: tuple[str, str] | None = None
) -> dict[str, BilingualText]:
    """Region → its name in the last year in which it stands.

    Args:
        cube: program and level; None: of all, by the widest level at which the code stands.
    """
    chosen = "WHERE program_code = $1 AND region_level = $2" if cube else ""
    query = f"""
        WITH named AS (
            SELECT region_code, arg_max(region_name, (NOT is_remainder, program_year, region_name)) AS ko
            FROM {published_relation(table_contract)} {chosen} GROUP BY region_code
        )
        SELECT n.region_code, n.ko, coalesce(r.name_en, if(n.region_code = '00', 'Nation', n.ko))
        FROM named AS n LEFT JOIN dim_region AS r ON r.region_code = rpad(n.region_code, 10, '0')
        ORDER BY n.region_code
    """
    found = connection.execute(query, list(cube)) if cube else connection.execute(query)
    return {code: BilingualText(ko=ko, en=en) for code, ko, en in found.fetchall()}
