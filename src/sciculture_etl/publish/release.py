"""Builds a release beside the current one, checks it, and swaps. A release is never changed once it has its name."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from sciculture_etl import __version__
from sciculture_etl.contracts import Contract, Promise
from sciculture_etl.load import Warehouse
from sciculture_etl.model.build import Model, comments
from sciculture_etl.publish.current import OPERATIONS, PUBLIC, current_release, finish_swap, swap_to, write_aside
from sciculture_etl.publish.dictionary import write_dictionary
from sciculture_etl.publish.figures import judge_figures, read_figures_checked
from sciculture_etl.regions import REFERENCE_VERSION
from sciculture_etl.settings import Settings, code_version, fingerprint, sql_text
from sciculture_etl.validate.suites import Suite, SuiteOutcome, run_suites

# The oldest storage that today's engine writes: opened by every client since DuckDB 1.1.
STORAGE = "v1.0.0"
RELEASE_INFO_COMMENTS = (
    "COMMENT ON TABLE release.main.release_info IS '이 파일의 릴리스 / The release this file is'",
    "COMMENT ON COLUMN release.main.release_info.release_id IS '릴리스 번호 / Number of the release'",
    "COMMENT ON COLUMN release.main.release_info.software_version IS '만든 프로그램의 판 / Version of the software'",
    "COMMENT ON COLUMN release.main.release_info.regions_version IS '행정구역 자료의 판 / Version of the regions'",
)
RELEASE_NAME = re.compile(r"^(\d{5})-\d{8}$")


@dataclass
class Publication:
    """outcome: published, unchanged, or refused (then ``refusals`` say why, one sentence each)."""

    outcome: str
    release_id: str | None
    refusals: list[str] = field(default_factory=list)
    remarks: list[SuiteOutcome] = field(default_factory=list)


def _accounts_that_disagree(warehouse: Warehouse, contracts: dict[str, Contract]) -> list[str]:
    """Rows in = loaded + quarantined + left out, for every table of every file, and what is loaded is really there."""
    wrong = [
        f"{row['submission_id']} part {row['part']}: {row['read']:,} rows read, but {row['loaded']:,} loaded + "
        f"{row['quarantined']:,} quarantined + {row['left_out']:,} left out"
        for row in warehouse.rows("SELECT * FROM log.part WHERE read <> loaded + quarantined + left_out")
    ]
    for dataset, contract in contracts.items():
        # One row of a wide table is stored as several.
        counted = "DISTINCT (part, source_row)" if contract.unpivot else "*"
        for row in warehouse.rows(
            f"""SELECT submission_id, p.loaded, coalesce(s.stored, 0) AS stored
            FROM (SELECT submission_id, sum(loaded) AS loaded FROM log.part WHERE dataset = ? GROUP BY ALL) AS p
            LEFT JOIN (SELECT submission_id, count({counted}) AS stored FROM store.{dataset}
                       SEMI JOIN log.submission USING (submission_id, reading) GROUP BY ALL) AS s USING (submission_id)
            WHERE p.loaded <> coalesce(s.stored, 0)""",
            [dataset],
        ):
            wrong.append(f"{row['submission_id']} {dataset}: {row['loaded']:,} rows accepted, {row['stored']:,} stored")
    return wrong


def _next_release_id(settings: Settings) -> str:
    # Counted, not timed: a clock that goes back can't make a new release look old.
    numbers = [int(m[1]) for path in settings.releases.glob("*") if (m := RELEASE_NAME.match(path.name))]
    return f"{max(numbers, default=0) + 1:05d}-{datetime.now(UTC):%Y%m%d}"


def _place(table: str) -> str:
    """Where a table stands in a release: ``meta_column`` is ``meta.column`` there."""
    return f'release.meta."{table.removeprefix("meta_")}"' if table.startswith("meta_") else f'release.main."{table}"'


def _build_database(
    warehouse: Warehouse, path: Path, promises: dict[str, Promise], audience: str, release_id: str
) -> None:
    connection = warehouse.connection
    connection.execute(f"ATTACH {sql_text(path)} AS release (STORAGE_VERSION '{STORAGE}')")
    try:
        connection.execute("BEGIN")
        if audience == "public":
            connection.execute("CREATE SCHEMA release.meta")
        for promise in promises.values():
            if promise.audience != audience:
                continue
            order = ", ".join(f'"{name}"' for name in promise.grain)
            target = _place(promise.table)
            connection.execute(f'CREATE TABLE {target} AS SELECT * FROM "{promise.table}" ORDER BY {order}')
            for line in comments(promise, target):
                connection.execute(line)
        connection.execute(
            "CREATE TABLE release.main.release_info AS "
            "SELECT ? AS release_id, ? AS software_version, ? AS regions_version",
            [release_id, __version__, REFERENCE_VERSION],
        )
        for line in RELEASE_INFO_COMMENTS:
            connection.execute(line)
        connection.execute("COMMIT")
        connection.execute("CHECKPOINT release")
    finally:
        connection.execute("DETACH release")


def _export(warehouse: Warehouse, folder: Path, promises: dict[str, Promise]) -> dict[str, dict[str, Any]]:
    """Parquet and CSV of the public tables; rows and sha256 of the CSV, which is the table's hash.

    The operator's tables are hashed likewise but leave the build database in ``operations.duckdb`` only.
    """
    tables: dict[str, dict[str, Any]] = {}
    for kind in ("csv", "parquet"):
        (folder / kind).mkdir()
    for name, promise in sorted(promises.items()):
        if promise.audience == "internal":
            continue
        order = ", ".join(f'"{column}"' for column in promise.grain)
        query = f'SELECT * FROM "{name}" ORDER BY {order}'
        public = promise.audience == "public"
        csv_path = folder / "csv" / f"{name}.csv"
        warehouse.connection.execute(f"COPY ({query}) TO {sql_text(csv_path)} (FORMAT csv, HEADER)")
        if public:
            parquet = folder / "parquet" / f"{name}.parquet"
            warehouse.connection.execute(f"COPY ({query}) TO {sql_text(parquet)} (FORMAT parquet, COMPRESSION zstd)")
        with csv_path.open("rb") as exported:
            digest = hashlib.file_digest(exported, "sha256").hexdigest()
        tables[name] = {
            "audience": promise.audience,
            "rows": warehouse.value(f'SELECT count(*) FROM "{name}"'),
            "sha256": digest,
        }
        if not public:
            csv_path.unlink()
    return tables


def _manifest(
    warehouse: Warehouse,
    contracts: dict[str, Contract],
    release_id: str,
    previous: str | None,
    tables: dict[str, Any],
    suites: list[SuiteOutcome],
) -> dict[str, Any]:
    inputs = warehouse.rows(
        """SELECT receipt_no, submission_id, file_sha256 AS sha256, source_file, submitter, datasets, program_years,
        verdict, standing, rows_read, rows_loaded, rows_quarantined, rows_left_out
        FROM mart_submission_log ORDER BY receipt_no"""
    )
    accounts = {
        key: sum(int(row[key]) for row in inputs)
        for key in ("rows_read", "rows_loaded", "rows_quarantined", "rows_left_out")
    }
    reasons = warehouse.rows(
        "SELECT sum(blank)::BIGINT AS blank, sum(footnote)::BIGINT AS footnote, sum(example)::BIGINT AS example, "
        "sum(header)::BIGINT AS header, sum(subtotal)::BIGINT AS subtotal FROM log.part"
    )
    return {
        "release_id": release_id,
        "previous_release_id": previous,
        "built_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": {
            "sciculture_etl": __version__,
            "code": code_version("."),
            "duckdb": duckdb.__version__,
            "storage": STORAGE,
            "regions": REFERENCE_VERSION,
            "contracts": {name: contract.fingerprint for name, contract in contracts.items()},
        },
        "accounts": accounts | {"left_out_by_reason": reasons[0]},
        "tables": tables,
        "suites": {
            "accepted": warehouse.rows(
                "SELECT dataset, program_year, passed, detail FROM log.suite_result ORDER BY dataset, program_year"
            ),
            "curated": {o.name: {"checked": o.checked, "warnings": o.warnings} for o in suites},
        },
        "figures": [figure.as_dict() for figure in read_figures_checked(warehouse.connection)],
        "inputs": inputs,
    }  # fmt: skip


def _judge_tables(warehouse: Warehouse, promises: dict[str, Promise], model: Model) -> list[SuiteOutcome]:
    """The suites of all tables; one that passed as it stands now isn't asked again, nor one without a row."""
    passed = {row["name"]: row for row in warehouse.rows("SELECT * FROM log.curated_suite")}
    outcomes, asked = [], []
    for name, promise in promises.items():
        if not promise.suite:
            continue
        before = passed.get(name)
        if before and before["content"] == model.fingerprints[name]:
            outcomes.append(SuiteOutcome(name, len(promise.suite), warnings=before["warnings"]))
        elif warehouse.value(f'SELECT count(*) FROM "{name}"') == 0:
            outcomes.append(SuiteOutcome(name, 0))
        else:
            asked.append(Suite(name, f'SELECT * FROM "{name}"', promise.suite))
    judged = run_suites(warehouse.connection, asked)
    with warehouse.transaction() as connection:
        for outcome in judged:
            connection.execute("DELETE FROM log.curated_suite WHERE name = ?", [outcome.name])
            if outcome.passed:
                mark = model.fingerprints[outcome.name]
                connection.execute(
                    "INSERT INTO log.curated_suite VALUES (?, ?, ?)", [outcome.name, mark, outcome.warnings]
                )
    return sorted([*outcomes, *judged], key=lambda outcome: outcome.name)


