"""Killed at any instruction on its way out, a scheduled release is out or isn't, and whoever looks next goes on."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sciculture_etl.publish.current import is_complete, swap_to
from sciculture_etl.publish.going_out import publish_due, publish_if_due, withdraw_scheduled
from sciculture_etl.publish.journal import ReleaseJournal
from sciculture_etl.publish.publications import record_publication
from sciculture_etl.publish.scheduled import find_scheduled
from sciculture_etl.settings import Settings
from tests.nights import published, settings
from tests.publish.releases_of_no_table import FIRST, HOUR, ID, release, schedule

REASON = "가상: 아직 공표할 수 없음"
CHANGES = ("os.rename", "os.remove", "os.rmdir", "os.chmod", "os.mkdir", "open")


class Killed(BaseException):
    """The process ends here."""


_limit: list[int] = []


def _audit(event: str, values: tuple[Any, ...]) -> None:
    if not _limit or event not in CHANGES:
        return
    if event == "open" and not (isinstance(values[2], int) and values[2] & (os.O_WRONLY | os.O_RDWR)):
        return
    _limit[0] -= 1
    if _limit[0] < 0:
        raise Killed


sys.addaudithook(_audit)


@contextmanager
def killed_after(count: int) -> Iterator[None]:
    """Lets so many changes of files happen, and no more."""
    _limit.append(count)
    try:
        yield
    finally:
        _limit.clear()


@pytest.fixture
def first(tmp_path: Path) -> Settings:
    """A warehouse with one release."""
    places = settings(tmp_path / "inbox", tmp_path / "warehouse")
    release(places.releases / FIRST, FIRST)
    swap_to(places.warehouse, FIRST)
    record_publication(places)
    return places


@pytest.fixture
def scheduled(first: Settings) -> Settings:
    """The same with one that goes out at the hour."""
    schedule(first)
    return first


def steps_of(scheduled: Settings, tmp_path: Path, action: Any) -> Iterator[tuple[int, Settings, bool]]:
    """The warehouse after each number of changes, and whether the action ended by then."""
    for count in range(200):
        copy = tmp_path / f"killed {count}"
        shutil.copytree(scheduled.warehouse, copy, copy_function=os.link)
        for name in ("archive/releases.jsonl", "current.json"):  # what is changed in place, and not by rename
            (copy / name).unlink()
            shutil.copy2(scheduled.warehouse / name, copy / name)
        places = settings(tmp_path / "inbox", copy)
        try:
            with killed_after(count):
                action(places)
            yield count, places, True
            return
        except Killed:
            yield count, places, False
        finally:
            shutil.rmtree(copy, ignore_errors=True)
    raise AssertionError("it doesn't end")


def current_id(places: Settings) -> str:
    return str(published(places.warehouse, "SELECT release_id FROM release_info")[0][0])


def test_killed_anywhere_on_its_way_out_the_next_look_finishes_it(scheduled: Settings, tmp_path: Path) -> None:
    seen: set[str] = set()
    before = current_id(scheduled)
    for count, places, has_ended in steps_of(scheduled, tmp_path, lambda p: publish_if_due(p, lambda: HOUR)):
        # Readers always have a whole file, and what is among the releases is whole.
        seen.add(current_id(places))
        assert all(is_complete(path) for path in places.releases.glob("0*")), count
        is_moving = (places.releases / ID).exists()
        # A clock that was set back meanwhile stops nothing that is on its way, and starts nothing that isn't.
        publish_if_due(places, lambda: HOUR - timedelta(days=1))
        assert (find_scheduled(places) is None) == is_moving or has_ended, count
        publish_if_due(places, lambda: HOUR)
        assert find_scheduled(places) is None
        kinds = [entry["kind"] for entry in ReleaseJournal(places.archive).entries()]
        assert kinds == ["published", "scheduled", "published"], count
        assert not places.scheduled.exists()
    assert count > 5
    assert before in seen


def test_killed_while_it_is_withdrawn_it_is_scheduled_or_withdrawn(scheduled: Settings, tmp_path: Path) -> None:
    early = HOUR - timedelta(days=1)
    shown = scheduled.archive / "disclosure" / f"{ID}.parquet"
    shown.parent.mkdir()
    shown.write_bytes(b"")
    for count, places, _ in steps_of(scheduled, tmp_path, lambda p: withdraw_scheduled(p, "2", REASON, lambda: early)):
        if find_scheduled(places) is None:
            assert publish_due(places, lambda: HOUR) is None  # as the next run does
            assert current_id(places).startswith("00001-"), count
            # What nobody saw isn't counted as shown.
            assert not (places.archive / "disclosure" / shown.name).exists()
        else:
            withdraw_scheduled(places, "2", REASON, lambda: early)
        assert find_scheduled(places) is None


def test_killed_while_it_is_scheduled_there_is_none_or_this_one(first: Settings, tmp_path: Path) -> None:
    for count, places, _ in steps_of(first, tmp_path, schedule):
        found = find_scheduled(places)
        assert found is None or found.release_id == ID
        publish_if_due(places, lambda: HOUR)
        assert current_id(places).startswith("00002-" if found else "00001-"), count
