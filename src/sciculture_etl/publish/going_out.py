"""The end of an embargo: the scheduled release goes out once its time has come, or is withdrawn before.

Nothing has to run at the hour itself: every command that opens the warehouse looks at the clock, and so do ``sciculture
serve`` and the timer of ``sciculture publish --due``.
"""

from __future__ import annotations

from typing import Any

from sciculture_etl.errors import BusyError, MachineError, ReleaseError, UserError
from sciculture_etl.extract import Clock, machine_clock
from sciculture_etl.messages import message
from sciculture_etl.publish.current import finish_swap, swap_to
from sciculture_etl.publish.journal import HOLD_ENDED, WITHDRAWN, ReleaseJournal, moment
from sciculture_etl.publish.lake_releases import follow_releases
from sciculture_etl.publish.outputs import FOR_OPERATORS, PUBLIC
from sciculture_etl.publish.publications import make_known, record_publication
from sciculture_etl.publish.rollback import current_hold, resume_rollback
from sciculture_etl.publish.scheduled import find_scheduled, record_scheduled, shown_time, sweep_scheduled, why_not
from sciculture_etl.settings import Settings
from sciculture_etl.storage.access import let_all_read, make_folder_for_all
from sciculture_etl.storage.atomic import put_in_place
from sciculture_etl.storage.journal import validated_reason
from sciculture_etl.storage.lock import writer_lock


def publish_due(settings: Settings, clock: Clock = machine_clock) -> str | None:
    """Lets the scheduled release out if its time has come; returns its name. Call it under the writer's lock.

    A lake is left behind by it.

    Raises:
        ReleaseError: Where it isn't complete any more: it stays where it is, and keeps back what is newer.
    """
    found = find_scheduled(settings)
    if found is None or (found.manifest and not found.is_moving):
        sweep_scheduled(settings)
    if found is None:
        return None
    if found.manifest:
        record_scheduled(settings, found.manifest)
    if not found.is_due(clock()):
        return None
    finish_swap(settings.warehouse)
    resume_rollback(settings)
    record_publication(settings, clock)
    if not found.is_moving:
        if fault := why_not(settings, found):
            raise ReleaseError(fault)
        make_folder_for_all(settings.releases)
        let_all_read(settings.scheduled, but=FOR_OPERATORS)
        put_in_place(settings.scheduled, settings.releases / found.release_id)
    if current_hold(settings):
        ReleaseJournal(settings.archive).decide(HOLD_ENDED, found.release_id, "")
    # The operator's file stays that of the last run: what came since the release was built stands in it.
    swap_to(settings.warehouse, found.release_id, (PUBLIC,))
    make_known(settings, clock)
    return found.release_id


def publish_if_due(settings: Settings, clock: Clock = machine_clock) -> str | None:
    """The same for whoever holds no lock; where another holds it, that one sees to it.

    Raises:
        ReleaseError: As ``publish_due`` does.
        LakeError: Where a lake can't be reached; the release may have gone out all the same.
    """
    try:
        found = find_scheduled(settings)
        if found is None or not found.is_due(clock()):
            return None
        with writer_lock(settings.warehouse, doing="scheduled release", lake=settings.lake):
            released = publish_due(settings, clock)
            if released:
                follow_releases(settings)
            return released
    except (BusyError, MachineError, PermissionError):  # a reader who may not write
        return None


def withdraw_scheduled(settings: Settings, asked: str, reason: str, clock: Clock = machine_clock) -> dict[str, Any]:
    """Takes a scheduled release back before its time; returns the journal's entry.

    Raises:
        UserError: Where it isn't scheduled, or went out.
        BusyError: Where a run is going on.
    """
    reason = validated_reason(reason)
    with writer_lock(settings.warehouse, doing="withdrawal of a scheduled release", lake=settings.lake):
        found = find_scheduled(settings)
        if found and not found.is_lost and found.is_due(clock()) and publish_due(settings, clock):
            follow_releases(settings)
            raise UserError(message("scheduled_went_out", release=found.release_id, at=shown_time(found.at)))
        number, _, day = (found.release_id if found else "").partition("-")
        if found is None or asked not in (number, str(int(number)), f"{number}-{day}", "scheduled"):
            raise UserError(message("release_not_scheduled", asked=asked, found=found.release_id if found else "-"))
        entry: dict[str, Any] = {
            "kind": WITHDRAWN, "release_id": found.release_id, "reason": reason, "decided_at": moment(clock()),
        }  # fmt: skip
        ReleaseJournal(settings.archive).add(entry)
        sweep_scheduled(settings)
    return entry
