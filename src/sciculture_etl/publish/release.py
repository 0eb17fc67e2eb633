"""Builds a release beside the current one, checks it, and swaps. A release is never changed once it has its name."""

from __future__ import annotations

import shutil
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sciculture_etl import __version__
from sciculture_etl.contracts import Contract, TableContract
from sciculture_etl.load import Warehouse
from sciculture_etl.messages import message
from sciculture_etl.model import Model
from sciculture_etl.publish.checks import accounts_that_disagree, facts_that_disagree, judge_tables
from sciculture_etl.publish.current import current_release, finish_swap, let_go, restore_live_copies, swap_to
from sciculture_etl.publish.figures import judge_figures, read_figures_checked
from sciculture_etl.publish.files import STORAGE, Content, Previous, build_database, hash_tables
from sciculture_etl.publish.manifest import make_manifest
from sciculture_etl.publish.outputs import FOR_OPERATORS, OPERATIONS, OUTPUTS_BEFORE_CHOICE, chosen, write_outputs
from sciculture_etl.publish.retention import kept_ids, next_release_id, prune, read_manifest
from sciculture_etl.publish.rollback import current_hold, resume_rollback, why_held
from sciculture_etl.quality.suites import SuiteOutcome
from sciculture_etl.revisions.diff import table_hashes
from sciculture_etl.revisions.revision import write_revisions
from sciculture_etl.settings import Settings, fingerprint
from sciculture_etl.stopping import stop_if_asked
from sciculture_etl.storage.access import let_all_read, make_folder_for_all
from sciculture_etl.storage.atomic import put_in_place

# Of one kind of refusal: what is wrong everywhere needn't be told of every submission.
MAX_REFUSALS = 5


@dataclass
class Publication:
    """The outcome of a publication.

    Attributes:
        outcome: published, unchanged, or refused (then ``refusals`` say why, one sentence each).
        revised: what differs from the release before, table → ``changed`` values, rows ``added`` and ``removed``.
    """

    outcome: str
    release_id: str | None
    refusals: list[str] = field(default_factory=list)
    remarks: list[SuiteOutcome] = field(default_factory=list)
    revised: dict[str, dict[str, int]] = field(default_factory=dict)


def _reproduced(manifest: dict[str, Any] | None) -> set[str]:
    """The published figures that a release gives as published."""
    return {figure["figure_id"] for figure in manifest["figures"] if figure["agrees"]} if manifest else set()


def publish_release(
    settings: Settings,
    warehouse: Warehouse,
    contracts: dict[str, Contract],
    table_contracts: dict[str, TableContract],
    model: Model,
    outputs: Collection[str] | None = None,
) -> Publication:
    """Publishes the model's tables as a new release, unless nothing in them changed or a check refuses.

    outputs: names of those that are written beside the needed ones; None: all.

    Whatever happens, the last good release stays what readers open until the new one is complete. The operator's file
    is of tonight all the same: what came, and why it can't be published, stands there.
    """
    finish_swap(settings.warehouse)
    resume_rollback(settings)
    try:
        publication = _publish(settings, warehouse, contracts, table_contracts, model, outputs)
    except BaseException:
        _sweep(settings)  # on a full disk, what was built takes the room that is missing
        raise
    if publication.outcome == "refused" or current_hold(settings):
        _show_operations(settings, warehouse, table_contracts)
    elif publication.outcome == "unchanged":
        restore_live_copies(settings.warehouse)
    # What is published is published, whatever of the old can't be cleared away.
    if stuck := prune(settings):
        publication.remarks.append(SuiteOutcome("kept releases", len(stuck), warnings=stuck))
    return publication


def _few(sentences: list[str]) -> list[str]:
    left = len(sentences) - MAX_REFUSALS
    return sentences[:MAX_REFUSALS] + ([f"and {left:,} more"] if left > 0 else [])


def _sweep(settings: Settings) -> None:
    for left in settings.releases.glob(".building-*"):
        shutil.rmtree(left, ignore_errors=True)


def _show_operations(settings: Settings, warehouse: Warehouse, table_contracts: dict[str, TableContract]) -> None:
    """The operator's file of a night that published nothing."""
    let_go(settings.warehouse, OPERATIONS)
    aside = settings.warehouse / f".{OPERATIONS}.aside"
    aside.unlink(missing_ok=True)
    build_database(warehouse.connection, aside, table_contracts, "operator", "not published")
    put_in_place(aside, settings.warehouse / OPERATIONS)


