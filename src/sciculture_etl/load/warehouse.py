"""The build database and its one writer.

Schemas: ``log`` (receipts, submissions, their parts, findings, quarantine, versions), ``store`` (accepted rows of every
version), ``accepted`` (views: the rows in force, for the SQL of the model). Tables and views of the model stand in
``main``.
"""

from __future__ import annotations

import json
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
from sciculture_etl.load.transaction import all_or_nothing, write
from sciculture_etl.messages import message
from sciculture_etl.settings import Settings, fingerprint
from sciculture_etl.storage.damage import reason_of
from sciculture_etl.storage.ducklake import lake_fault
from sciculture_etl.versions.revision_words import named_version

ENVELOPE = {
    "submission_id": "VARCHAR",
    "reading": "VARCHAR",
    "part": "INTEGER",
    "source_row": "BIGINT",
    "submitter": "VARCHAR",
    "program_year": "SMALLINT",
    "partition_key": "VARCHAR",
}
VERSION = (
    "dataset VARCHAR, submitter VARCHAR, program_year SMALLINT, partition_key VARCHAR, submission_id VARCHAR, "
    "reading VARCHAR"
)
KEY = " PRIMARY KEY"
DECISION = "submission_id VARCHAR, reason VARCHAR, decided_at TIMESTAMPTZ, seen BIGINT"
LOG_TABLES = {
    "receipt": "seq BIGINT, sha256 VARCHAR, submission_id VARCHAR, path VARCHAR, submitter VARCHAR, size BIGINT, "
    "received_at TIMESTAMPTZ, modified_at TIMESTAMPTZ, arrival INTEGER, name_stem VARCHAR, name_day DATE, "
    "name_rank VARCHAR",
    "reading": "reading VARCHAR, part VARCHAR, mark VARCHAR",
    "submission": "submission_id VARCHAR, reading VARCHAR, format VARCHAR, refused BOOLEAN, datasets VARCHAR[], "
    "submitter VARCHAR, made_on DATE, saved_at TIMESTAMPTZ, unread_sheets VARCHAR[]",
    "part": "submission_id VARCHAR, part INTEGER, dataset VARCHAR, sheet VARCHAR, read BIGINT, loaded BIGINT, "
    "quarantined BIGINT, left_out BIGINT, blank BIGINT, footnote BIGINT, example BIGINT, header BIGINT, "
    "subtotal BIGINT, other BIGINT, extra_headers VARCHAR, columns VARCHAR, first_row BIGINT, made_on DATE",
    "part_year": "submission_id VARCHAR, part INTEGER, program_year SMALLINT",
    "finding": "submission_id VARCHAR, part INTEGER, sheet VARCHAR, row BIGINT, cell VARCHAR, header VARCHAR, "
    "field VARCHAR, code VARCHAR, severity VARCHAR, value VARCHAR, expected_ko VARCHAR, expected_en VARCHAR, "
    "unit VARCHAR, message_ko VARCHAR, message_en VARCHAR, fix_ko VARCHAR, fix_en VARCHAR",
    "quarantine": "submission_id VARCHAR, part INTEGER, source_row BIGINT, raw VARCHAR, read VARCHAR",
    "version": f"{VERSION}, row_count BIGINT",
    "version_order": f"{VERSION}, row_count BIGINT, play VARCHAR, position INTEGER, decided_by VARCHAR, "
    "made_on DATE, saved_at TIMESTAMPTZ, name_stem VARCHAR, name_day DATE, name_rank VARCHAR, arrival INTEGER, "
    "modified_at TIMESTAMPTZ",
    "version_measure": f"{VERSION}, measure VARCHAR, value DOUBLE",
    "waiting": f"{VERSION}, cause VARCHAR, measure VARCHAR, value_before DOUBLE, value_after DOUBLE",
    "held": VERSION,
    "decided": f"decision_no BIGINT, kind VARCHAR, {DECISION}",
    "closing": "closing_no BIGINT, dataset VARCHAR, program_year SMALLINT, kind VARCHAR, reason VARCHAR, "
    "decided_at TIMESTAMPTZ, seen BIGINT, submitter VARCHAR, until DATE, counted VARCHAR",
    "withdrawn": DECISION,
    # What the years' journal comes to: state is open, provisional or closed; reason, that of its last closing or
    # reopening; is_revised, whether what counts is other than at the closing.
    "year_state": "dataset VARCHAR, program_year SMALLINT, state VARCHAR, is_revised BOOLEAN, reason VARCHAR",
    "correction": "submission_id VARCHAR, part INTEGER, source_row BIGINT, correction VARCHAR, fits BOOLEAN",
    "asked": "submission_id VARCHAR",
    "reshaped": "submission_id VARCHAR",
    "in_force": VERSION,
    "modelled": VERSION,
    "model": "name VARCHAR, made_from VARCHAR, made_by VARCHAR, content VARCHAR, input_fingerprints VARCHAR",
    "suite_result": "dataset VARCHAR, program_year SMALLINT, fingerprint VARCHAR, passed BOOLEAN, detail VARCHAR",
    "curated_suite": "name VARCHAR, content VARCHAR, warnings VARCHAR[]",
    "state": f"key VARCHAR{KEY}, value VARCHAR",
}


