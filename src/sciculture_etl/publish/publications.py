"""The journal's record of what readers could open, and the notes that are left for the next release.

Which release is current is decided by ``current.json``, and the journal follows: a publication that was killed in
between is recorded by whoever comes next, from the release's own manifest.
"""

from __future__ import annotations

from typing import Any

from sciculture_etl.extract import Clock, machine_clock
from sciculture_etl.publish.announcement import Announcement, left_note, publication_entry
from sciculture_etl.publish.current import current_release, finish_swap
from sciculture_etl.publish.feed import write_feed
from sciculture_etl.publish.journal import NOTE, PUBLISHED, ROLLED_BACK, WENT_ON, ReleaseJournal, moment
from sciculture_etl.publish.retention import read_manifest
from sciculture_etl.publish.rollback import resume_rollback
from sciculture_etl.publish.version_links import link_versions
from sciculture_etl.settings import Settings
from sciculture_etl.storage.lock import writer_lock

Entry = dict[str, Any]
RECORDED = (PUBLISHED, ROLLED_BACK, WENT_ON)


def record_publication(settings: Settings, clock: Clock = machine_clock) -> None:
    """Tells the journal that the current release was published, unless it knows. Call it under the writer's lock."""
    current = current_release(settings.warehouse)
    if current is None or current.get("hold"):
        return
    release_id, journal = current["release_id"], ReleaseJournal(settings.archive)
    # One that was gone back to, or on to, was published before, by a version that kept no record of it.
    if any(entry.get("release_id") == release_id and entry["kind"] in RECORDED for entry in journal.entries()):
        return
    manifest = read_manifest(settings, release_id)
    if "notes_taken" in manifest:
        journal.add(publication_entry(manifest, moment(clock())))


def make_known(settings: Settings, clock: Clock = machine_clock) -> None:
    """What follows a swap: links, the journal, and what readers are told by. It may be repeated at any time."""
    link_versions(settings)
    record_publication(settings, clock)
    write_feed(settings)


def leave_note(settings: Settings, announcement: Announcement, clock: Clock = machine_clock) -> Entry:
    """Keeps what is to be said of the next release, in place of what was left before; an empty one takes that back.

    Raises:
        BusyError: Where a run is going on.
    """
    with writer_lock(settings.warehouse, doing="note", lake=settings.lake):
        finish_swap(settings.warehouse)
        resume_rollback(settings)
        record_publication(settings, clock)
        entry = {"kind": NOTE, "decided_at": moment(clock()), **announcement.as_entry()}
        return ReleaseJournal(settings.archive).add(entry)


def note_left(settings: Settings) -> Announcement:
    """What was left to be said of the next release."""
    return left_note(ReleaseJournal(settings.archive)).announcement
