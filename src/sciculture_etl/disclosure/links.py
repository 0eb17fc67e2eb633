"""Which published rows add up the same cells, as the table contracts declare it: a family for each table of cells."""

from __future__ import annotations

from dataclasses import dataclass, field

from sciculture_etl.contracts import TableContract
from sciculture_etl.contracts.disclosure import DEFAULT_K, Sum
from sciculture_etl.settings import sql_text

CELLS = "cells."


@dataclass
class Family:
    """The sums of one table.

    A cell is what all rows of that table are together that no declared sum tells apart.

    Attributes:
        of: the table that is added up.
        k: persons from 1 to k - 1 are never shown.
        columns: those of it that a sum goes by, or picks rows by.
        measures: those of it that are added up.
        at_most: measure → measure that it never exceeds; what lies between is judged, too.
        sums: published table and sum, in the order of the contracts.
    """

    of: str
    k: int = 0
    columns: list[str] = field(default_factory=list)
    measures: list[str] = field(default_factory=list)
    at_most: dict[str, str] = field(default_factory=dict)
    sums: list[tuple[str, Sum]] = field(default_factory=list)

    @property
    def cells(self) -> str:
        """What the history calls the cells, since the table that is added up may be a published one itself."""
        return f"{CELLS}{self.of}"


def find_families(table_contracts: dict[str, TableContract]) -> dict[str, Family]:
    """Table that is added up → its family."""
    families: dict[str, Family] = {}
    for table, table_contract in sorted(table_contracts.items()):
        if table_contract.disclosure is None or table_contract.audience != "public":
            continue
        for one in table_contract.disclosure.every_sum:
            family = families.setdefault(one.of, Family(one.of))
            family.k = max(family.k, table_contract.disclosure.k)
            family.columns = sorted({*family.columns, *one.by.values(), *one.cells})
            family.measures = sorted({*family.measures, *one.persons.values()})
            family.sums.append((table, one))
    for name, family in families.items():
        stated = table_contracts[name].disclosure if name in table_contracts else None
        if stated is not None:
            family.k = max(family.k, stated.k)
            family.at_most = {
                less: more for less, more in stated.at_most.items() if {less, more} <= set(family.measures)
            }
        family.k = family.k or DEFAULT_K
    return families


def group_columns(table_contract: TableContract) -> list[str]:
    """The columns of a published table that decide what its rows add up."""
    assert table_contract.disclosure is not None
    sums = table_contract.disclosure.every_sum
    return sorted({column for one in sums for column in (*one.by, *one.where)})


def conditions(columns: dict[str, str | bool], value_of: str) -> str:
    """SQL of column → value, all of them.

    Args:
        value_of: SQL of the text of a column, with ``{column}``.
    """
    texts = {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in columns.items()}
    return " AND ".join(f"{value_of.format(column=name)} = {sql_text(text)}" for name, text in texts.items()) or "true"
