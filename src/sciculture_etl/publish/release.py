"""Builds a release beside the current one, checks it, and swaps. A release is never changed once it has its name."""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import duckdb

from sciculture_etl import __version__
from sciculture_etl.contracts import Contract, Promise
from sciculture_etl.load import Warehouse
from sciculture_etl.model import Model
from sciculture_etl.publish.checks import accounts_that_disagree, facts_that_disagree, judge_tables
from sciculture_etl.publish.current import (
    OPERATIONS,
    PUBLIC,
    current_release,
    finish_swap,
    read_pointer,
    swap_to,
    write_aside,
)  # fmt: skip
from sciculture_etl.publish.dictionary import write_dictionary
from sciculture_etl.publish.figures import judge_figures, read_figures_checked
from sciculture_etl.publish.files import STORAGE, build_database, export_tables
from sciculture_etl.regions import REFERENCE_VERSION
from sciculture_etl.settings import Settings, code_version, fingerprint
from sciculture_etl.stopping import stop_if_asked
from sciculture_etl.validate.suites import SuiteOutcome

RELEASE_NAME = re.compile(r"^(\d{5})-\d{8}$")


@dataclass
class Publication:
    """outcome: published, unchanged, or refused (then ``refusals`` say why, one sentence each)."""

    outcome: str
    release_id: str | None
    refusals: list[str] = field(default_factory=list)
    remarks: list[SuiteOutcome] = field(default_factory=list)


def _next_release_id(settings: Settings) -> str:
    # Counted, not timed: a clock that goes back can't make a new release look old.
    pointer = read_pointer(settings.warehouse)
    names = [path.name for path in settings.releases.glob("*")] + ([pointer["release_id"]] if pointer else [])
    numbers = [int(m[1]) for name in names if (m := RELEASE_NAME.match(name))]
    return f"{max(numbers, default=0) + 1:05d}-{datetime.now(UTC):%Y%m%d}"


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
        "sum(header)::BIGINT AS header, sum(subtotal)::BIGINT AS subtotal, sum(other)::BIGINT AS other FROM log.part"
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

    Whatever happens, the last good release stays what readers open until the new one is complete. The operator's file
    is of tonight all the same: what came, and why it can't be published, stands there.
    """
    finish_swap(settings.warehouse)
    try:
        publication = _publish(settings, warehouse, contracts, promises, model)
    except BaseException:
        _sweep(settings)  # on a full disk, what was built takes the room that is missing
        raise
    if publication.outcome == "refused":
        _show_operations(settings, warehouse, promises)
    return publication


def _sweep(settings: Settings) -> None:
    for left in settings.releases.glob(".building-*"):
        shutil.rmtree(left, ignore_errors=True)


def _show_operations(settings: Settings, warehouse: Warehouse, promises: dict[str, Promise]) -> None:
    aside = settings.warehouse / f".{OPERATIONS}.aside"
    aside.unlink(missing_ok=True)
    build_database(warehouse, aside, promises, "operator", "not published")
    aside.chmod(0o600)
    with aside.open("rb") as written:
        os.fsync(written.fileno())
    aside.replace(settings.warehouse / OPERATIONS)


def _publish(
    settings: Settings, warehouse: Warehouse, contracts: dict[str, Contract], promises: dict[str, Promise], model: Model
) -> Publication:
    current = current_release(settings.warehouse)
    current_id = current["release_id"] if current else None
    outward = [name for name, promise in sorted(promises.items()) if promise.audience != "internal"]
    mark = fingerprint(STORAGE, __version__, *(f"{name} {model.fingerprints[name]}" for name in outward))
    if current_id and warehouse.state("published") == f"{current_id} {mark}":
        return Publication("unchanged", current_id)
    wrong = [*accounts_that_disagree(warehouse, contracts), *facts_that_disagree(warehouse, contracts, promises)]
    if wrong:
        return Publication(
            "refused", current_id, refusals=[f"the accounts of rows don't add up: {line}" for line in wrong]
        )
    if not warehouse.value("SELECT count(*) FROM log.in_force") and current_id is None:
        return Publication(
            "refused", None, refusals=["no submission has been accepted yet, so there is nothing to publish"]
        )
    outcomes = judge_tables(warehouse, promises, model)
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
    _sweep(settings)
    building.mkdir()
    tables = export_tables(warehouse, building, promises)
    hashes = {name: table["sha256"] for name, table in tables.items()}
    if current_id and _table_hashes(_manifest_of(settings, current_id)) == hashes:
        shutil.rmtree(building)
        warehouse.set_state("published", f"{current_id} {mark}")
        return Publication("unchanged", current_id, remarks=remarks)
    build_database(warehouse, building / PUBLIC, promises, "public", release_id)
    build_database(warehouse, building / OPERATIONS, promises, "operator", release_id)
    (building / OPERATIONS).chmod(0o600)
    write_dictionary(warehouse.connection, building / "dictionary", release_id)
    manifest = _manifest(warehouse, contracts, release_id, current_id, tables, outcomes)
    write_aside(building / "manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1, default=str).encode())
    for path in building.rglob("*"):
        if path.is_file():
            with path.open("rb") as written:
                os.fsync(written.fileno())
    stop_if_asked()
    building.rename(settings.releases / release_id)
    swap_to(settings.warehouse, release_id)
    warehouse.set_state("published", f"{release_id} {mark}")
    _prune(settings, release_id)
    return Publication("published", release_id, remarks=remarks)
