"""A clock that goes back or leaps ahead: releases go on counting, nothing is deleted early, figures don't differ."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from sciculture_etl.extract import Archive, Restricted, Verdict
from tests.nights import hashes, night, release_ids
from tests.recovery.conftest import Days

TODAY = datetime.now(UTC)
YEAR = timedelta(days=365)


@pytest.mark.slow
def test_after_nights_under_a_wrong_clock_releases_go_on_counting_and_the_figures_are_the_same(
    days: Days, tmp_path: Path
) -> None:
    warehouse = days.copy(tmp_path)
    for wrong_by in (-YEAR, YEAR, timedelta()):
        with time_machine.travel(TODAY + wrong_by):
            night(days.second_inbox, warehouse)
    numbers = [name.partition("-")[0] for name in release_ids(warehouse)]
    assert numbers == sorted(numbers)
    current = json.loads((warehouse / "current.json").read_bytes())["release_id"]
    assert current == release_ids(warehouse)[-1]
    assert hashes(warehouse) == days.second


def _restricted(archive: Path) -> Restricted:
    return Restricted(archive.parent / "restricted", Archive(archive))


@pytest.mark.parametrize("wrong_by", [-YEAR, YEAR], ids=["a year back", "a year ahead"])
def test_no_file_with_personal_data_is_deleted_early_by_one_night_under_a_wrong_clock(
    tmp_path: Path, wrong_by: timedelta
) -> None:
    archive = tmp_path / "archive"
    held = {}
    with time_machine.travel(TODAY) as clock:
        for day in range(4):  # the wrong night is the third
            now = TODAY + timedelta(days=day) + (wrong_by if day == 2 else timedelta())
            before = TODAY + timedelta(days=day - 1) + (wrong_by if day == 3 else timedelta())
            clock.move_to(now)
            kept = _restricted(archive)
            kept.resume_pending(30, before)
            source = tmp_path / "file"
            source.write_bytes(f"가상 {day}".encode())
            with source.open("rb") as opened:
                sha256, _ = Archive(archive).store(opened)
            kept.restrict(sha256, Verdict("csv", []))
            held[day] = sha256
        for day in range(4, 29):
            clock.move_to(TODAY + timedelta(days=day))
            kept = _restricted(archive)
            kept.resume_pending(30, TODAY + timedelta(days=day - 1))
        assert {day for day, sha256 in held.items() if kept.path_of(sha256).exists()} == {0, 1, 2, 3}
        for day in range(29, 38):
            clock.move_to(TODAY + timedelta(days=day))
            kept = _restricted(archive)
            kept.resume_pending(30, TODAY + timedelta(days=day - 1))
        assert [sha256 for sha256 in held.values() if kept.path_of(sha256).exists()] == []


def test_where_runs_are_far_apart_files_with_personal_data_are_deleted_all_the_same(tmp_path: Path) -> None:
    archive, apart = tmp_path / "archive", timedelta(days=10)
    source = tmp_path / "file"
    source.write_bytes("가상".encode())
    with source.open("rb") as opened:
        sha256, _ = Archive(archive).store(opened)
    held = []
    with time_machine.travel(TODAY) as clock:
        _restricted(archive).restrict(sha256, Verdict("csv", []))
        for turn in range(1, 6):
            clock.move_to(TODAY + turn * apart)
            kept = _restricted(archive)
            kept.resume_pending(30, TODAY + (turn - 1) * apart)
            kept.restrict(sha256, Verdict("csv", []))  # read again meanwhile
            held.append(kept.path_of(sha256).exists())
    assert held == [True, True, True, False, False]  # the days began anew with the first of them
