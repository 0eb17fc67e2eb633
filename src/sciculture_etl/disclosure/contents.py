"""What the rows of a family are known by, so that its pattern is looked for again only where one of them is another."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property

import duckdb

from sciculture_etl.disclosure.sums import LinkedSums, TableSum
from sciculture_etl.model import Model
from sciculture_etl.settings import fingerprint


class RowContents:
    """Fingerprints of the rows that families use.

    One table holds the sums of many families: of such a table the rows of a family's own sums count, not the table.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, model: Model, families: list[LinkedSums]) -> None:
        self._connection = connection
        self._model = model
        self._families = families
        self._groups: dict[str, list[tuple[dict[str, str], str]]] = {}

    @cached_property
    def _picked_by(self) -> dict[str, list[str]]:
        """Table → the columns by which sums pick its rows."""
        columns: defaultdict[str, set[str]] = defaultdict(set)
        for family in self._families:
            for one in family.sums:
                columns[one.table] |= one.sum.where.keys()
        return {table: sorted(names) for table, names in columns.items()}

    def of(self, family: LinkedSums) -> str:
        """Of all rows that are added up, and all that are sums of them."""
        return fingerprint(self._model.fingerprints[family.of], *(self._of_sum(one) for one in family.sums))

    def _of_sum(self, one: TableSum) -> str:
        if not one.sum.where:
            return self._model.fingerprints[one.table]
        wanted = one.sum.where.items()
        return fingerprint(*(content for group, content in self._grouped(one.table) if wanted <= group.items()))

    def _grouped(self, table: str) -> list[tuple[dict[str, str], str]]:
        """What each group of rows, by what sums pick them, is known by."""
        if table not in self._groups:
            columns = self._picked_by[table]
            picked = ", ".join(f'CAST(r."{name}" AS VARCHAR)' for name in columns)
            rows = self._connection.execute(
                f"SELECT {picked}, count(*), bit_xor(hash(r)), sum(CAST(hash(r) AS HUGEINT)) "
                f'FROM main."{table}" AS r GROUP BY {picked} ORDER BY ALL'
            ).fetchall()
            size = len(columns)
            self._groups[table] = [(dict(zip(columns, row[:size], strict=True)), str(row)) for row in rows]
        return self._groups[table]