def _publish(
    settings: Settings,
    warehouse: Warehouse,
    contracts: dict[str, Contract],
    table_contracts: dict[str, TableContract],
    model: Model,
    outputs: Collection[str] | None,
) -> Publication:
    current = current_release(settings.warehouse)
    current_id = current["release_id"] if current else None
    hold = current_hold(settings)
    made = {name: table_contract for name, table_contract in table_contracts.items() if table_contract.made_by == "sql"}
    outward = [name for name, table_contract in sorted(made.items()) if table_contract.audience != "internal"]
    outward_fingerprint = fingerprint(STORAGE, __version__, *(f"{name} {model.fingerprints[name]}" for name in outward))
    if current_id and warehouse.state("published") == f"{current_id} {outward_fingerprint}":
        return Publication("unchanged", current_id)
    wrong = [*accounts_that_disagree(warehouse, contracts), *facts_that_disagree(warehouse, contracts, table_contracts)]
    if wrong:
        return Publication(
            "refused", current_id, refusals=[message("rows_do_not_add_up", detail=line) for line in _few(wrong)]
        )
    if not warehouse.value("SELECT count(*) FROM log.in_force") and current_id is None:
        return Publication("refused", None, refusals=[message("nothing_accepted_yet")])
    outcomes = judge_tables(warehouse, table_contracts, model)
    if refusals := [f"{outcome.name}: {line}" for outcome in outcomes for line in outcome.errors]:
        return Publication("refused", current_id, refusals=refusals)
    remarks = [outcome for outcome in outcomes if outcome.warnings]
    before = read_manifest(settings, current_id) if current_id else None
    refusals, warnings = judge_figures(read_figures_checked(warehouse.connection), _reproduced(before))
    if refusals:
        return Publication("refused", current_id, refusals=[f"published figure: {line}" for line in refusals])
    if warnings:
        remarks.append(SuiteOutcome("published figures", len(warnings), warnings=warnings))
    release_id = next_release_id(settings)
    building = settings.releases / f".building-{release_id}"
    make_folder_for_all(settings.releases)
    _sweep(settings)
    building.mkdir()
    hashed = building / ".hashed"
    followed = Previous()
    if before and current_id:
        followed = Previous(settings.releases / current_id, before["tables"], before.get("files", {}))
    tables = hash_tables(warehouse.connection, made, hashed, model.fingerprints, followed)
    # After a rollback the submission log is another than the release's own: the figures alone decide.
    compared = "public" if hold else None
    was, now = (table_hashes(m, compared) if m else {} for m in (before, {"tables": tables}))
    if current_id and was == now:
        shutil.rmtree(building)
        if not hold:
            warehouse.set_state("published", f"{current_id} {outward_fingerprint}")
        return Publication("unchanged", current_id, remarks=remarks)
    if hold:
        shutil.rmtree(building)
        differing = sorted(name for name in was.keys() | now.keys() if was.get(name) != now.get(name))
        return Publication("refused", current_id, [why_held(hold, differing)], remarks)
    built_at = datetime.now(UTC)
    manifest = make_manifest(
        warehouse, contracts, model, release_id, current_id, built_at, dict(sorted(tables.items())), outcomes
    )
    kept = kept_ids(settings.releases)
    previous = settings.releases / (current_id or kept[-1]) if kept else None
    revised = write_revisions(warehouse, contracts, table_contracts, manifest, before, previous, built_at)
    later = {name: table_contract for name, table_contract in table_contracts.items() if name not in made}
    manifest["tables"] |= hash_tables(warehouse.connection, later, hashed, {}, followed)
    manifest["revised"] = revised
    written = chosen(outputs)
    if (names := [output.name for output in written]) != list(OUTPUTS_BEFORE_CHOICE):
        manifest["outputs"] = names
    write_outputs(written, Content(warehouse.connection, table_contracts, manifest, hashed, followed), building)
    shutil.rmtree(hashed)
    let_all_read(building, but=FOR_OPERATORS)
    stop_if_asked()
    put_in_place(building, settings.releases / release_id)
    swap_to(settings.warehouse, release_id)
    warehouse.set_state("published", f"{release_id} {outward_fingerprint}")
    return Publication("published", release_id, remarks=remarks, revised=revised)
