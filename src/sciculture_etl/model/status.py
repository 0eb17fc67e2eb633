"""``status`` of the published marts: whether the years of the datasets that a row rests on are closed.

No SELECT of ``sql/mart`` gives it. The model adds it to the rows of each, by ``sql/rules/row_status.sql``. A row rests
on the facts that reach its table, in the years that its grain names; registers and lists of names are no part of that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sciculture_etl.contracts import Contract, TableContract
from sciculture_etl.load import Warehouse
from sciculture_etl.load.layout import ENVELOPE
from sciculture_etl.model.statements import Statement
from sciculture_etl.rules import rule
from sciculture_etl.settings import fingerprint, sql_text

PROGRAM = "program_code"
WITH_STATUS = """\
WITH rests_on AS (
{rests_on}
),
row_status AS (
{rule})
SELECT made.*, coalesce(row_status.status, 'p') AS status
FROM (
{select}
) AS made
LEFT JOIN row_status ON row_status.key = {key}
"""


@dataclass(frozen=True, order=True)
class Source:
    """A table that holds the rows of a dataset as marts read them.

    Attributes:
        program: of the dataset; None where the form says it in each row, or the dataset is of no program.
    """

    table: str
    dataset: str
    columns: frozenset[str]
    program: str | None = None

    def has_value_of(self, column: str) -> bool:
        return column != PROGRAM or column in self.columns or self.program is not None

    def value_of(self, column: str) -> str:
        """The SQL of a column of a key: where the table doesn't have it, the program of the dataset or the year."""
        if column in self.columns:
            return f'CAST("{column}" AS VARCHAR)'
        return sql_text(self.program or "") if column == PROGRAM else "CAST(program_year AS VARCHAR)"

    def distinct(self, columns: Iterable[str]) -> str:
        """A SELECT of the few different rows of those columns that it has: lists are made of these alone."""
        held = dict.fromkeys(["program_year", *(column for column in columns if column in self.columns)])
        return f"SELECT DISTINCT {', '.join(held)} FROM {self.table}"


def sources_of(
    statement: Statement,
    statements: dict[str, Statement],
    contracts: dict[str, Contract],
    table_contracts: dict[str, TableContract],
) -> list[Source]:
    """The facts that reach a mart, each with its dataset, and accepted rows that marts read without one."""
    found, seen, waiting = set(), set(), [statement.table]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        inputs, is_fact = statements[name].inputs, name.startswith("fct_")
        datasets = {one.removeprefix("accepted.") for one in inputs if one.startswith("accepted.")} & contracts.keys()
        if is_fact or statements[name].layer == "mart":
            columns = frozenset(table_contracts[name].columns) if is_fact and name in table_contracts else frozenset()
            for dataset in datasets:
                contract = contracts[dataset]
                if "program_year" in columns:
                    found.add(Source(name, dataset, columns, contract.program))
                else:
                    accepted = frozenset({*ENVELOPE, *contract.columns})
                    found.add(Source(f"accepted.{dataset}", dataset, accepted, contract.program))
        if not (is_fact and datasets):
            waiting += [one for one in inputs if one in statements]
    return sorted(found, key=lambda source: (source.table, source.dataset))


def status_columns(table_contract: TableContract, sources: Iterable[Source]) -> list[str]:
    """The columns on which the status of a row depends, as far as all sources can tell them."""
    return [column for column in table_contract.status_key if all(source.has_value_of(column) for source in sources)]


def rests_on(sources: Iterable[Source], columns: Collection[str]) -> str:
    """A SELECT of the years of datasets that rows rest on: key (the values of the columns), dataset, program_year."""
    return "\nUNION ALL\n".join(
        f"SELECT CAST([{', '.join(map(source.value_of, columns))}] AS VARCHAR[]) AS key, "
        f"{sql_text(source.dataset)} AS dataset, program_year FROM ({source.distinct(columns)})"
        for source in sources
    )


def select_with_status(statement: Statement, table_contract: TableContract, sources: Collection[Source]) -> str:
    """The SELECT of a mart with ``status`` added to its rows. A mart of lists alone is final: no year changes it."""
    select = statement.text.rstrip().rstrip(";")
    if not sources:
        return f"SELECT made.*, 'final' AS status\nFROM (\n{select}\n) AS made"
    columns = status_columns(table_contract, sources)
    key = ", ".join(f'CAST(made."{column}" AS VARCHAR)' for column in columns)
    return WITH_STATUS.format(
        rests_on=rests_on(sources, columns), rule=rule("row_status"), select=select, key=f"CAST([{key}] AS VARCHAR[])"
    )


class YearStates:
    """The years of datasets that are closed, as they stand in the build database."""

    def __init__(self, warehouse: Warehouse) -> None:
        rows = warehouse.connection.execute(
            "SELECT dataset, program_year, is_revised FROM log.year_state WHERE state = 'closed' ORDER BY ALL"
        ).fetchall()
        self._closed: dict[str, list[str]] = {}
        for dataset, year, is_revised in rows:
            self._closed.setdefault(dataset, []).append(f"{year} {is_revised}")

    def fingerprint_of(self, sources: Iterable[Source]) -> str:
        """Of all that decides the status of the rows of a mart, beside the rows of its sources."""
        datasets = sorted({source.dataset for source in sources})
        listed = (f"{dataset} {line}" for dataset in datasets for line in self._closed.get(dataset, ()))
        return fingerprint(rule("row_status"), *(source.table for source in sources), *listed)
