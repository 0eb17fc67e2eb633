"""What became of releases, as readers are told: published, taken back, current again. Nothing internal is in it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sciculture_etl.errors import SciCultureError
from sciculture_etl.messages import text_in
from sciculture_etl.publish.announcement import FIRST, publication_entry, reason_text
from sciculture_etl.publish.journal import PUBLISHED, ROLLED_BACK, SEOUL, WENT_ON, ReleaseJournal
from sciculture_etl.publish.release_names import kept_ids
from sciculture_etl.publish.retention import read_manifest
from sciculture_etl.settings import Settings
from sciculture_etl.storage.access import OWN_FILE
from sciculture_etl.storage.atomic import write_atomically

MAX_TABLES = 20
REPORTED = "releases_told.json"
CHANGES = {
    "changed": "event_changed", "added": "event_added", "removed": "event_removed", "status": "event_status",
}  # fmt: skip


@dataclass(frozen=True)
class ReleaseEvent:
    """One thing that readers notice.

    Attributes:
        kind: published, rolled back, or went on.
        release_id: the current release since then.
        at: ISO 8601, UTC.
        from_release_id: of a rollback, the release that was current before it or would be without it.
        revised: table → how many values changed and rows came or went; None where that isn't known.
    """

    kind: str
    release_id: str
    at: str
    from_release_id: str = ""
    reason: str = ""
    note_ko: str = ""
    note_en: str = ""
    version: str = ""
    revised: dict[str, dict[str, int]] | None = field(default=None)

    @property
    def key(self) -> str:
        """What stays the same of it for ever."""
        at = "" if self.kind == PUBLISHED else f" {self.at}"
        return f"{self.kind} {self.release_id}{at}"

    def title(self, language: str) -> str:
        """In a line: ``Release 00004-20261130: Corrected figures``."""
        if self.kind == ROLLED_BACK:
            return text_in(language, "event_rolled_back", release=self.release_id, from_release=self.from_release_id)
        if self.kind == WENT_ON:
            return text_in(language, "event_went_on", release=self.release_id)
        name = f"{self.release_id} ({self.version})" if self.version else self.release_id
        return text_in(language, "event_published", release=name, reason=reason_text(self.reason, language))

    def details(self, language: str) -> list[str]:
        """When, the note, and what changed, a text each."""
        when = f"{datetime.fromisoformat(self.at).astimezone(SEOUL):%Y-%m-%d %H:%M}"
        lines = [text_in(language, "event_when", when=when)]
        if note := (self.note_ko if language == "ko" else self.note_en):
            lines.append(note)
        if self.kind == PUBLISHED and self.revised is not None and self.reason != FIRST:
            lines.append(self._tables(language))
        return lines

    def _tables(self, language: str) -> str:
        tables = []
        for name, counts in sorted((self.revised or {}).items()):
            found = [(code, counts[kind]) for kind, code in CHANGES.items() if counts.get(kind)]
            parts = [text_in(language, code, count=count) for code, count in found]
            tables.append(f"{name} ({', '.join(parts)})")
        if not tables:
            return text_in(language, "event_no_table")
        more = [text_in(language, "event_more", count=len(tables) - MAX_TABLES)] if len(tables) > MAX_TABLES else []
        return text_in(language, "event_tables", tables="; ".join([*tables[:MAX_TABLES], *more]))


def release_events(settings: Settings) -> list[ReleaseEvent]:
    """All that is known, in the order of the journal; first what only the kept releases know, of earlier versions."""
    entries = [e for e in ReleaseJournal(settings.archive).entries() if e["kind"] in (PUBLISHED, ROLLED_BACK, WENT_ON)]
    recorded = {entry["release_id"] for entry in entries if entry["kind"] == PUBLISHED}
    earlier = []
    for release_id in kept_ids(settings.releases):
        if release_id in recorded:
            continue
        try:
            manifest = read_manifest(settings, release_id)
            # One that is on its way out is told of once it is current.
            if "scheduled_at" not in manifest and "notes_taken" not in manifest:
                earlier.append(publication_entry(manifest, manifest["built_at"]))
        except (SciCultureError, KeyError):
            continue  # the doctor names it
    return [_event(entry) for entry in (*earlier, *entries)]


def _event(entry: dict[str, Any]) -> ReleaseEvent:
    texts = {name: str(entry.get(name) or "") for name in ("note_ko", "note_en", "version", "from_release_id")}
    return ReleaseEvent(
        entry["kind"], entry["release_id"], entry["decided_at"], reason=str(entry.get("reason_code") or "routine"),
        revised=entry.get("revised"), **texts,
    )  # fmt: skip


def unreported_events(settings: Settings) -> list[ReleaseEvent]:
    """What happened since subscribers were last told; from now on that counts as told.

    Which were told is kept beside the archive's journals. Where that was lost, or never was, only the newest is given:
    nobody is told years of history. Two that ask at once may tell the same.
    """
    events = release_events(settings)
    path = settings.archive / REPORTED
    try:
        reported = set(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        reported = {event.key for event in events[:-1]}
    fresh = [event for event in events if event.key not in reported]
    if fresh:
        data = json.dumps([event.key for event in events], ensure_ascii=False).encode()
        write_atomically(path, data, OWN_FILE)
    return fresh
