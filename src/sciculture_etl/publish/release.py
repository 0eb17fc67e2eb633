"""Builds a release beside the current one, checks it, and swaps. A release is never changed once it has its name."""

from __future__ import annotations

import shutil
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sciculture_etl import __version__
from sciculture_etl.contracts import Contract, TableContract
from sciculture_etl.disclosure import protect_tables
from sciculture_etl.extract import Clock, machine_clock
from sciculture_etl.load import Warehouse
from sciculture_etl.messages import message
from sciculture_etl.model import Model
from sciculture_etl.publish.about import one_line
from sciculture_etl.publish.announcement import NOTHING, Announcement, announce, derived_reason, left_note
from sciculture_etl.publish.building import Build, sweep_builds
from sciculture_etl.publish.candidate import (
    CANDIDATE,
    remove_candidate,
)
from sciculture_etl.publish.changelog import history_after
from sciculture_etl.publish.checks import accounts_that_disagree, facts_that_disagree, judge_tables
from sciculture_etl.publish.code_changes import write_code_changes
from sciculture_etl.publish.current import current_release, finish_swap, let_go, restore_live_copies, swap_to
from sciculture_etl.publish.disclosure import (
    GateClosedError,
    gate_of,
    judge_candidate,
    released_history,
    resume_history,
)
from sciculture_etl.publish.earlier_releases import read_earlier_releases
from sciculture_etl.publish.figures import judge_figures, read_figures_checked
from sciculture_etl.publish.files import STORAGE, Previous, build_database
from sciculture_etl.publish.following import follow
from sciculture_etl.publish.journal import ReleaseJournal
from sciculture_etl.publish.lake_releases import IN_LAKE, why_behind
from sciculture_etl.publish.manifest import make_manifest
from sciculture_etl.publish.observations import cubes
from sciculture_etl.publish.outputs import (
    BY_NAME,
    OPERATIONS,
    chosen,
)
from sciculture_etl.publish.portal import portal_names
from sciculture_etl.publish.publications import make_known, record_publication
from sciculture_etl.publish.refusals import explain_figures, explain_suites
from sciculture_etl.publish.release_names import kept_ids
from sciculture_etl.publish.release_version import released_version
from sciculture_etl.publish.retention import manifest_if_readable, next_release_id, prune, read_manifest
from sciculture_etl.publish.rollback import current_hold, resume_rollback, why_held
from sciculture_etl.publish.scheduled import (
    ScheduledRelease,
    find_scheduled,
    shown_time,
    why_not,
)
from sciculture_etl.publish.version_links import link_versions
from sciculture_etl.publish.workbooks import workbooks_of
from sciculture_etl.quality.suites import SuiteOutcome
from sciculture_etl.revisions.changes import changes_since
from sciculture_etl.revisions.diff import table_hashes
from sciculture_etl.revisions.revision import write_revisions
from sciculture_etl.settings import Settings, fingerprint
from sciculture_etl.storage.atomic import put_in_place

SEOUL = ZoneInfo("Asia/Seoul")
# Of one kind of refusal: what is wrong everywhere needn't be told of every submission.
MAX_REFUSALS = 5


@dataclass
class Publication:
    """The outcome of a publication.

    Attributes:
        outcome: published, unchanged, refused (then ``refusals`` say why, a text each: the reason, and a line for each
            submission that is behind it), previewed: a release would change what ``revised`` counts, or scheduled: a
            release goes out later, and what differs from it after that.
        release_id: the current release.
        version: of the current release.
        next_version: what is previewed would have.
        revised: what differs from the release before, or would, table → ``changed`` values, rows ``added`` and
            ``removed``.
        has_candidate: whether what differs stands in the candidate, and not in a release.
        scheduled: the release that goes out at a set time.
        refused_by: the check that refused it, by its name in ``expectations/release_checks.yml``.
    """

    outcome: str
    release_id: str | None
    refusals: list[str] = field(default_factory=list)
    remarks: list[SuiteOutcome] = field(default_factory=list)
    revised: dict[str, dict[str, int]] = field(default_factory=dict)
    has_candidate: bool = False
    scheduled: ScheduledRelease | None = None
    refused_by: str = ""
    version: str | None = None
    next_version: str | None = None

    @property
    def named(self) -> str:
        """The current release with its version, for people."""
        version = f" ({self.version})" if self.version else ""
        return f"{self.release_id}{version}" if self.release_id else "(none)"


