"""What the engine may take of the machine while it builds: so much memory, and for more than that a folder on disk."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from sciculture_etl.settings import sql_text

# With what Python and the libraries take, and with two workers beside it, nights of 10^7 rows stay below 2 GiB.
ALONE_MIB, BESIDE_WORKERS_MIB = 1024, 256
MIN_MIB_A_THREAD = 128  # below it, threads run out of memory rather than use the disk
SPILLED = "spilled"


def limit_engine(connection: duckdb.DuckDBPyConnection, staging: Path) -> None:
    """What goes beyond the limit of memory lies among the staged files for a while.

    Args:
        staging: is emptied before the next run, so that nothing stays of one that was killed.
    """
    connection.execute(f"SET temp_directory = {sql_text(staging / SPILLED)}")
    _take_all(connection)


@contextmanager
def beside_workers(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """The engine takes one thread, and half the CPU time for it, while others need the cores, and less memory."""
    connection.execute(f"SET threads = 1; SET memory_limit = '{BESIDE_WORKERS_MIB}MiB'")
    yield
    connection.execute("RESET threads")
    _take_all(connection)


def _take_all(connection: duckdb.DuckDBPyConnection) -> None:
    memory = max(ALONE_MIB, MIN_MIB_A_THREAD * (os.cpu_count() or 1))
    connection.execute(f"SET memory_limit = '{memory}MiB'")
