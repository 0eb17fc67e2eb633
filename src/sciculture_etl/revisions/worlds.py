"""The model's tables as they would be if other versions counted: made beside the real ones and taken back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import duckdb

from sciculture_etl.load import Warehouse
from sciculture_etl.model import all_statements
from sciculture_etl.model.statements import Statement, ordered
from sciculture_etl.revisions.changes import Change


def chain_to(targets: Iterable[str]) -> list[Statement]:
    """The tables that rows of submissions pass on their way to the targets, in the order in which they are made."""
    statements, needed, waiting = all_statements(), set[str](), list(targets)
    while waiting:
        name = waiting.pop()
        if name in statements and name not in needed:
            needed.add(name)
            waiting += statements[name].inputs
    reached: set[str] = set()
    for statement in ordered(statements):
        if any(name.startswith("accepted.") or name in reached for name in statement.inputs):
            reached.add(statement.table)
    return [statement for statement in ordered(statements) if statement.table in needed & reached]


def datasets_of(chain: Iterable[Statement]) -> set[str]:
    """The datasets, or views over all of them, that a chain of tables reads."""
    names = {name for statement in chain for name in statement.inputs}
    return {name.removeprefix("accepted.") for name in names if name.startswith("accepted.")}


class Worlds:
    """Within each block, SQL on the warehouse's connection reads the tables as they would be.

    They are temporary tables, which hide those of the same name, and are gone with what was put in force.
    """

    def __init__(self, warehouse: Warehouse, chain: list[Statement]) -> None:
        self._connection = warehouse.connection
        self._chain = chain

    @contextmanager
    def alone(self, change: Change, undone: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
        """Only what counts of one institution, as it is or with the change undone."""
        with self._made("DELETE FROM log.in_force WHERE submitter <> ?", [change.submitter]):
            yield from self._with(change, undone)

    @contextmanager
    def undone(self, change: Change) -> Iterator[duckdb.DuckDBPyConnection]:
        """Everything, with the change undone."""
        with self._made():
            yield from self._with(change, True)

    @contextmanager
    def _made(self, narrowing: str = "", values: Iterable[str] = ()) -> Iterator[None]:
        self._connection.execute("BEGIN")
        try:
            if narrowing:
                self._connection.execute(narrowing, list(values))
            yield
        finally:
            self._connection.execute("ROLLBACK")

    def _with(self, change: Change, undone: bool) -> Iterator[duckdb.DuckDBPyConnection]:
        if undone:
            year = [change.dataset, change.submitter, change.program_year]
            for part in change.new:
                self._connection.execute(
                    "DELETE FROM log.in_force WHERE dataset = ? AND submitter = ? AND program_year = ? "
                    "AND partition_key = ? AND submission_id = ? AND reading = ?",
                    [*year, *part],
                )
            for part in change.old:
                self._connection.execute("INSERT INTO log.in_force VALUES (?, ?, ?, ?, ?, ?)", [*year, *part])
        for statement in self._chain:
            self._connection.execute(f'CREATE OR REPLACE TEMP TABLE "{statement.table}" AS {statement.text}')
        yield self._connection
