"""The build database and its one writer."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any

import duckdb

from sciculture_etl.contracts import Contract
from sciculture_etl.errors import BrokenDatabaseError, UnprovedError, UserError
from sciculture_etl.extract import Receipt
from sciculture_etl.load.builds import Build, build_of
from sciculture_etl.load.engine import beside_workers, limit_engine
from sciculture_etl.load.layout import (
    ENVELOPE,
    KEY,
    LAYOUT,
    LOG_TABLES,
    has_todays_layout,
    rows_in_force,
    views_over_all,
)
from sciculture_etl.load.own_archive import refuse_another_archive
from sciculture_etl.load.transaction import all_or_nothing, write
from sciculture_etl.messages import message
from sciculture_etl.settings import Settings, fingerprint
from sciculture_etl.storage.damage import reason_of
from sciculture_etl.storage.ducklake import lake_fault
from sciculture_etl.versions.revision_words import named_version


def broken_under_a_part(build: Build, error: BaseException) -> BrokenDatabaseError:
    """Others may be at work on it: it is left to a run that has it alone."""
    return BrokenDatabaseError(message("build_broken_for_parts", path=build.name, reason=reason_of(error)))


class Warehouse:
    """An open build database. Use ``Warehouse.open`` under ``writer_lock``."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, staging: Path) -> None:
        self.connection = connection
        self.staging = staging
        self.set_aside: str | None = None

    @classmethod
    @contextmanager
    def open(
        cls, settings: Settings, contracts: dict[str, Contract], doubtful: bool = False, part: str = ""
    ) -> Iterator[Warehouse]:
        """Opens or makes the database and brings its tables in line with the contracts.

        doubtful: the last run did not finish, so that the database is proved first. A broken one is set aside and made
        again from the archive (``set_aside`` then says why); of one that breaks under the work, BrokenDatabaseError
        tells, and the next run rebuilds it. part: what alone is loaded, where others may load other parts: what is
        staged is kept apart from theirs, and nothing is changed that they build on, nor repaired or tidied.

        Raises:
            BusyError: Where another process has the database open.
            UserError: Where a part would be loaded into tables made by another version or other contracts.
            LakeError: Where a shared one can't be reached, also under the work, or was made from another archive.
        """
        build, staging = build_of(settings), settings.staging / part
        settings.warehouse.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(staging, ignore_errors=True)  # what a killed run left
        staging.mkdir(parents=True)
        reason = None
        if doubtful and build.is_there():
            # Where that can't be told now, opening it says why, or works.
            with suppress(UnprovedError):
                reason = build.why_unreadable()
        if reason:
            build.set_aside()
        try:
            warehouse = cls._prepared(build, staging, contracts, is_part=bool(part))
        except duckdb.Error as error:
            if fault := lake_fault(error):
                raise fault from None
            if not build.is_broken_at_opening(error):
                raise
            if part:
                raise broken_under_a_part(build, error) from error
            reason = reason_of(error)
            build.set_aside()
            warehouse = cls._prepared(build, staging, contracts)
        warehouse.set_aside = reason
        try:
            if settings.lake:
                refuse_another_archive(warehouse.connection, settings.archive)
            yield warehouse
            if not part:
                build.tidy(warehouse.connection)
        except Exception as error:
            if fault := lake_fault(error):
                raise fault from None
            if not build.is_broken(error):
                raise
            if part:
                raise broken_under_a_part(build, error) from error
            warehouse.connection.close()
            aside = build.set_aside()
            raise BrokenDatabaseError(
                message("database_broken", path=build.name, reason=reason_of(error), aside=aside)
            ) from error
        finally:
            warehouse.connection.close()
            shutil.rmtree(staging, ignore_errors=True)

    @classmethod
    def _prepared(cls, build: Build, staging: Path, contracts: dict[str, Contract], is_part: bool = False) -> Warehouse:
        connection = build.connect()
        try:
            if not is_part and not has_todays_layout(connection):
                # Made by an earlier version: everything in it can be rebuilt from the archive, so that is done.
                connection.close()
                build.discard()
                connection = build.connect()
            limit_engine(connection, staging)
            connection.execute("SET preserve_insertion_order = true")
            warehouse = cls(connection, staging)
            if is_part:
                warehouse._refuse_tables_of_others(contracts)
            else:
                with warehouse.transaction():
                    warehouse._make_tables(contracts, build.has_keys)
        except BaseException:
            connection.close()
            raise
        return warehouse

    def _refuse_tables_of_others(self, contracts: dict[str, Contract]) -> None:
        """Raises UserError where the tables aren't what this version and these contracts would make."""
        standing = self._columns_of_store() if has_todays_layout(self.connection) else {}
        if any(standing.get(name) != ENVELOPE | contract.columns for name, contract in contracts.items()):
            raise UserError(message("build_of_others"))

    def _columns_of_store(self) -> dict[str, dict[str, str]]:
        """Dataset → column → type, as the tables stand now."""
        standing: dict[str, dict[str, str]] = {}
        for dataset, name, dtype in self.connection.execute(
            "SELECT table_name, column_name, data_type FROM duckdb_columns() "
            "WHERE database_name = current_database() AND schema_name = 'store' ORDER BY table_name, column_index"
        ).fetchall():
            standing.setdefault(dataset, {})[name] = dtype
        return standing

    def _make_tables(self, contracts: dict[str, Contract], has_keys: bool) -> None:
        run = self.connection.execute
        for schema in ("log", "store", "accepted", "reference"):
            run(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        for table, columns in LOG_TABLES.items():
            run(f"CREATE TABLE IF NOT EXISTS log.{table} ({columns if has_keys else columns.replace(KEY, '')})")
        if self.state("layout") != LAYOUT:
            self.set_state("layout", LAYOUT)
        standing = self._columns_of_store()
        is_changed = False
        for dataset, contract in contracts.items():
            wanted, existing = ENVELOPE | contract.columns, standing.get(dataset, {})
            if existing == wanted:
                continue
            is_changed = True
            if existing:
                # The contract has other columns now. Its submissions are read again, since its fingerprint changed
                # too; until what comes of that is in force, the rows that were go on counting. What they lose by it
                # is kept in mind, since the contract may be changed back.
                if any(wanted.get(name) != dtype for name, dtype in existing.items()):
                    run(f"INSERT INTO log.reshaped SELECT DISTINCT submission_id FROM store.{dataset}")
                known = {name: f'"{name}"' if name in existing else "NULL" for name in wanted}
                kept = ", ".join(f'TRY_CAST({known[name]} AS {dtype}) AS "{name}"' for name, dtype in wanted.items())
                run(f"CREATE OR REPLACE TABLE store.{dataset} AS SELECT {kept} FROM store.{dataset}")
            else:
                listed = ", ".join(f'"{name}" {dtype}' for name, dtype in wanted.items())
                run(f"CREATE TABLE store.{dataset} ({listed})")
        views = {dataset: rows_in_force(dataset) for dataset in contracts} | views_over_all(contracts)
        # A table that lost or got columns may be among them, though no text changed.
        made_by = fingerprint(*views.values())
        if is_changed or self.state("views") != made_by:
            for name, query in views.items():
                run(f"CREATE OR REPLACE VIEW accepted.{name} AS {query}")
            self.set_state("views", made_by)

    def rows(self, query: str, parameters: list[Any] | None = None) -> list[dict[str, Any]]:
        cursor = self.connection.execute(query, parameters or [])
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def columns(self, table: str) -> list[str]:
        return [name for name, *_ in self.connection.execute(f"DESCRIBE {table}").fetchall()]

    def has_relation(self, name: str) -> bool:
        """Whether there is a table or view of that name; to look through all of them takes longer on a lake."""
        try:
            self.connection.execute(f"SELECT 1 FROM {name} LIMIT 0")
        except duckdb.CatalogException:
            return False
        return True

    def value(self, query: str, parameters: list[Any] | None = None) -> Any:
        row = self.connection.execute(query, parameters or []).fetchone()
        return row[0] if row else None

    def state(self, key: str) -> str | None:
        found: str | None = self.value("SELECT value FROM log.state WHERE key = ?", [key])
        return found

    def set_state(self, key: str, value: str) -> None:
        # Two statements: a lake puts what one that merges writes into a file of its own.
        self.connection.execute("DELETE FROM log.state WHERE key = ?", [key])
        self.connection.execute("INSERT INTO log.state VALUES (?, ?)", [key, value])

    def transaction(self) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
        """All or nothing."""
        return all_or_nothing(self.connection)

    def write(self, work: Callable[[duckdb.DuckDBPyConnection], None]) -> None:
        """The same for work that can be done again where another's commit is in its way."""
        write(self.connection, work)

    def beside_workers(self) -> AbstractContextManager[None]:
        """The engine takes less of the machine while workers need it."""
        return beside_workers(self.connection)

    def record_receipts(self, receipts: list[Receipt]) -> bool:
        """Makes ``log.receipt`` equal to the archive's journal; tells whether anything was added."""
        held = self.connection.execute("SELECT sha256, path FROM log.receipt ORDER BY seq").fetchall()
        if held != [(receipt.sha256, receipt.path) for receipt in receipts[: len(held)]]:
            self._forget()  # it was made from another archive, or the journal was replaced
            held = []
        known = len(held)
        fresh = [
            [
                known + i, r.sha256, r.submission_id, r.path, r.submitter, r.size, r.first_seen_at,
                None if r.is_undated else r.modified, r.arrival, *named_version(r.file_name),
            ]
            for i, r in enumerate(receipts[known:])
        ]  # fmt: skip
        if fresh:
            types = [column.split()[1] for column in LOG_TABLES["receipt"].split(", ")]
            values = ", ".join(f"unnest(CAST(? AS {kind}[]))" for kind in types)
            columns = [list(column) for column in zip(*fresh, strict=True)]
            with self.transaction() as connection:
                connection.execute(f"INSERT INTO log.receipt SELECT {values}", columns)
        return bool(fresh)

    def _forget(self) -> None:
        """Empties the database of everything that came from submissions."""
        with self.transaction() as connection:
            tables = (
                "SELECT schema_name, table_name FROM duckdb_tables() "
                "WHERE database_name = current_database() AND schema_name IN ('log', 'store')"
            )
            for schema, table in connection.execute(tables).fetchall():
                connection.execute(f'DELETE FROM {schema}."{table}"')
            connection.execute("INSERT INTO log.state VALUES ('layout', ?)", [LAYOUT])
