"""What number is asked after: table, column and rows, checked against what there is, with near names where it isn't."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import duckdb

from sciculture_etl.contracts import TableContract, load_table_contracts
from sciculture_etl.errors import UserError
from sciculture_etl.messages import message, nearest_names
from sciculture_etl.model.sql_tree import quoted
from sciculture_etl.model.statements import FIGURES
from sciculture_etl.settings import sql_text

YEARS = ("program_year", "event_year")
DATE = "reference_date"
STATUS = "status"
# Of rows that differ in one of these, no column may be added up.
NEVER_ADDED = (*YEARS, DATE, "measure")
MAX_CHOICES = 6
Conditions = list[tuple[str, str]]


@dataclass(frozen=True)
class Question:
    """A number of a table.

    Attributes:
        column: or the expression of a figure.
        where: SQL over the table.
        conditions: the same as they were given, column and value; an empty value is NULL.
        row_conditions: those on columns that the table hasn't: they narrow the rows behind the number.
        cell_count: rows that fit; of several, the column is added up, or the figure's expression says what is done.
        figure_id: where a published figure was asked after.
    """

    table: str
    column: str
    expression: str
    where: str = "true"
    conditions: Conditions = field(default_factory=list)
    cell_count: int = 1
    figure_id: str = ""
    row_conditions: Conditions = field(default_factory=list)

    def select(self, schema: str = "main") -> str:
        place = f"{schema}.{quoted(self.table)}"
        return f"SELECT {self.expression} AS value FROM {place} AS {quoted(self.table)} WHERE {self.where}"


def check_table(asked: str, table_contracts: dict[str, TableContract]) -> TableContract:
    """The contract of a table that can be traced.

    Raises:
        UserError: Naming near ones.
    """
    traced = {name for name, contract in table_contracts.items() if contract.audience != "internal"}
    if asked not in traced:
        raise UserError(message("trace_table_unknown", asked=asked, known=nearest_names(asked, sorted(traced))))
    contract = table_contracts[asked]
    if asked == FIGURES:
        raise UserError(message("trace_figure_by_number", table=asked))
    if contract.made_by != "sql":
        raise UserError(message("trace_table_of_publication", table=asked))
    return contract


def refuse_without_column(asked: str) -> None:
    """Raises UserError where a table is named without a column."""
    if (contract := load_table_contracts().get(asked)) is not None:
        known = ", ".join(measures(check_table(asked, load_table_contracts())) or contract.columns)
        raise UserError(message("trace_column_missing", table=asked, known=known))


def ask_cell(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    column: str,
    year: int | None,
    where: Conditions,
    table_contracts: dict[str, TableContract],
) -> Question:
    """The number that a column holds in the rows that fit.

    Raises:
        UserError: For a name or value that isn't there, and where several rows fit that may not be added up.
    """
    contract = check_table(table, table_contracts)
    if column not in contract.columns:
        near = nearest_names(column, measures(contract) or contract.columns)
        raise UserError(message("trace_column_unknown", asked=column, table=table, known=near))
    if column == STATUS and contract.has_status:
        raise UserError(message("trace_status", table=table))
    asked = _Asked(connection, contract, column)
    if year is not None:
        asked.narrow_to_year(year)
    for name, value in where:
        asked.narrow(name, value)
    return asked.question()


def measures(contract: TableContract) -> list[str]:
    """Columns that hold numbers which measure something."""
    return [name for name, column in contract.columns.items() if column.additive is not None]


class _Asked:
    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        contract: TableContract,
        column: str,
    ) -> None:
        self._connection = connection
        self._contract = contract
        self._column = column
        self._conditions: Conditions = []
        self._row_conditions: Conditions = []
        self._where: list[str] = ["true"]

    def _values(self, expression: str) -> list[str | None]:
        rows = self._connection.execute(
            f"SELECT DISTINCT CAST({expression} AS VARCHAR) FROM main.{quoted(self._contract.table)} "
            f"WHERE {' AND '.join(self._where)} ORDER BY ALL NULLS LAST"
        ).fetchall()
        return [value for (value,) in rows]

    def narrow_to_year(self, year: int) -> None:
        name = next((name for name in (*YEARS, DATE) if name in self._contract.columns), None)
        if name is None:
            raise UserError(message("trace_table_without_years", table=self._contract.table))
        self._narrow(name, f"year({name})" if name == DATE else name, str(year), "--year")

    def narrow(self, name: str, value: str) -> None:
        if name in self._contract.columns:
            self._narrow(name, quoted(name), value, f"--where {name}")
        else:
            self._row_conditions.append((name, value))

    def _narrow(self, name: str, expression: str, value: str, option: str) -> None:
        known = self._values(expression)
        if value not in known and (value or None) not in known:
            near = nearest_names(value, [one or "(empty)" for one in known])
            raise UserError(message("trace_value_unknown", option=option, asked=value, known=near))
        text = sql_text(value)
        # Of the column's own type, so that the engine can look for it early.
        fits = f"CAST({text} AS {self._contract.columns[name].type})" if expression != f"year({name})" else value
        if name == STATUS and self._contract.has_status:
            self._where.append(self._has_status(value))
        else:
            self._where.append(
                f"{expression} = {fits}" if value else f"coalesce(CAST({expression} AS VARCHAR), '') = ''"
            )
        self._conditions.append((name, value))

    def _has_status(self, value: str) -> str:
        """The status is no column of the SELECT that makes the table: the rows that bear it are named by their keys."""
        table = quoted(self._contract.table)
        keys = [f"s.{quoted(key)} IS NOT DISTINCT FROM {table}.{quoted(key)}" for key in self._contract.status_key]
        fits = " AND ".join([f"s.{STATUS} = {sql_text(value)}", *keys])
        return f"EXISTS (SELECT 1 FROM main.{table} AS s WHERE {fits})"

    def question(self) -> Question:
        table, column = self._contract.table, self._column
        where = " AND ".join(self._where)
        row = self._connection.execute(f"SELECT count(*) FROM main.{quoted(table)} WHERE {where}").fetchone()
        cells = row[0] if row else 0
        if not cells:
            raise UserError(message("trace_table_empty", table=table))
        expression = quoted(column)
        if cells > 1:
            self._check_additive(cells)
            expression = f"sum({expression})"
        return Question(table, column, expression, where, self._conditions, cells, row_conditions=self._row_conditions)

    def _check_additive(self, cells: int) -> None:
        named = [name for name in self._contract.columns if name in {*self._contract.grain, *_names_of(self._contract)}]
        choices = {name: found for name in named if len(found := self._values(quoted(name))) > 1}
        if self._contract.columns[self._column].additive and not choices.keys() & set(NEVER_ADDED):
            return
        over = ", ".join(choices.keys() & set(NEVER_ADDED) or choices)
        first = sorted(choices, key=lambda name: name not in NEVER_ADDED)
        listed = "; ".join(f"{name}={_some(choices[name])}" for name in first)
        raise UserError(
            message(
                "trace_several_cells",
                table=self._contract.table,
                column=self._column,
                count=cells,
                over=over,
                choices=listed,
            )
        )


def _names_of(contract: TableContract) -> Sequence[str]:
    """Columns with the names of what the grain has codes of."""
    return [
        other for name in contract.grain if name.endswith("_code")
        for other in (name.removesuffix("code") + "name", name.removesuffix("code") + "name_ko")
    ]  # fmt: skip


def _some(values: list[str | None]) -> str:
    more = f" … ({len(values):,})" if len(values) > MAX_CHOICES else ""
    return ", ".join(value or "" for value in values[:MAX_CHOICES]) + more


def ask_figure(connection: duckdb.DuckDBPyConnection, figure_id: str, figures: list[dict[str, str]]) -> Question:
    """A published figure, as ``figures.csv`` says where it stands.

    Raises:
        UserError: Naming near ones.
    """
    known = {figure["figure_id"]: figure for figure in figures}
    figure = known.get(figure_id) or known.get(figure_id.upper())
    if figure is None:
        raise UserError(message("trace_figure_unknown", asked=figure_id, known=nearest_names(figure_id, known)))
    table, where = figure["curated_table"], figure["filter"] or "true"
    row = connection.execute(f"SELECT count(*) FROM main.{quoted(table)} WHERE {where}").fetchone()
    cells = row[0] if row else 0
    return Question(table, figure["expression"], figure["expression"], where, [], cells, figure["figure_id"])
