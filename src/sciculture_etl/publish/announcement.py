"""What readers are told of a release: its reason by code, and a note in Korean and English; and the internal reason.

The codes with their texts stand in ``expectations/release_reasons.yml``. A note for the next release is left by
``sciculture releases note``, or given to ``sciculture publish``; where nobody gives a reason, it follows from what
changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from unicodedata import category

from sciculture_etl.errors import UserError
from sciculture_etl.load import Warehouse
from sciculture_etl.messages import message, nearest_names
from sciculture_etl.privacy import kinds_in
from sciculture_etl.project import read_words
from sciculture_etl.publish.journal import NOTE, PUBLISHED, SCHEDULED, WITHDRAWN, ReleaseJournal
from sciculture_etl.revisions.diff import HISTORY
from sciculture_etl.storage.journal import validated_reason

REASONS = "release_reasons.yml"
FIRST, ROUTINE, NEW_DATA, CORRECTION = "first", "routine", "new_data", "correction"
CLOSING, METHOD_CHANGE, STRUCTURE_CHANGE = "closing", "method_change", "structure_change"
MAX_NOTE_CHARACTERS = 2_000
# How the causes of revisions begin (``revisions/``), and the reason that each makes; what weighs more comes first.
REASON_OF_CAUSE: dict[str, tuple[str, ...]] = {
    METHOD_CHANGE: (
        "SQL ", "reference list ", "contract ", "reader", "administrative divisions", "limits of a file", "software",
        "expectations/",
    ),
    CORRECTION: ("withdrawal of ", "correction ", "reinstated ", "read otherwise"),
    NEW_DATA: ("submission ",),
    CLOSING: ("closed: ", "reopened: ", "revised after closing: ", "again as at its closing", "open: "),
}  # fmt: skip


@dataclass(frozen=True)
class Announcement:
    """What the operator says of a release.

    Attributes:
        reason: a code of ``release_reasons``; empty where it follows from what changed.
        note_ko, note_en: for readers.
        internal: why, for the operators alone.
    """

    reason: str = ""
    note_ko: str = ""
    note_en: str = ""
    internal: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.reason or self.note_ko or self.note_en or self.internal)

    @property
    def is_in_one_language(self) -> bool:
        """Whether its note is in one of the two languages only."""
        return bool(self.note_ko) != bool(self.note_en)

    def over(self, other: Announcement) -> Announcement:
        """This one, completed by another; its note is taken as a pair."""
        note = self if self.note_ko or self.note_en else other
        return Announcement(self.reason or other.reason, note.note_ko, note.note_en, self.internal or other.internal)

    def as_entry(self) -> dict[str, str]:
        """As the journal of releases keeps it."""
        return {
            "reason": self.internal, "reason_code": self.reason, "note_ko": self.note_ko, "note_en": self.note_en,
        }  # fmt: skip

    def as_manifest(self) -> dict[str, str]:
        """As the manifest of a release says it."""
        return {
            "reason": self.reason, "note_ko": self.note_ko, "note_en": self.note_en, "internal_reason": self.internal,
        }  # fmt: skip


NOTHING = Announcement()


@lru_cache
def release_reasons() -> dict[str, dict[str, str]]:
    """Code → its texts, ``ko`` and ``en``."""
    loaded: dict[str, dict[str, str]] = read_words(REASONS)
    return loaded


def reason_text(code: str, language: str) -> str:
    """What readers are told for a code; one that is no longer listed stands for itself."""
    return release_reasons().get(code, {}).get(language, code)


def validated_announcement(reason: str = "", note_ko: str = "", note_en: str = "", internal: str = "") -> Announcement:
    """An announcement as somebody gives it.

    Raises:
        UserError: For a code that is none, or a text that holds personal data or what can't be shown.
    """
    if reason and reason not in release_reasons():
        known = nearest_names(reason, release_reasons())
        raise UserError(message("name_unknown", option="--reason", given=reason, known=known))
    return Announcement(
        reason,
        _validated_note(note_ko, "--note-ko"),
        _validated_note(note_en, "--note-en"),
        validated_reason(internal, "--internal") if internal.strip() else "",
    )


def _validated_note(text: str, option: str) -> str:
    lines = ["".join(" " if one == "\t" or category(one) == "Zs" else one for one in line) for line in text.split("\n")]
    text = "\n".join(line.strip() for line in lines).strip()
    if len(text) > MAX_NOTE_CHARACTERS:
        raise UserError(message("note_too_long", option=option, count=len(text), limit=MAX_NOTE_CHARACTERS))
    if any(not character.isprintable() and character != "\n" for character in text):
        raise UserError(message("note_unprintable", option=option))
    if kinds_in(text):
        raise UserError(message("note_personal", option=option))
    return text


@dataclass(frozen=True)
class LeftNote:
    """What was left for the next release.

    Attributes:
        count: how many notes had been left by then, by which a release says which it took.
    """

    announcement: Announcement
    count: int


def left_note(journal: ReleaseJournal) -> LeftNote:
    """The last note that was left and that no release has taken; an empty one where there is none."""
    entries = journal.entries()
    notes = [entry for entry in entries if entry["kind"] == NOTE]
    withdrawn = {entry["release_id"] for entry in entries if entry["kind"] == WITHDRAWN}
    took = [e for e in entries if e["kind"] in (PUBLISHED, SCHEDULED) and e["release_id"] not in withdrawn]
    taken = max((int(entry.get("notes_taken", 0)) for entry in took), default=0)
    if len(notes) <= taken:
        return LeftNote(Announcement(), len(notes))
    last = notes[-1]
    left = Announcement(last["reason_code"], last["note_ko"], last["note_en"], last["reason"])
    return LeftNote(left, len(notes))


def reason_of_changes(is_first: bool, lines: Iterable[tuple[str | None, str, str | None]]) -> str:
    """The code that follows from what a release changes.

    Args:
        lines: of ``mart_revision`` that it adds: row key, change, cause.
    """
    if is_first:
        return FIRST
    found: set[str] = set()
    for row_key, change, cause in lines:
        if not row_key and change in ("added", "removed"):
            return STRUCTURE_CHANGE
        for one in (cause or "").split("; "):
            found |= {reason for reason, beginnings in REASON_OF_CAUSE.items() if one.startswith(beginnings)}
            if one.startswith("submission ") and (" replaces " in one or " no longer counts" in one):
                found.add(CORRECTION)
    return next((reason for reason in REASON_OF_CAUSE if reason in found), ROUTINE)


def derived_reason(warehouse: Warehouse, release_id: str, is_first: bool) -> str:
    """The code that follows from what a release adds to ``mart_revision``."""
    rows = warehouse.rows(
        f"SELECT DISTINCT row_key, change, cause FROM {HISTORY} WHERE release_id = ? ORDER BY ALL", [release_id]
    )
    return reason_of_changes(is_first, ((row["row_key"], row["change"], row["cause"]) for row in rows))


def announce(given: Announcement, left: LeftNote, derived: str) -> dict[str, Any]:
    """What a new release's manifest says: what was given, else what was left, else what follows from the changes."""
    announcement = given.over(left.announcement)
    announcement = replace(announcement, reason=announcement.reason or derived)
    return announcement.as_manifest() | {"notes_taken": left.count}


def announcement_in(manifest: dict[str, Any]) -> Announcement:
    """What a release says of itself; nothing in one of an earlier version."""
    return Announcement(
        str(manifest.get("reason", "")), str(manifest.get("note_ko", "")), str(manifest.get("note_en", "")),
        str(manifest.get("internal_reason", "")),
    )  # fmt: skip


def publication_entry(manifest: dict[str, Any], published_at: str) -> dict[str, Any]:
    """The journal's line about a release, with all that outlives its folder."""
    return {
        "kind": PUBLISHED, "release_id": manifest["release_id"], "decided_at": published_at,
        **announcement_in(manifest).as_entry(), "notes_taken": manifest.get("notes_taken", 0),
        "previous_release_id": manifest["previous_release_id"], "version": manifest.get("version"),
        "revised": manifest.get("revised"),
    }  # fmt: skip
