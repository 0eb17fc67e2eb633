"""A release under embargo: built and checked now, out at a set time.

It lies complete in ``<warehouse>/scheduled/``, which only its owner may enter, with the time in its manifest. That it
is there is the decision; the journal follows (``scheduled``, later ``published`` or ``withdrawn``). It goes out once
the clock of whoever looks, under the writer's lock, is at or past the time: its folder is moved to the releases, and
from then on the way leads forward only, whatever the clock says. Killed anywhere, whoever looks next goes on.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sciculture_etl.disclosure.history import FOLDER as DELTAS
from sciculture_etl.errors import NotReadyError, UserError
from sciculture_etl.messages import message
from sciculture_etl.publish.announcement import publication_entry
from sciculture_etl.publish.integrity import integrity_fault
from sciculture_etl.publish.journal import PUBLISHED, SCHEDULED, SEOUL, WITHDRAWN, ReleaseJournal
from sciculture_etl.publish.outputs import MANIFEST
from sciculture_etl.settings import Settings
from sciculture_etl.storage.access import OWN_FOLDER
from sciculture_etl.storage.atomic import put_in_place

# By which it is asked for, as the candidate is by its own.
SCHEDULED_NAME = "scheduled"
ASIDE, REMOVED = ".scheduled.aside", ".scheduled-removed.aside"


@dataclass(frozen=True)
class ScheduledRelease:
    """A release that goes out at a set time.

    Attributes:
        at: when, UTC.
        manifest: what it says of itself; empty where its folder is lost.
        is_moving: whether it is on its way out already.
    """

    release_id: str
    at: datetime
    manifest: dict[str, Any]
    is_moving: bool = False

    @property
    def is_lost(self) -> bool:
        return not self.manifest

    def is_due(self, now: datetime) -> bool:
        """A clock that was set back keeps nothing back that was on its way."""
        return self.is_moving or now >= self.at

    def as_dict(self) -> dict[str, str]:
        """For machines."""
        return {"release_id": self.release_id, "at": in_seoul(self.at).isoformat(timespec="seconds")}


def in_seoul(time: datetime) -> datetime:
    return time.astimezone(SEOUL)


def shown_time(time: datetime) -> str:
    """``2026-12-01 09:00``, Korean time, with seconds where there are any."""
    local = in_seoul(time)
    return f"{local:%Y-%m-%d %H:%M:%S}" if local.second else f"{local:%Y-%m-%d %H:%M}"


def parse_time(text: str) -> datetime:
    """``2026-12-01T09:00`` or ``2026-12-01 09:00``: Korean time, unless it has an offset (``+00:00``, ``Z``).

    Raises:
        UserError: For what is no time.
    """
    try:
        found = datetime.fromisoformat(text.strip())
        return (found if found.tzinfo else found.replace(tzinfo=SEOUL)).astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError):
        raise UserError(message("time_invalid", given=text)) from None


def find_scheduled(settings: Settings) -> ScheduledRelease | None:
    """The release that is scheduled; there is one at most."""
    entries = ReleaseJournal(settings.archive).entries()
    ended = {entry["release_id"] for entry in entries if entry["kind"] in (PUBLISHED, WITHDRAWN)}
    manifest = _manifest_in(settings.scheduled)
    if manifest and manifest["release_id"] not in ended:
        return ScheduledRelease(manifest["release_id"], _time(manifest["scheduled_at"]), manifest)
    waiting = [entry for entry in entries if entry["kind"] == SCHEDULED and entry["release_id"] not in ended]
    if not waiting:
        return None
    release_id, at = waiting[-1]["release_id"], _time(waiting[-1]["at"])
    moved = _manifest_in(settings.releases / release_id)
    return ScheduledRelease(release_id, at, moved, is_moving=bool(moved))


def _manifest_in(folder: Path) -> dict[str, Any]:
    """Nothing where there is none that can be read, or that was never scheduled."""
    try:
        found: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return found if _time(found["scheduled_at"]) and found["release_id"] else {}
    except (OSError, ValueError, TypeError, KeyError):
        return {}


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def begin_scheduled(settings: Settings) -> Path:
    """An empty folder of the operator's own, to be filled and kept."""
    sweep_scheduled(settings)
    aside = settings.warehouse / ASIDE
    aside.mkdir(mode=OWN_FOLDER)
    return aside


def keep_scheduled(settings: Settings, aside: Path, manifest: dict[str, Any]) -> ScheduledRelease:
    """Schedules the release in a filled folder. Killed in between, none is, or this one."""
    for path in (aside, *aside.rglob("*")):
        if path.is_dir():
            path.chmod(OWN_FOLDER)
    put_in_place(aside, settings.scheduled)
    record_scheduled(settings, manifest)
    return ScheduledRelease(manifest["release_id"], _time(manifest["scheduled_at"]), manifest)


def record_scheduled(settings: Settings, manifest: dict[str, Any]) -> None:
    """Tells the journal that a release is scheduled, unless it knows."""
    journal, release_id = ReleaseJournal(settings.archive), manifest["release_id"]
    if not any(entry["kind"] == SCHEDULED and entry["release_id"] == release_id for entry in journal.entries()):
        entry = publication_entry(manifest, manifest["built_at"])
        journal.add(entry | {"kind": SCHEDULED, "at": manifest["scheduled_at"]})


def sweep_scheduled(settings: Settings) -> None:
    """Removes what a kill left of one, and one that was withdrawn or went out. Call it under the writer's lock."""
    for name in (ASIDE, REMOVED):
        shutil.rmtree(settings.warehouse / name, ignore_errors=True)
    # What a withdrawn release would have shown, nobody ever saw.
    for entry in ReleaseJournal(settings.archive).entries():
        if entry["kind"] == WITHDRAWN:
            (settings.archive / DELTAS / f"{entry['release_id']}.parquet").unlink(missing_ok=True)
    found = find_scheduled(settings)
    if settings.scheduled.exists() and (found is None or (found.is_moving and _manifest_in(settings.scheduled))):
        _remove(settings)


def _remove(settings: Settings) -> None:
    """It goes by its name first, so that one that is half removed is none."""
    removed = settings.warehouse / REMOVED
    shutil.rmtree(removed, ignore_errors=True)
    shutil.rmtree(settings.scheduled.replace(removed), ignore_errors=True)


def why_not(settings: Settings, found: ScheduledRelease) -> str | None:
    """Why a scheduled release can't go out, as the operator is told; None where it can."""
    reason = "its folder is lost" if found.is_lost else integrity_fault(settings.scheduled, name=found.release_id)
    if reason is None:
        return None
    return message("scheduled_incomplete", release=found.release_id, reason=reason, path=settings.scheduled)


def refuse_while_scheduled(settings: Settings) -> None:
    """Raises NotReadyError while a release is scheduled: one thing after the other."""
    if found := find_scheduled(settings):
        raise NotReadyError(message("release_is_scheduled", release=found.release_id, at=shown_time(found.at)))
