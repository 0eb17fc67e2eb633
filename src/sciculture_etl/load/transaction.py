"""Transactions of the build database: all or nothing, and on a lake in the way of nobody else's."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import duckdb

from sciculture_etl.errors import LakeConflictError
from sciculture_etl.storage.ducklake import conflict_of, is_conflict
from sciculture_etl.storage.lake_lock import check_locks, one_commit_at_a_time

# Of a transaction whose commit meets another's.
MAX_TRIES, FIRST_PAUSE = 6, 0.1


@contextmanager
def all_or_nothing(connection: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """A transaction; of several who load a lake, one after the other.

    Raises:
        LakeConflictError: Where another has changed the same tables since it began: nothing of it was written.
        LakeError: Where this process has lost the lock on the lake: nothing of it was written.
    """
    with one_commit_at_a_time():
        connection.execute("BEGIN")
        try:
            yield connection
            check_locks()
            connection.execute("COMMIT")
        except BaseException as error:
            # What is open ends with a lost connection anyway, and nothing is after a commit that failed.
            with suppress(duckdb.Error):
                connection.execute("ROLLBACK")
            if is_conflict(error):
                raise conflict_of(error) from None
            raise


def write(connection: duckdb.DuckDBPyConnection, work: Callable[[duckdb.DuckDBPyConnection], None]) -> None:
    """Does work in a transaction, and all of it again where another has changed the same tables meanwhile.

    Raises:
        LakeConflictError: Where that happened too often; nothing of it was written.
    """
    for attempt in range(1, MAX_TRIES + 1):
        try:
            with all_or_nothing(connection):
                work(connection)
            return
        except LakeConflictError:
            if attempt == MAX_TRIES:
                raise
            time.sleep(FIRST_PAUSE * 2 ** (attempt - 1))
