"""Going back to an earlier release, and the hold on publication that keeps it there.

The hold stands in ``current.json`` beside the release's name, so that both change in the same instant: its entry in the
journal (``rolled back``, when, why, and from which release, the one published last). While it lasts, a night publishes
nothing that differs.
"""

from __future__ import annotations

from typing import Any

from sciculture_etl.errors import NotReadyError, ReleaseError, UserError
from sciculture_etl.messages import message
from sciculture_etl.publish.current import current_release, finish_swap, point_to, read_pointer, swap_to
from sciculture_etl.publish.feed import write_feed
from sciculture_etl.publish.integrity import integrity_fault
from sciculture_etl.publish.journal import HOLD_ENDED, ROLLED_BACK, WENT_ON, ReleaseJournal, decided, new_entry
from sciculture_etl.publish.lake_releases import follow_releases
from sciculture_etl.publish.outputs import PUBLIC
from sciculture_etl.publish.release_version import released_version
from sciculture_etl.publish.retention import find_release
from sciculture_etl.publish.scheduled import refuse_while_scheduled
from sciculture_etl.publish.version_links import link_versions
from sciculture_etl.settings import Settings
from sciculture_etl.storage.journal import validated_reason
from sciculture_etl.storage.lock import writer_lock

Hold = dict[str, Any]
ABOUT_HOLDS = (ROLLED_BACK, WENT_ON, HOLD_ENDED)


def current_hold(settings: Settings) -> Hold | None:
    """The hold on publication, if there is one."""
    return (read_pointer(settings.warehouse) or {}).get("hold")


def rollback(settings: Settings, asked: str, reason: str = "") -> dict[str, Any]:
    """Makes an earlier release the current one and puts publication on hold; returns the journal's entry.

    Going on to the release that the hold came from ends it. The operator's file stays that of the last run. Raises
    UserError where the release is unknown or current already, ReleaseError where it isn't whole, NotReadyError while
    another is scheduled, BusyError where a run is going on, LakeError where it was done and readers of a lake don't
    see it yet. Killed at any instruction, it ends in one of the two.
    """
    reason = validated_reason(reason) if reason.strip() else ""
    find_release(settings, asked)  # of a wrong name nothing comes, not even a lock
    with writer_lock(settings.warehouse, doing="rollback", lake=settings.lake):
        finish_swap(settings.warehouse)
        resume_rollback(settings)
        refuse_while_scheduled(settings)
        release_id = find_release(settings, asked)
        current = current_release(settings.warehouse)
        if current is None:
            raise NotReadyError(message("no_release_yet", path=settings.warehouse / "current.json"))
        if current["release_id"] == release_id:
            raise UserError(message("release_is_current", release=release_id))
        if fault := integrity_fault(settings.releases / release_id):
            raise ReleaseError(message("rollback_to_incomplete_release", release=release_id, reason=fault))
        # However often one goes back, the hold is that of the release which was published last.
        published = (current.get("hold") or {}).get("from_release_id", current["release_id"])
        kind = WENT_ON if published == release_id else ROLLED_BACK
        version = str(released_version(settings.releases / published))
        entry = new_entry(kind, release_id, reason, from_release_id=published, from_version=version)
        hold = entry if kind == ROLLED_BACK else None
        swap_to(settings.warehouse, release_id, (PUBLIC,), hold=hold, told=entry)
        resume_rollback(settings)
        write_feed(settings)
        link_versions(settings)
        follow_releases(settings)
    return entry


def resume_rollback(settings: Settings) -> None:
    """Tells the journal of a rollback that was killed before it could.

    And finds the hold again in the journal where ``current.json`` was lost.
    """
    pointer, journal = read_pointer(settings.warehouse), ReleaseJournal(settings.archive)
    if pointer is None:
        return
    recorded, entries = pointer.get("told"), journal.entries()
    if recorded and recorded not in entries:
        entries.append(journal.add(recorded))
    last = next((entry for entry in reversed(entries) if entry["kind"] in ABOUT_HOLDS), None)
    lost = last and last["kind"] == ROLLED_BACK and last["release_id"] == pointer["release_id"]
    if lost and "hold" not in pointer:
        point_to(settings.warehouse, {**pointer, "hold": last})


def end_hold(settings: Settings) -> Hold | None:
    """Lets the next publication through.

    Call it under the writer's lock, as within ``Run.open``.

    Returns:
        The hold that ended, or None where there was none.
    """
    resume_rollback(settings)
    pointer, hold = read_pointer(settings.warehouse), current_hold(settings)
    if pointer and hold:
        ReleaseJournal(settings.archive).decide(HOLD_ENDED, pointer["release_id"], "")
        point_to(settings.warehouse, {**pointer, "hold": None})
    return hold


def why_held(hold: Hold, tables: list[str]) -> str:
    """The sentence for a night whose figures differ from those of the release that was gone back to."""
    reason = f" ({hold['reason']})" if hold["reason"] else ""
    named = ", ".join(tables[:5]) + (f" (+{len(tables) - 5})" if len(tables) > 5 else "")
    return message(
        "publication_on_hold", since=decided(hold), from_release=hold["from_release_id"], release=hold["release_id"],
        reason=reason, tables=named,
    )  # fmt: skip
