"""The feed of releases: valid Atom whatever was written into the journal, with identifiers that stay."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from uuid import uuid4
from xml.etree.ElementTree import Element, fromstring

import pytest

from sciculture_etl.publish.events import ReleaseEvent, release_events, unreported_events
from sciculture_etl.publish.feed import ATOM, MAX_ENTRIES, feed_id, feed_of, write_feed
from sciculture_etl.publish.journal import PUBLISHED, ROLLED_BACK, ReleaseJournal
from sciculture_etl.settings import Settings
from sciculture_etl.storage.journal import Journal
from tests.nights import settings

IN = f"{{{ATOM}}}"
HOSTILE = "<script>&\"' ]]> \0\x0b\ufffe 가\n나"


def published(number: int, **more: object) -> dict[str, object]:
    entry: dict[str, object] = {
        "kind": PUBLISHED, "release_id": f"{number:05d}-20261130", "decided_at": f"2026-11-30T00:{number:02}:00+00:00",
        "reason": "internal: nobody's business", "reason_code": "correction", "note_ko": "", "note_en": "",
        "revised": {"mart_dsc_summary": {"changed": 3}}, "notes_taken": 0,
    }  # fmt: skip
    return entry | more


@pytest.fixture
def places(tmp_path: Path) -> Settings:
    found = settings(tmp_path / "inbox", tmp_path / "warehouse")
    found.releases.mkdir(parents=True)
    Journal(found.archive / "receipts.jsonl").add([{"first": "receipt"}])
    return found


def texts(element: Element, name: str) -> list[str]:
    return [str(one.text) for one in element.iter(f"{IN}{name}")]


def check_atom(data: bytes) -> Element:
    """What RFC 4287 asks of a feed: one id, title and time of it and of each entry, and an author; ids differ."""
    feed = fromstring(data)
    assert feed.tag == f"{IN}feed"
    for element in (feed, *feed.findall(f"{IN}entry")):
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"{IN}{name}")) == 1
        assert datetime.fromisoformat(str(element.findtext(f"{IN}updated"))).tzinfo
        assert str(element.findtext(f"{IN}id")).startswith("urn:uuid:")
    assert feed.findtext(f"{IN}author/{IN}name")
    ids = texts(feed, "id")
    assert len(set(ids)) == len(ids)
    for entry in feed.findall(f"{IN}entry"):
        assert entry.find(f"{IN}content") is not None
        assert len(entry.findall(f"{IN}link[@rel='alternate']")) <= 1
    return feed


def test_a_feed_without_releases_is_valid_and_none_is_written(places: Settings) -> None:
    assert check_atom(feed_of([], uuid4(), "가상기관", places.releases)).findall(f"{IN}entry") == []
    write_feed(places)
    assert list(places.releases.iterdir()) == []


def test_it_says_what_changed_and_nothing_that_is_internal(places: Settings) -> None:
    journal = ReleaseJournal(places.archive)
    journal.add(published(1, note_ko="강원 정정", note_en="corrected"))
    journal.add(published(2, version="1.1.0"))
    journal.add({"kind": ROLLED_BACK, "release_id": "00001-20261130", "from_release_id": "00002-20261130",
                 "reason": "internal", "decided_at": "2026-11-30T01:00:00+00:00"})  # fmt: skip
    write_feed(places)
    data = (places.releases / "feed.xml").read_bytes()
    assert b"internal" not in data
    feed = check_atom(data)
    assert feed.findtext(f"{IN}updated") == "2026-11-30T01:00:00+00:00"
    titles = texts(feed, "title")[1:]
    assert "00002-20261130 was taken back" in titles[0].replace("Release ", "")
    assert "00002-20261130 (1.1.0): Corrected figures" in titles[1]
    first = texts(feed, "content")[-1]
    for part in ("강원 정정", "corrected", "mart_dsc_summary (변경된 값 3)", "mart_dsc_summary (3 values changed)"):
        assert part in first
    # What was said stays, whatever becomes of the releases; a link leads only to what is there.
    assert feed.findall(f".//{IN}link[@rel='alternate']") == []
    page = places.releases / "00002-20261130" / "dictionary" / "dictionary.html"
    page.parent.mkdir(parents=True)
    page.write_text("page")
    write_feed(places)
    changed = check_atom((places.releases / "feed.xml").read_bytes())
    (link,) = changed.findall(f".//{IN}link[@rel='alternate']")
    assert (places.releases / link.attrib["href"]).is_file()
    assert texts(changed, "id") == texts(feed, "id")


def test_hostile_texts_of_a_journal_break_nothing(places: Settings) -> None:
    ReleaseJournal(places.archive).add(published(1, note_ko=HOSTILE, note_en=HOSTILE, reason_code=HOSTILE))
    write_feed(places)
    feed = check_atom((places.releases / "feed.xml").read_bytes())
    (content,) = texts(feed, "content")
    assert "<script>" not in content
    assert "&lt;script&gt;" in content


def test_only_the_newest_are_listed(places: Settings) -> None:
    events = [ReleaseEvent(PUBLISHED, f"{n:05d}-20261130", f"2026-11-30T00:00:{n % 60:02}+00:00") for n in range(99)]
    feed = check_atom(feed_of(events, feed_id(places.archive), "가상기관", places.releases))
    assert len(feed.findall(f"{IN}entry")) == MAX_ENTRIES
    assert "00098-" in texts(feed, "title")[1]


def test_releases_of_an_earlier_version_are_listed_by_their_manifests(places: Settings) -> None:
    folder = places.releases / "00001-20261101"
    folder.mkdir()
    manifest = {"release_id": folder.name, "previous_release_id": None, "built_at": "2026-11-01T00:00:00+00:00"}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    ReleaseJournal(places.archive).add(published(2))
    assert [event.release_id[:5] for event in release_events(places)] == ["00001", "00002"]


def test_each_event_is_told_once(places: Settings) -> None:
    journal = ReleaseJournal(places.archive)
    for number in (1, 2):
        journal.add(published(number))
    assert [event.release_id[:5] for event in unreported_events(places)] == ["00002"]
    assert unreported_events(places) == []
    journal.add(published(3))
    journal.add(published(4))
    assert [event.release_id[:5] for event in unreported_events(places)] == ["00003", "00004"]
