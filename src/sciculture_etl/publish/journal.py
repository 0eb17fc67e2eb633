"""What became of releases: published, pinned, rolled back; the end of a hold; and notes left for the next one."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sciculture_etl.storage.journal import Journal

SEOUL = ZoneInfo("Asia/Seoul")
PINNED, UNPINNED = "pinned", "unpinned"
# To an earlier release; on to the one published last, which ends the hold; and the hold ended by publishing again.
ROLLED_BACK, WENT_ON, HOLD_ENDED = "rolled back", "went on", "hold ended"
# A release that readers could open from then on, and what was left to be said of the next one.
PUBLISHED, NOTE = "published", "note"
# One that goes out at a set time, and one that was taken back before it.
SCHEDULED, WITHDRAWN = "scheduled", "withdrawn"


class ReleaseJournal:
    """``releases.jsonl`` in the archive, where it outlives the releases.

    Its entries: ``{"kind", "release_id", "reason", "decided_at"}`` (ISO 8601 UTC), a rollback's also
    ``"from_release_id"`` and ``"from_version"``. A publication's and a note's have ``"reason_code"``, ``"note_ko"`` and
    ``"note_en"`` besides; a note has no release.
    """

    def __init__(self, archive: Path) -> None:
        self._journal = Journal(archive / "releases.jsonl")

    def entries(self) -> list[dict[str, Any]]:
        return list(self._journal.lines())

    def decide(self, kind: str, release_id: str, reason: str) -> dict[str, Any]:
        return self.add(new_entry(kind, release_id, reason))

    def add(self, entry: dict[str, Any]) -> dict[str, Any]:
        self._journal.add([entry])
        return entry

    def pinned(self) -> dict[str, str]:
        """Pinned release → why."""
        last = {e["release_id"]: e for e in self.entries() if e["kind"] in (PINNED, UNPINNED)}
        return {release_id: entry["reason"] for release_id, entry in last.items() if entry["kind"] == PINNED}


def decided(entry: dict[str, Any]) -> str:
    """When, to the minute in Korean time: ``2026-11-28 14:48``."""
    return f"{datetime.fromisoformat(entry['decided_at']).astimezone(SEOUL):%Y-%m-%d %H:%M}"


def moment(time: datetime) -> str:
    """As the journal writes it: ISO 8601, UTC, to the second."""
    return time.astimezone(UTC).isoformat(timespec="seconds")


def new_entry(kind: str, release_id: str, reason: str, **more: str) -> dict[str, Any]:
    decided_at = moment(datetime.now(UTC))
    return {"kind": kind, "release_id": release_id, "reason": reason, "decided_at": decided_at, **more}