@dataclass
class _Checked:
    """What the checks say of the model's tables."""

    refusals: list[str] = field(default_factory=list)
    outcomes: list[SuiteOutcome] = field(default_factory=list)
    remarks: list[SuiteOutcome] = field(default_factory=list)
    refused_by: str = ""


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
    is_preview: bool = False,
    announcement: Announcement = NOTHING,
    at: datetime | None = None,
    clock: Clock = machine_clock,
) -> Publication:
    """Publishes the model's tables as a new release, unless nothing in them changed or a check refuses.

    Whatever happens, the last good release stays what readers open until the new one is complete. The operator's file
    is of tonight all the same: what came, and why it can't be published, stands there. What isn't published although
    it differs is kept as the candidate.

    Args:
        outputs: names of those that are written beside the needed ones; None: all.
        is_preview: everything but the release and the swap.
        announcement: what its readers are told of it, as far as that was given.
        at: when the release goes out, if not now.
        clock: what tells when it is published.
    """
    finish_swap(settings.warehouse)
    resume_rollback(settings)
    record_publication(settings, clock)
    link_versions(settings)
    asked = (settings, warehouse, contracts, table_contracts, model, outputs, is_preview, announcement, at)
    try:
        try:
            publication = _publish(*asked)
        except GateClosedError:
            sweep_builds(settings)
            publication = _publish(*asked, is_closed=True)
    except BaseException:
        sweep_builds(settings)  # on a full disk, what was built takes the room that is missing
        raise
    publication.scheduled = find_scheduled(settings)
    if publication.outcome in ("refused", "previewed", "scheduled") or current_hold(settings):
        _show_operations(settings, warehouse, table_contracts)
    elif publication.outcome == "unchanged":
        restore_live_copies(settings.warehouse)
    make_known(settings, clock)
    resume_history(settings)
    if not publication.has_candidate:
        remove_candidate(settings)
    # What is published is published, whatever of the old can't be cleared away.
    if not is_preview and (stuck := prune(settings)):
        publication.remarks.append(SuiteOutcome("kept releases", len(stuck), warnings=stuck))
    if unlinked := link_versions(settings):
        publication.remarks.append(SuiteOutcome("version links", len(unlinked), warnings=unlinked))
    if why := why_behind(settings):
        publication.remarks.append(SuiteOutcome(IN_LAKE, 1, warnings=[why]))
    if publication.release_id:
        publication.version = str(released_version(settings.releases / publication.release_id))
    return publication


def _few(sentences: list[str]) -> list[str]:
    left = len(sentences) - MAX_REFUSALS
    return sentences[:MAX_REFUSALS] + ([f"and {left:,} more"] if left > 0 else [])


def _of_figures(hashes: dict[str, str]) -> dict[str, str]:
    """Without the data dictionary: words alone make no release, the next one carries them."""
    return {name: sha256 for name, sha256 in hashes.items() if not name.startswith("meta_")}


def _show_operations(settings: Settings, warehouse: Warehouse, table_contracts: dict[str, TableContract]) -> None:
    """The operator's file of a night that published nothing."""
    let_go(settings.warehouse, OPERATIONS)
    aside = settings.warehouse / f".{OPERATIONS}.aside"
    aside.unlink(missing_ok=True)
    build_database(warehouse.connection, aside, table_contracts, "operator", {"release_id": "not published"})
    put_in_place(aside, settings.warehouse / OPERATIONS)


