"""The rows of an answer, a batch at a time, so that a million of them take no more room than a thousand."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from threading import Event, Thread
from typing import NoReturn, TypeVar

import duckdb
import pyarrow as pa

from sciculture_etl.errors import QueryError, SciCultureError
from sciculture_etl.messages import message
from sciculture_etl.query.statement import Relation, engine_error
from sciculture_etl.stopping import exit_code, print_line

ROWS_AT_ONCE = 20_000
DEFAULT_SECONDS = 300
# So long the engine may take to notice that it is to end.
SECONDS_TO_END, SECONDS_BETWEEN = 5, 0.1
T = TypeVar("T")


@dataclass(frozen=True)
class Answer:
    """What a statement gives.

    Attributes:
        names: of the columns, as asked; several may be the same.
        types: of the columns, in the engine's words.
    """

    connection: duckdb.DuckDBPyConnection
    relation: Relation
    names: list[str]
    types: list[str]
    seconds: int

    @property
    def distinct_names(self) -> list[str]:
        """The names, with a number behind those that another column before has."""
        found: list[str] = []
        for name in self.names:
            wanted, number = name, 0
            while wanted in found or (number and wanted in self.names):
                number += 1
                wanted = f"{name}_{number}"
            found.append(wanted)
        return found

    def batches(self, expressions: list[str]) -> Iterator[pa.RecordBatch]:
        """The rows in their order; the first batch has none, and tells the types.

        Args:
            expressions: what is wanted of the columns, which are ``#1``, ``#2`` ...

        Raises:
            UserError: Where a value can't be computed.
            QueryError: Where it takes more memory or time than it may.
        """
        wanted = (f"{one} AS c{number}" for number, one in enumerate(expressions, start=1))
        relation = self.relation.project(", ".join(wanted))
        reader = self._ask(lambda: relation.to_arrow_reader(ROWS_AT_ONCE))
        yield pa.RecordBatch.from_arrays([pa.array([], field.type) for field in reader.schema], schema=reader.schema)
        while (batch := self._ask(lambda: next(reader, None))) is not None:
            yield batch

    def _ask(self, work: Callable[[], T]) -> T:
        """What the engine answers, unless it gives nothing for too long; a slow reader's time isn't counted.

        It works on a thread of its own, so that a signal reaches this one, whatever the engine is at.
        """
        given: list[T] = []
        failed: list[BaseException] = []
        done = Event()

        def answer() -> None:
            try:
                given.append(work())
            except BaseException as error:
                failed.append(error)
            done.set()

        thread = Thread(target=answer, name="query", daemon=True)
        try:
            thread.start()
            if not done.wait(self.seconds or None):
                raise QueryError(message("query_too_slow", seconds=self.seconds))
        except BaseException as error:
            if not self._has_ended(done):  # deep in something that looks up from nothing: closing would wait for it
                _leave(error)
            raise
        if failed:
            raise engine_error(_as_engine_error(failed[0])) from None
        return given[0]

    def _has_ended(self, done: Event) -> bool:
        """Interrupts the engine, again and again: what hasn't quite begun yet notices nothing of the first time."""
        end = time.monotonic() + SECONDS_TO_END
        while time.monotonic() < end:
            self.connection.interrupt()
            if done.wait(SECONDS_BETWEEN):
                return True
        return False


def _leave(error: BaseException) -> NoReturn:
    """Ends the process at once, as the error would end it."""
    if isinstance(error, SciCultureError):
        print_line(f"sciculture: {error}", sys.stderr)
    code = error.code if isinstance(error, SystemExit) else getattr(error, "exit_code", exit_code(signal.SIGINT))
    os._exit(int(code or 0))


def _as_engine_error(error: BaseException) -> duckdb.Error:
    """An error that came by way of Arrow, as the engine's own."""
    if isinstance(error, duckdb.Error):
        return error
    if not isinstance(error, OSError | RuntimeError | pa.ArrowException):
        raise error
    kind = duckdb.OutOfMemoryException if "Out of Memory" in str(error) else duckdb.Error
    return kind(str(error))


def answer_statement(
    connection: duckdb.DuckDBPyConnection, relation: Relation, seconds: int = DEFAULT_SECONDS
) -> Answer:
    """The answer to a bound statement.

    Args:
        seconds: so long the engine may work without giving a row; 0: without end.
    """
    return Answer(connection, relation, list(relation.columns), [str(kind) for kind in relation.types], seconds)
