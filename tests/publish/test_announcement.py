"""What readers are told of a release: coded reasons, notes without personal data, reasons that follow by themselves."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sciculture_etl.errors import UserError
from sciculture_etl.project import CHECKOUT
from sciculture_etl.publish.announcement import (
    MAX_NOTE_CHARACTERS,
    NOTHING,
    REASON_OF_CAUSE,
    Announcement,
    announce,
    left_note,
    reason_of_changes,
    reason_text,
    release_reasons,
    validated_announcement,
)
from sciculture_etl.publish.journal import PUBLISHED, ReleaseJournal
from sciculture_etl.publish.publications import leave_note, note_left
from tests.nights import settings

PHONE = "010-" + "2345-6789"


def test_every_reason_has_its_texts_and_stands_in_the_help_and_the_docs() -> None:
    reasons = release_reasons()
    assert {*REASON_OF_CAUSE, "first", "routine"} <= set(reasons)
    assert all(set(texts) == {"ko", "en"} and all(texts.values()) for texts in reasons.values())
    for page in ("docs/cli.md", "docs/releases.md"):
        text = (CHECKOUT / page).read_text(encoding="utf-8")
        assert [code for code in reasons if not re.search(rf"\b{code}\b", text)] == [], page
    assert reason_text("of a later version", "ko") == "of a later version"


@pytest.mark.parametrize(
    ("is_first", "lines", "reason"),
    [
        (True, [], "first"),
        (False, [], "routine"),
        (False, [("program_year=2020", "changed", "unknown")], "routine"),
        (False, [("program_year=2020", "changed", "submission 1 (가, dsc_class 2020)")], "new_data"),
        (False, [("program_year=2020", "changed", "submission 1 (가, dsc_class 2020) replaces 2")], "correction"),
        (False, [("program_year=2020", "changed", "withdrawal of submission 1 (가, dsc_class 2020)")], "correction"),
        (False, [("program_year=2020", "changed", "closed: dsc_class 2020 (모두 제출)")], "closing"),
        (False, [("program_year=2020", "changed", "SQL sql/mart/a.sql; submission 1 (a, b 2020)")], "method_change"),
        (False, [("program_year=2020", "added", "submission 1"), ("", "added", "SQL a")], "structure_change"),
        (False, [(None, "removed", None)], "structure_change"),
    ],
)  # fmt: skip
def test_a_reason_follows_from_what_changed(
    is_first: bool, lines: list[tuple[str | None, str, str | None]], reason: str
) -> None:
    assert reason_of_changes(is_first, lines) == reason


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"note_ko": f"문의 {PHONE}"}, "personal data"),
        ({"note_en": f"call {PHONE}"}, "personal data"),
        ({"internal": f"asked by {PHONE}"}, "--internal contains personal data"),
        ({"internal": "ok"}, "--internal"),
        ({"note_en": "a\0b"}, "cannot be shown"),
        ({"note_ko": "가\x1b[31m나"}, "cannot be shown"),
        ({"note_ko": "가\udc80"}, "cannot be shown"),
        ({"note_ko": "\u202e뒤집힘"}, "cannot be shown"),
        ({"note_en": "a" * (MAX_NOTE_CHARACTERS + 1)}, "2,000 are allowed"),
        ({"reason": "corection"}, "correction"),
    ],
)
def test_what_no_reader_may_see_is_refused(given: dict[str, str], found: str) -> None:
    with pytest.raises(UserError, match=found):
        validated_announcement(**given)


def test_a_note_keeps_its_lines_and_loses_odd_spaces() -> None:
    given = validated_announcement(note_ko=" 첫\u3000줄\u00a0끝 \n\t둘째 <&> 줄 ")
    assert given.note_ko == "첫 줄 끝\n둘째 <&> 줄"
    assert given.is_in_one_language
    assert not validated_announcement(note_ko="가", note_en="a").is_in_one_language


def test_a_note_is_left_for_one_release(tmp_path: Path) -> None:
    places = settings(tmp_path / "inbox", tmp_path / "warehouse")
    journal = ReleaseJournal(places.archive)
    assert note_left(places) == NOTHING
    leave_note(places, Announcement(note_ko="처음", note_en="first"))
    leave_note(places, Announcement(reason="correction", note_ko="고침", note_en="corrected"))
    left = left_note(journal)
    assert (left.announcement.note_en, left.count) == ("corrected", 2)
    # What is given with the command comes first; a note is taken as a pair.
    told = announce(Announcement(note_ko="오늘"), left, "new_data")
    assert (told["reason"], told["note_ko"], told["note_en"]) == ("correction", "오늘", "")
    assert announce(NOTHING, left_note(ReleaseJournal(tmp_path)), "new_data")["reason"] == "new_data"

    journal.add({"kind": PUBLISHED, "release_id": "00001-20261130", "decided_at": "2026-11-30T00:00:00+00:00",
                 "reason": "", "notes_taken": told["notes_taken"]})  # fmt: skip
    assert note_left(places) == NOTHING
    leave_note(places, Announcement(note_en="next"))
    assert note_left(places).note_en == "next"
    leave_note(places, NOTHING)
    assert note_left(places) == NOTHING
