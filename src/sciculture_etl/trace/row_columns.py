"""Columns of the rows behind a number: their own, those of dimensions by their codes, names of divisions."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import duckdb

from sciculture_etl.contracts import TableContract
from sciculture_etl.errors import UserError
from sciculture_etl.messages import message, nearest_names
from sciculture_etl.model.sql_tree import quoted
from sciculture_etl.settings import sql_text
from sciculture_etl.trace.account import SourceRow
from sciculture_etl.trace.names import DIGITS, DIVISIONS

NAMES = {code.removesuffix("code") + "name": code for code in DIVISIONS}
NOT_ASKED = ("reading", "raw", "read")


@dataclass(frozen=True)
class RowCondition:
    """A column and value that rows are to have.

    Attributes:
        value: empty for NULL.
        names: what the rows say where a division was asked for by an earlier or later name.
    """

    column: str
    value: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class RowColumns:
    """Looks up what the rows behind a number are about."""

    connection: duckdb.DuckDBPyConnection
    table_contracts: dict[str, TableContract]

    def _expressions(self, table: str) -> dict[str, str]:
        own = [row[0] for row in self.connection.execute(f"DESCRIBE {table}").fetchall()]
        found = {name: f"r.{quoted(name)}" for name in own if name not in NOT_ASKED}
        for contract in self.table_contracts.values():
            code = contract.grain[0] if len(contract.grain) == 1 and contract.table.startswith("dim_") else ""
            for name in contract.columns if code in own else ():
                looked_up = f"(SELECT d.{quoted(name)} FROM main.{contract.table} AS d WHERE d.{code} = r.{code})"
                found.setdefault(name, looked_up)
        for name, code in NAMES.items():
            if code in found:
                found.setdefault(name, f"(SELECT d.name_ko FROM main.dim_region AS d WHERE {is_division(found[code])})")
        return found

    def fitting(
        self, rows: Collection[SourceRow], conditions: list[tuple[str, str]], table: str, column: str
    ) -> tuple[set[SourceRow], list[RowCondition]]:
        """The rows that fit all conditions, and what these came to mean.

        Args:
            table: whose number is asked after, and its column.

        Raises:
            UserError: For a column that the rows of one of their tables don't have, or a value that none of them has.
        """
        by_table: dict[str, list[SourceRow]] = {}
        for row in rows:
            if not row.is_reference:
                by_table.setdefault(row.table, []).append(row)
        known = {source: self._expressions(source) for source in by_table}
        fitting, meant = {row for own in by_table.values() for row in own}, []
        for name, value in conditions:
            self._check_column(name, known, table, column)
            values: set[str] = set()
            for is_renamed in (False, True) if name in NAMES and value else (False,):
                kept: set[SourceRow] = set()
                names: set[str] = set()
                for source, own in by_table.items():
                    left = [row for row in own if row in fitting]
                    found, has = self._fit(source, left, name, value, known[source], is_renamed)
                    kept |= found
                    names |= has
                if kept:
                    break
                values |= names
            if not kept:
                near = nearest_names(value, sorted(values))
                raise UserError(message("trace_value_unknown", option=f"--where {name}", asked=value, known=near))
            fitting = kept
            meant.append(RowCondition(name, value, tuple(sorted(names)) if is_renamed else ()))
        return fitting, meant

    def _check_column(self, name: str, known: dict[str, dict[str, str]], table: str, column: str) -> None:
        without = [source for source, has in known.items() if name not in has]
        if not without and known:
            return
        shared = [one for one in next(iter(known.values()), {}) if all(one in has for has in known.values())]
        usable = nearest_names(name, [*self.table_contracts[table].columns, *shared])
        raise UserError(
            message(
                "trace_column_not_behind",
                asked=name,
                table=table,
                column=column,
                sources=", ".join(without) or "-",
                known=usable,
            )
        )

    def _fit(
        self, table: str, rows: list[SourceRow], name: str, value: str, known: dict[str, str], is_renamed: bool
    ) -> tuple[set[SourceRow], set[str]]:
        """Rows that fit; and the values of all, or where renamed divisions are looked for, of those that fit."""
        by_number = {row.number: row for row in rows if row.number >= 0}
        by_line = {(row.submission_id, row.part, row.row): row for row in rows if row.number < 0}
        line = [known.get(one, "NULL") for one in ("submission_id", "part", "row" if "row" in known else "source_row")]
        cursor = self.connection.execute(
            f"SELECT {'r.rowid' if by_number else '-1'}, {', '.join(line)}, CAST({known[name]} AS VARCHAR), "
            f"coalesce({self._condition(table, name, value, known, is_renamed)}, false) FROM {table} AS r "
            + ("WHERE r.rowid IN (SELECT unnest(?::BIGINT[]))" if by_number else ""),
            [list(by_number)] if by_number else [],
        )
        found: set[SourceRow] = set()
        values: set[str] = set()
        for number, submission_id, part, source_row, has, is_fitting in cursor.fetchall():
            row = by_number.get(number) or by_line.get((submission_id or "", part or 0, source_row or 0))
            if row is not None and is_fitting:
                found.add(row)
            if row is not None and (is_fitting or not is_renamed):
                values.add("(empty)" if has is None else str(has))
        return found, values

    def _condition(self, table: str, name: str, value: str, known: dict[str, str], is_renamed: bool) -> str:
        expression = known[name]
        if is_renamed:
            return is_renamed_division(known[NAMES[name]], sql_text(value))
        if not value:
            return f"coalesce(CAST({expression} AS VARCHAR), '') = ''"
        described = self.connection.execute(f"DESCRIBE SELECT {expression} AS x FROM {table} AS r").fetchone()
        return f"{expression} = TRY_CAST({sql_text(value)} AS {described[1] if described else 'VARCHAR'})"


def is_division(code: str) -> str:
    """SQL: whether a row ``d`` of the dimension is the division of a code, or of the beginning of one."""
    return f"d.region_code = rpad(CAST({code} AS VARCHAR), {DIGITS}, '0')"


def is_renamed_division(code: str, name: str) -> str:
    """SQL: whether the division of a code had or got another name, on today's map the same division.

    An earlier name is no other name of a division that several were put together to.
    """
    return f"""rpad(CAST({code} AS VARCHAR), {DIGITS}, '0') IN (
        SELECT d.region_code
        FROM main.dim_region AS o
        JOIN main.dim_region AS d ON d.current_region_code = o.current_region_code AND d.level = o.level
        WHERE o.name_ko = {name} AND (o.region_code = o.current_region_code OR NOT EXISTS (
            SELECT 1 FROM main.dim_region AS p
            WHERE p.current_region_code = o.current_region_code AND p.level = o.level
                AND p.region_code NOT IN (o.region_code, o.current_region_code)
                AND p.valid_from < o.valid_to AND p.valid_to > o.valid_from
        ))
    )"""
