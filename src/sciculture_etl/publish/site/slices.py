"""Rows of published tables by what they belong to: a hash of each slice, and its rows. Each table is asked once."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import duckdb

from sciculture_etl.disclosure import published_relation
from sciculture_etl.publish.files import Content
from sciculture_etl.settings import fingerprint

Row = tuple[Any, ...]


def hashes(content: Content, table: str, belongs_to: str) -> dict[Any, str]:
    """What each slice of a table is known by.

    Args:
        belongs_to: SQL of what a row belongs to; rows of NULL are in no slice.
    """

    def known() -> dict[Any, str]:
        stated = fingerprint(content.stated(table), duckdb.__version__)
        measured = _measured(content, table, belongs_to)
        return {one: fingerprint(table, stated, f"{count} {total}") for one, (count, total) in measured.items()}

    return content.once(("known by", table, belongs_to), known)


def counts(content: Content, table: str, belongs_to: str) -> dict[Any, int]:
    """How many rows each slice of a table has."""
    return {one: count for one, (count, _) in _measured(content, table, belongs_to).items()}


def _measured(content: Content, table: str, belongs_to: str) -> dict[Any, tuple[int, int]]:
    def ask() -> dict[Any, tuple[int, int]]:
        # No row stands twice, so none cancels another out. Hashed once more, since columns are put together by XOR.
        query = (
            f"SELECT {belongs_to} AS slice, count(*), bit_xor(hash(hash(t))) "
            f"FROM {published_relation(content.table_contracts[table])} AS t GROUP BY slice HAVING slice IS NOT NULL"
        )
        return {one: (count, total) for one, count, total in content.connection.execute(query).fetchall()}

    return content.once(("hashes", table, belongs_to), ask)


def rows(
    content: Content, table: str, belongs_to: str, columns: str = "*", where: str = "true"
) -> dict[Any, list[Row]]:
    """The rows of each slice of a table, in the order of its grain.

    Args:
        belongs_to: SQL of what a row belongs to; rows of NULL are in no slice.
        columns: SQL of what is asked of each.
        where: SQL of the rows that are asked for.
    """

    def ask() -> dict[Any, list[Row]]:
        table_contract = content.table_contracts[table]
        order = ", ".join(f't."{name}"' for name in table_contract.grain)
        query = (
            f"SELECT {belongs_to} AS slice, {columns} FROM {published_relation(table_contract)} AS t "
            f"WHERE ({where}) AND slice IS NOT NULL ORDER BY {order}"
        )
        found: dict[Any, list[Row]] = defaultdict(list)
        for slice_, *row in content.connection.execute(query).fetchall():
            found[slice_].append(tuple(row))
        return dict(found)

    return content.once(("rows", table, belongs_to, columns, where), ask)