def rows_in_force(dataset: str) -> str:
    """Those rows of a dataset that count."""
    return (
        f"SELECT * EXCLUDE (reading) FROM store.{dataset} AS s "
        f"SEMI JOIN log.in_force AS f ON f.dataset = '{dataset}' AND f.submission_id = s.submission_id "
        f"AND f.reading = s.reading AND f.program_year = s.program_year AND f.partition_key = s.partition_key"
    )


def views_over_all(contracts: dict[str, Contract]) -> dict[str, str]:
    """Views over the accepted rows of all datasets, so that SQL that concerns all of them names none of them.

    dataset_year: which years have rows. named_institution: who is named where, one row a row (the submitter where a
    contract leaves it to him). measure_year: the sums of every submitter, dataset, year and measure compared.
    measure_period: the same of each partition of a year.
    """
    named, measured, of_parts = [], [], []
    for dataset, contract in contracts.items():
        place = f"SELECT '{dataset}' AS dataset, submission_id, part, source_row, program_year"
        for name, fld in contract.fields.items():
            if fld.refers_to == "institution":
                column = name if fld.required else f"coalesce({name}, submitter)"
                named.append(f"{place}, {column} AS name FROM accepted.{dataset}")
        if counted := contract.compared:
            sums = ", ".join(f"CAST(sum({name}) AS DOUBLE) AS {name}" for name in counted)
            totals = f"SELECT submitter, program_year, {sums} FROM accepted.{dataset} GROUP BY ALL"
            measured.append(
                f"SELECT '{dataset}' AS dataset, submitter, program_year, measure, value "
                f"FROM (UNPIVOT ({totals}) ON {', '.join(counted)} INTO NAME measure VALUE value)"
            )
            totals = f"SELECT submitter, program_year, partition_key, {sums} FROM accepted.{dataset} GROUP BY ALL"
            of_parts.append(
                f"SELECT '{dataset}' AS dataset, submitter, program_year, partition_key, measure, value "
                f"FROM (UNPIVOT ({totals}) ON {', '.join(counted)} INTO NAME measure VALUE value)"
            )
    return {
        "dataset_year": "SELECT DISTINCT dataset, program_year FROM log.in_force",
        "named_institution": " UNION ALL ".join(named),
        "measure_year": " UNION ALL ".join(measured),
        "measure_period": " UNION ALL ".join(of_parts),
    }


LAYOUT = fingerprint(json.dumps([ENVELOPE, LOG_TABLES]))


def has_todays_layout(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the database is empty or its own tables are those of this version."""
    try:
        return connection.execute("SELECT value FROM log.state WHERE key = 'layout'").fetchone() == (LAYOUT,)
    except (duckdb.CatalogException, duckdb.BinderException):
        # Asked last: a lake's engine asks for all tables to list one.
        own = "database_name = current_database() AND schema_name = 'log'"
        return not connection.execute(f"SELECT 1 FROM duckdb_tables() WHERE {own}").fetchone()


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
            LakeError: Where a shared one can't be reached, also under the work.
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
            if part or not build.is_broken_at_opening(error):
                raise
            reason = reason_of(error)
            build.set_aside()
            warehouse = cls._prepared(build, staging, contracts)
        warehouse.set_aside = reason
        try:
            yield warehouse
            if not part:
                build.tidy(warehouse.connection)
        except Exception as error:
            if fault := lake_fault(error):
                raise fault from None
            if part or not build.is_broken(error):
                raise
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
