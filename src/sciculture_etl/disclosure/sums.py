"""Which published rows add up the same cells: the families of sums that table contracts declare."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field

from sciculture_etl.contracts import TableContract
from sciculture_etl.contracts.disclosure import VALUE, Sum
from sciculture_etl.disclosure.history import row_key
from sciculture_etl.settings import sql_text

YEAR = "program_year"


@dataclass(frozen=True)
class TableSum:
    """A sum of one published table.

    Attributes:
        number: its place among the sums of its family.
        k: persons from 1 to k - 1 are never shown.
    """

    contract: TableContract
    sum: Sum
    number: int
    k: int

    @property
    def table(self) -> str:
        return self.contract.table

    @property
    def measures(self) -> list[str]:
        """The columns, or measures, that are withheld together."""
        return [*self.sum.persons, *self.sum.along]

    @property
    def where(self) -> str:
        """SQL of the rows meant."""
        return " AND ".join(f'r."{name}" = {sql_text(value)}' for name, value in self.sum.where.items()) or "true"

    @property
    def cells(self) -> str:
        """SQL of the cells added up."""
        stated = self.sum.cells.items()
        found = (f'c."{name}" = {sql_text(v) if isinstance(v, str) else str(v).lower()}' for name, v in stated)
        return " AND ".join(found) or "true"

    @property
    def key(self) -> str:
        """SQL of what tells the rows of the sum apart, a text."""
        return row_key(list(self.sum.by), "r")

    def value(self, column: str) -> str:
        """SQL of a number of a row, where the rows are grouped by ``key``."""
        if not self.contract.is_long:
            return f'any_value(CAST(r."{column}" AS DOUBLE))'
        return f"max(CAST(r.{VALUE} AS DOUBLE)) FILTER (r.measure = {sql_text(column)})"


@dataclass(frozen=True)
class LinkedSums:
    """The sums of the same cells.

    Attributes:
        of: the table of the model whose rows are added up.
        at_most: column of ``of`` → column that it never exceeds.
    """

    of: str
    sums: list[TableSum] = field(default_factory=list)
    at_most: dict[str, str] = field(default_factory=dict)

    @property
    def measures(self) -> list[str]:
        """The columns of ``of`` that are added up, in a fixed order."""
        return list(dict.fromkeys(column for one in self.sums for column in one.sum.persons.values()))

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Measures of which the first never exceeds the second."""
        measures = self.measures
        return [(less, more) for less, more in self.at_most.items() if less in measures and more in measures]

    @property
    def k(self) -> int:
        """The largest of its tables."""
        return max(one.k for one in self.sums)

    @property
    def columns(self) -> list[str]:
        """The columns of ``of`` by which its rows are told apart."""
        return sorted({name for one in self.sums for name in (*one.sum.by.values(), *one.sum.cells)})

    @property
    def scope(self) -> list[str]:
        """The columns of ``of`` that every sum keeps apart: nothing is added up across their values."""
        shared = [{*one.sum.by.values()} for one in self.sums]
        return sorted(set.intersection(*shared)) if shared else []

    @property
    def has_closed_years(self) -> bool:
        return any(one.sum.only_closed_years for one in self.sums)

    @property
    def tables(self) -> list[str]:
        return sorted({one.table for one in self.sums})

    @property
    def stated(self) -> str:
        """All that the contracts say of it, as text."""
        sums = [[one.table, one.k, one.contract.grain, one.sum.model_dump()] for one in self.sums]
        return json.dumps([self.of, self.at_most, sums], ensure_ascii=False, sort_keys=True)


def linked_sums_of(table_contracts: dict[str, TableContract], only: Collection[str] | None = None) -> list[LinkedSums]:
    """Every family, in the order of the tables that are added up.

    Args:
        only: of these tables alone; None: of all.
    """
    found: defaultdict[str, list[TableSum]] = defaultdict(list)
    for _, contract in sorted(table_contracts.items()):
        if contract.disclosure is None or contract.audience != "public":
            continue
        for one in contract.disclosure.every_sum:
            if only is None or one.of in only:
                found[one.of].append(TableSum(contract, one, len(found[one.of]), contract.disclosure.k))
    families = []
    for of, sums in sorted(found.items()):
        declared = table_contracts[of].disclosure
        families.append(LinkedSums(of, sums, declared.at_most if declared else {}))
    return families