def _manifest_of(settings: Settings, release_id: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((settings.releases / release_id / "manifest.json").read_text(encoding="utf-8"))
    return found


def _reproduced(settings: Settings, release_id: str | None) -> set[str]:
    """The published figures that a release gives as published."""
    if release_id is None:
        return set()
    return {figure["figure_id"] for figure in _manifest_of(settings, release_id)["figures"] if figure["agrees"]}


def _table_hashes(manifest: dict[str, Any]) -> dict[str, str]:
    return {name: table["sha256"] for name, table in manifest["tables"].items()}


def _prune(settings: Settings, keep_id: str) -> None:
    names = sorted((p.name for p in settings.releases.glob("*") if RELEASE_NAME.match(p.name)), reverse=True)
    for name in names[settings.keep_releases :]:
        if name != keep_id:
            shutil.rmtree(settings.releases / name)


def publish_release(
    settings: Settings, warehouse: Warehouse, contracts: dict[str, Contract], promises: dict[str, Promise], model: Model
) -> Publication:
    """Publishes the model's tables as a new release, unless nothing in them changed or a check refuses.

    Whatever happens, the last good release stays what readers open until the new one is complete.
    """
    finish_swap(settings.warehouse)
    current = current_release(settings.warehouse)
    current_id = current["release_id"] if current else None
    outward = [name for name, promise in sorted(promises.items()) if promise.audience != "internal"]
    mark = fingerprint(STORAGE, __version__, *(f"{name} {model.fingerprints[name]}" for name in outward))
    if current_id and warehouse.state("published") == f"{current_id} {mark}":
        return Publication("unchanged", current_id)
    if wrong := _accounts_that_disagree(warehouse, contracts):
        return Publication(
            "refused", current_id, refusals=[f"the accounts of rows don't add up: {line}" for line in wrong]
        )
    if not warehouse.value("SELECT count(*) FROM log.in_force") and current_id is None:
        return Publication(
            "refused", None, refusals=["no submission has been accepted yet, so there is nothing to publish"]
        )
    outcomes = _judge_tables(warehouse, promises, model)
    if refusals := [f"{outcome.name}: {line}" for outcome in outcomes for line in outcome.errors]:
        return Publication("refused", current_id, refusals=refusals)
    remarks = [outcome for outcome in outcomes if outcome.warnings]
    refusals, warnings = judge_figures(read_figures_checked(warehouse.connection), _reproduced(settings, current_id))
    if refusals:
        return Publication("refused", current_id, refusals=[f"published figure: {line}" for line in refusals])
    if warnings:
        remarks.append(SuiteOutcome("published figures", len(warnings), warnings=warnings))
    release_id = _next_release_id(settings)
    building = settings.releases / f".building-{release_id}"
    settings.releases.mkdir(exist_ok=True)
    for left in settings.releases.glob(".building-*"):
        shutil.rmtree(left)
    building.mkdir()
    tables = _export(warehouse, building, promises)
    hashes = {name: table["sha256"] for name, table in tables.items()}
    if current_id and _table_hashes(_manifest_of(settings, current_id)) == hashes:
        shutil.rmtree(building)
        warehouse.set_state("published", f"{current_id} {mark}")
        return Publication("unchanged", current_id, remarks=remarks)
    _build_database(warehouse, building / PUBLIC, promises, "public", release_id)
    _build_database(warehouse, building / OPERATIONS, promises, "operator", release_id)
    (building / OPERATIONS).chmod(0o600)
    write_dictionary(warehouse.connection, building / "dictionary", release_id)
    manifest = _manifest(warehouse, contracts, release_id, current_id, tables, outcomes)
    write_aside(building / "manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1, default=str).encode())
    for path in building.rglob("*"):
        if path.is_file():
            with path.open("rb") as written:
                os.fsync(written.fileno())
    building.rename(settings.releases / release_id)
    swap_to(settings.warehouse, release_id)
    warehouse.set_state("published", f"{release_id} {mark}")
    _prune(settings, release_id)
    return Publication("published", release_id, remarks=remarks)
