"""The releases that are kept: the next name, which of them may go, and how one goes."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sciculture_etl.errors import NotReadyError, ReleaseError, UserError
from sciculture_etl.messages import message
from sciculture_etl.publish.candidate import CANDIDATE
from sciculture_etl.publish.current import current_release, read_pointer
from sciculture_etl.publish.journal import SCHEDULED, ReleaseJournal
from sciculture_etl.publish.lines import newest_of_majors
from sciculture_etl.publish.outputs import MANIFEST
from sciculture_etl.publish.release_names import kept_ids, number_of
from sciculture_etl.settings import Settings
from sciculture_etl.storage.atomic import move

REMOVING = ".removing-"
CURRENT = "current"


def next_release_id(settings: Settings) -> str:
    """The name of a release that is built now. No number is given out twice, even where its folder was deleted."""
    current = read_pointer(settings.warehouse)
    entries = ReleaseJournal(settings.archive).entries()
    recorded = [entry[part] for entry in entries for part in ("release_id", "from_release_id") if part in entry]
    names = [*kept_ids(settings.releases), *recorded, *([current["release_id"]] if current else [])]
    return f"{max(map(number_of, names), default=0) + 1:05d}-{datetime.now(UTC):%Y%m%d}"


def find_release(settings: Settings, asked: str) -> str:
    """The kept release that is meant: its name, the beginning of it, its number without zeros, or ``current``.

    Or one of the links beside the releases, ``latest`` or ``1.2``; a whole number is that of a release.

    Raises:
        UserError: Where none or several are.
        NotReadyError: Where there is no current one yet.
    """
    ids = kept_ids(settings.releases)
    if asked == CURRENT:
        if (current := current_release(settings.warehouse)) is None:
            raise NotReadyError(message("no_release_yet", path=settings.warehouse / "current.json"))
        return str(current["release_id"])
    found = [name for name in ids if asked.isdecimal() and number_of(name) == int(asked)]
    found = found or [name for name in ids if asked and name.startswith(asked)]
    if not found and (settings.releases / Path(asked).name).is_symlink():
        found = [name for name in ids if name == (settings.releases / Path(asked).name).readlink().name]
    if len(found) == 1:
        return found[0]
    if found:
        raise UserError(message("release_ambiguous", asked=asked, found=", ".join(found)))
    kept = f"{ids[0]} to {ids[-1]}" if ids else "none"
    raise UserError(message("release_unknown", asked=asked, kept=kept))


def folder_of(settings: Settings, release_id: str) -> Path:
    """Where a release, the candidate or the scheduled one lies."""
    aside = {CANDIDATE: settings.candidate, SCHEDULED: settings.scheduled}
    return aside.get(release_id) or settings.releases / release_id


def read_manifest(settings: Settings, release_id: str) -> dict[str, Any]:
    """What a release, or the candidate, says of itself.

    Raises:
        ReleaseError: Where it can't be read.
    """
    path = folder_of(settings, release_id) / MANIFEST
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ReleaseError(
            message("release_incomplete", release=release_id, path=path, reason=type(error).__name__)
        ) from None
    return found


def manifest_if_readable(release: Path | None) -> dict[str, Any] | None:
    """What a release says of itself, where it can be read."""
    try:
        found = json.loads((release / MANIFEST).read_text(encoding="utf-8")) if release else None
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and "release_id" in found else None


def _day_of(release_id: str) -> date:
    # A day that is none makes the release as young as can be: what isn't understood is kept.
    try:
        return datetime.strptime(release_id.partition("-")[2], "%Y%m%d").date()
    except ValueError:
        return date.max


def removable(ids: list[str], protected: set[str], count: int, days: int, today: date) -> list[str]:
    """Those of the releases (oldest first) that are neither protected, nor among the newest, nor young.

    One is at least as young as all that were built before it, so that a clock that was wrong for a while makes none
    look older than it is.
    """
    found, youngest = [], date.min
    for place, release_id in enumerate(ids):
        youngest = max(youngest, _day_of(release_id))
        if place < len(ids) - count and release_id not in protected and (today - youngest).days >= days:
            found.append(release_id)
    return found


def protected_ids(settings: Settings) -> set[str]:
    """The current release, the one that it took the place of by a rollback, and the pinned ones."""
    current = read_pointer(settings.warehouse) or {}
    ids = {current.get("release_id"), (current.get("hold") or {}).get("from_release_id")}
    return {name for name in ids if name} | ReleaseJournal(settings.archive).pinned().keys()


def to_be_removed(settings: Settings) -> list[str]:
    """The releases that the next run removes."""
    ids, today = kept_ids(settings.releases), datetime.now(UTC).date()
    going = removable(ids, protected_ids(settings), settings.keep_releases, settings.keep_release_days, today)
    if not going:
        return []
    # Whoever holds on to a former major version has so long to turn to the next one.
    held = newest_of_majors(settings) & set(going)
    outlived = removable(ids, set(), 0, settings.keep_major_days, today)
    return [release_id for release_id in going if release_id not in held or release_id in outlived]


def prune(settings: Settings) -> list[str]:
    """Removes what need not be kept; returns what couldn't be removed, a sentence each, and the next run tries again.

    A release goes by its name first, so that one that is half removed is none; what a kill left of it goes next time.
    Whoever has a file of it open keeps it. Call it under the writer's lock.
    """
    stuck: list[str] = []
    # Where it isn't known which one readers have open, none goes.
    going = to_be_removed(settings) if read_pointer(settings.warehouse) else []
    for path in [*settings.releases.glob(f"{REMOVING}*"), *(settings.releases / release_id for release_id in going)]:
        try:
            shutil.rmtree(path if path.name.startswith(REMOVING) else move(path, path.with_name(REMOVING + path.name)))
        except OSError as error:
            stuck.append(
                f"{path} can't be removed ({error.strerror}); the next run tries again"
                " / 지울 수 없습니다. 다음 실행이 다시 지웁니다"
            )
    return stuck