def _check(
    warehouse: Warehouse,
    contracts: dict[str, Contract],
    table_contracts: dict[str, TableContract],
    model: Model,
    before: dict[str, Any] | None,
) -> _Checked:
    """Rows that add up, then the suites of the tables, then the published figures: what fails ends it there."""
    wrong = [*accounts_that_disagree(warehouse, contracts), *facts_that_disagree(warehouse, contracts, table_contracts)]
    if wrong:
        texts = [message("rows_do_not_add_up", detail=line) for line in _few(wrong)]
        return _Checked(texts, refused_by="row_accounts")
    outcomes = judge_tables(warehouse, table_contracts, model)
    remarks = [outcome for outcome in outcomes if outcome.warnings]
    if any(outcome.errors for outcome in outcomes):
        changes = changes_since(warehouse, before)
        refusals = explain_suites(warehouse, outcomes, table_contracts, changes, model, before)
        return _Checked(refusals, outcomes, remarks, "table_rules")
    refused, warnings = judge_figures(read_figures_checked(warehouse.connection), _reproduced(before))
    if refused:
        changes = changes_since(warehouse, before)
        refusals = explain_figures(warehouse, refused, changes, model, before)
        return _Checked(refusals, outcomes, remarks, "published_figures")
    if warnings:
        remarks.append(SuiteOutcome("published figures", len(warnings), warnings=warnings))
    return _Checked([], outcomes, remarks)


