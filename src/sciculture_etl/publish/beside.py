"""A second process that writes files of a release meanwhile, from the public database, which has all that they show.

It spares time alone: where there is no second core, or no such process can be had or comes to its end, the run writes
those files itself. It ends with the run, however that ends; what it leaves lies in the folder that the next run sweeps.
"""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb

from sciculture_etl.contracts import TableContract
from sciculture_etl.disclosure.withheld import SCHEMA
from sciculture_etl.intake.workers import cores, worker_processes
from sciculture_etl.publish.files import Content, place_in_release
from sciculture_etl.settings import sql_text

MEMORY = "256MB"  # of its engine

ASIDE = ".beside"  # in the folder of the release: what it writes, until all of that is there

Files = dict[str, dict[str, str]]  # as a manifest says of them
Write = Callable[[Content, Path, list[str]], Files]


@dataclass(frozen=True)
class SecondProcess:
    """One that is there for a release, or None of it."""

    pool: ProcessPoolExecutor | None

    def begin(
        self, write: Write, content: Content, public: Path, folder: Path, names: list[str]
    ) -> Future[Files] | None:
        """Has the outputs of those names written, by what can be written without this process's connection.

        Args:
            public: the public database.
            folder: of the release.
        """
        if self.pool is None:
            return None
        # As it is now: whoever goes on here tells the manifest more.
        given = pickle.dumps(vars(content) | {"connection": None, "asked": {}})
        with suppress(Exception):
            return self.pool.submit(_write, write, given, public, folder / ASIDE, names)
        return None


@contextmanager
def second_process(is_needed: bool) -> Iterator[SecondProcess]:
    """A process for the time of a release, where one is needed and there is a core for it."""
    pool = None
    if is_needed and cores() > 1:
        with suppress(Exception):
            pool = worker_processes(1)
            pool.submit(_begin)
    try:
        yield SecondProcess(pool)
    finally:
        if pool is not None:
            pool.shutdown(cancel_futures=True)


def _begin() -> None:
    """Has it import what it works with, while the databases are still written."""


def _write(write: Write, given: bytes, public: Path, folder: Path, names: list[str]) -> Files:
    fields = pickle.loads(given)
    with duckdb.connect(config={"threads": 1, "memory_limit": MEMORY}) as connection:
        connection.execute(f"ATTACH {sql_text(public)} AS release (READ_ONLY)")
        _name_tables(connection, fields["table_contracts"])
        return write(Content(**fields | {"connection": connection}), folder, names)


def _name_tables(connection: duckdb.DuckDBPyConnection, table_contracts: dict[str, TableContract]) -> None:
    """Calls the tables of a release as they are called where it is made."""
    connection.execute(f"CREATE SCHEMA {SCHEMA}")
    for name, table_contract in table_contracts.items():
        if table_contract.audience == "public":
            for schema in ("main", SCHEMA):
                connection.execute(f'CREATE VIEW {schema}."{name}" AS FROM {place_in_release(name)}')


def files_of(begun: Future[Files] | None, folder: Path) -> Files | None:
    """What was written there, now in the release's folder.

    None where it has to be written here: what is wrong is then said here as well.
    """
    if begun is None:
        return None
    try:
        written = begun.result()
        for path in written:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / ASIDE / path).rename(folder / path)
        return written
    except Exception:
        return None
    finally:
        shutil.rmtree(folder / ASIDE, ignore_errors=True)
