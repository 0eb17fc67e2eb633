"""Which release readers have, what is held back or scheduled, and what the next one would change."""

from __future__ import annotations

from sciculture_etl.errors import SciCultureError
from sciculture_etl.pipeline.overview.sources import LANGUAGES, Row, Sources, shown_moment
from sciculture_etl.publish.announcement import reason_text
from sciculture_etl.publish.candidate import read_candidate
from sciculture_etl.publish.current import current_release, read_pointer
from sciculture_etl.publish.journal import ReleaseJournal
from sciculture_etl.publish.release_version import version_of
from sciculture_etl.publish.retention import read_manifest
from sciculture_etl.publish.scheduled import find_scheduled, shown_time, why_not

MAX_ENTRIES = 30
CHANGES = ("changed", "added", "removed", "status")


def current_state(sources: Sources) -> Row:
    """``current``, ``hold``, ``scheduled`` and ``candidate``; None where there is none."""
    return sources.once("state", lambda: _state(sources))


def _state(sources: Sources) -> Row:
    settings = sources.settings
    # Whether it is complete is looked at by the run and the doctor, which takes a while.
    pointer = read_pointer(settings.warehouse) or current_release(settings.warehouse)
    hold = (pointer or {}).get("hold")
    return {
        "current": _current(sources, pointer["release_id"]) if pointer else None,
        "hold": {**hold, "decided_at": shown_moment(hold["decided_at"])} if hold else None,
        "scheduled": _scheduled(sources), "candidate": _candidate(sources),
    }  # fmt: skip


def _current(sources: Sources, release_id: str) -> Row:
    """One whose manifest can't be read is named all the same: the next run sees to it."""
    try:
        manifest = read_manifest(sources.settings, release_id)
    except SciCultureError:
        return {"release_id": release_id, "version": "", "built_at": ""}
    return {
        "release_id": release_id, "version": str(version_of(manifest)),
        "built_at": shown_moment(manifest["built_at"]),
    }  # fmt: skip


def _scheduled(sources: Sources) -> Row | None:
    found = find_scheduled(sources.settings)
    if found is None:
        return None
    return {
        "release_id": found.release_id, "at": shown_time(found.at), "fault": why_not(sources.settings, found) or "",
    }  # fmt: skip


def _candidate(sources: Sources) -> Row | None:
    """What a release would hold that was previewed, refused or kept back: by table, how much would change."""
    found = read_candidate(sources.settings)
    if found is None:
        return None
    revised: dict[str, dict[str, int]] = found.get("revised") or {}
    return {
        "built_at": shown_moment(str(found.get("built_at", ""))),
        "tables": [{"table": name, **{one: revised[name].get(one, 0) for one in CHANGES}} for name in sorted(revised)],
        "total": {one: sum(table.get(one, 0) for table in revised.values()) for one in CHANGES},
    }  # fmt: skip


def collect_releases(sources: Sources) -> Row:
    entries = ReleaseJournal(sources.settings.archive).entries()[: -MAX_ENTRIES - 1 : -1]
    journal = [
        {
            name: entry.get(name) or ""
            for name in ("kind", "release_id", "version", "reason", "reason_code", "note_ko", "note_en", "at")
        }
        | {"decided_at": shown_moment(entry["decided_at"])}
        | {f"code_{language}": reason_text(entry.get("reason_code") or "", language) for language in LANGUAGES}
        for entry in entries
    ]
    return {"state": current_state(sources), "journal": journal}