def _publish(
    settings: Settings,
    warehouse: Warehouse,
    contracts: dict[str, Contract],
    table_contracts: dict[str, TableContract],
    model: Model,
    outputs: Collection[str] | None,
    is_preview: bool,
    announcement: Announcement,
    at: datetime | None,
    is_closed: bool = False,
) -> Publication:
    """is_closed: what is to be released gives few persons away; it becomes the candidate."""
    current = current_release(settings.warehouse)
    current_id = current["release_id"] if current else None
    hold = current_hold(settings)
    made = {name: table_contract for name, table_contract in table_contracts.items() if table_contract.made_by == "sql"}
    outward = [name for name, table_contract in sorted(made.items()) if table_contract.audience != "internal"]
    outward_fingerprint = fingerprint(STORAGE, __version__, *(f"{name} {model.fingerprints[name]}" for name in outward))
    if current_id and warehouse.state("published") == f"{current_id} {outward_fingerprint}":
        return Publication("unchanged", current_id)
    if current_id is None and not warehouse.value("SELECT count(*) FROM log.in_force"):
        return Publication("refused", None, refusals=[message("nothing_accepted_yet")])
    before = read_manifest(settings, current_id) if current_id else None
    checked = _check(warehouse, contracts, table_contracts, model, before)
    built_at = datetime.now(UTC)
    following = follow(settings, warehouse, table_contracts, current_id, built_at.astimezone(SEOUL).date())
    if following.refusals and not checked.refusals:
        checked.refusals, checked.refused_by = _few(following.refusals), "removals"
    scheduled = find_scheduled(settings)
    is_kept_back = (bool(hold) and at is None) or scheduled is not None
    is_candidate = is_preview or is_kept_back or is_closed or bool(checked.refusals)
    history = read_earlier_releases(settings, warehouse, made, released_history(settings))
    followed = Previous()
    if before and current_id:
        followed = Previous(settings.releases / current_id, before["tables"], before.get("files", {}))
    build = Build(settings, warehouse, CANDIDATE if is_candidate else next_release_id(settings), followed, at)
    published = protect_tables(warehouse, contracts, made, model, history)
    tables = build.hash(made, published.fingerprints)
    # After a rollback the submission log is another than the release's own: the figures alone decide.
    compared = "public" if hold else None
    was, now = (_of_figures(table_hashes(m, compared)) if m else {} for m in (before, {"tables": tables}))
    if current_id and was == now and not following.changes and not checked.refusals:
        shutil.rmtree(build.folder)
        if not hold:
            warehouse.set_state("published", f"{current_id} {outward_fingerprint}")
        return Publication("unchanged", current_id, remarks=checked.remarks)
    manifest = make_manifest(
        warehouse, contracts, model, build.release_id, current_id, built_at, dict(sorted(tables.items())),
        checked.outcomes, following,
    )  # fmt: skip
    manifest["history"] = history_after(before or manifest_if_readable(following.followed))
    kept = kept_ids(settings.releases)
    previous = settings.releases / (current_id or kept[-1]) if kept else None
    revised = write_revisions(warehouse, contracts, table_contracts, manifest, before, previous, built_at)
    write_code_changes(warehouse, table_contracts, following.structure, following.followed, manifest["version"])
    later = {name: table_contract for name, table_contract in table_contracts.items() if name not in made}
    manifest["tables"] |= build.hash(later, {})
    manifest["revised"] = revised
    derived = derived_reason(warehouse, build.release_id, current_id is None and not kept)
    manifest |= announce(announcement, left_note(ReleaseJournal(settings.archive)), derived)
    if is_candidate:
        differing = {name for name in was.keys() | now.keys() if was.get(name) != now.get(name)}
        differing |= {change.table for change in following.changes}
        kept_back = _why_kept_back(settings, scheduled, hold, sorted(differing))
        refusals = checked.refusals or kept_back
        build.keep_as_candidate(table_contracts, manifest | {"refusals": refusals})
        if not checked.refusals and (closed := judge_candidate(settings, warehouse, table_contracts, history)):
            return Publication("refused", current_id, [*refusals, *closed], checked.remarks, revised, True)
        if is_preview and not checked.refusals:
            on_hold = [SuiteOutcome("preview", 1, warnings=kept_back)] if kept_back else []
            remarks = [*checked.remarks, *on_hold]
            return Publication("previewed", current_id, [], remarks, revised, True, next_version=manifest["version"])
        if scheduled and not checked.refusals and not why_not(settings, scheduled):
            return Publication("scheduled", current_id, [], checked.remarks, revised, True)
        return Publication(
            "refused", current_id, refusals, checked.remarks, revised, True, refused_by=checked.refused_by
        )
    manifest["publisher"] = {"ko": one_line(settings.publisher), "en": one_line(settings.publisher_en)}
    manifest["licence"] = settings.licence
    wanted = chosen(outputs)
    if BY_NAME["xlsx"] in wanted or BY_NAME["site"] in wanted:
        manifest["workbooks"], manifest["datasets"] = workbooks_of(warehouse.connection, contracts, table_contracts)
    manifest["cubes"] = cubes(warehouse.connection, table_contracts)
    manifest["portal_names"] = portal_names(settings.publisher, table_contracts, manifest["tables"])
    build.gate = gate_of(settings, warehouse, table_contracts, build.release_id, history, checked.remarks)
    if at is not None:
        build.keep_as_scheduled(table_contracts, manifest, wanted, at)
        return Publication("scheduled", current_id, remarks=checked.remarks, revised=revised)
    build.keep_as_release(table_contracts, manifest, wanted)
    swap_to(settings.warehouse, build.release_id)
    warehouse.set_state("published", f"{build.release_id} {outward_fingerprint}")
    return Publication("published", build.release_id, remarks=checked.remarks, revised=revised)


def _why_kept_back(
    settings: Settings, scheduled: ScheduledRelease | None, hold: dict[str, Any] | None, differing: list[str]
) -> list[str]:
    """Why what differs isn't published now, whatever the checks say."""
    if scheduled:
        at = shown_time(scheduled.at)
        return [why_not(settings, scheduled) or message("scheduled_keeps_back", release=scheduled.release_id, at=at)]
    return [why_held(hold, differing)] if hold else []
