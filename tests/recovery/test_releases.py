"""What readers open, damaged or deleted: the next night brings it back."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest

from sciculture_etl.doctor import Case
from sciculture_etl.doctor.releases import stale_copies
from sciculture_etl.publish.current import current_release, finish_swap
from tests.nights import hashes, night, operations, published, release_ids, settings
from tests.recovery.conftest import Days

FIGURE = "SELECT sum(session_count) FROM mart_dsc_summary"


@pytest.mark.parametrize("written", [None, b"", b"\x00" * 64, b"[]", b'{"release_id": 7}'])
def test_a_pointer_that_is_lost_or_broken_is_found_again(days: Days, tmp_path: Path, written: bytes | None) -> None:
    warehouse = days.copy(tmp_path)
    pointer = warehouse / "current.json"
    before = json.loads(pointer.read_bytes())
    pointer.unlink() if written is None else pointer.write_bytes(written)
    assert finish_swap(warehouse)
    assert json.loads(pointer.read_bytes()) == before


@pytest.mark.parametrize("name", ["sciculture.duckdb", "operations.duckdb"])
def test_a_file_that_readers_open_is_restored_from_the_release(days: Days, tmp_path: Path, name: str) -> None:
    warehouse = days.copy(tmp_path)
    live = warehouse / name
    before = live.read_bytes()
    live.write_bytes(before[: len(before) // 2])
    assert finish_swap(warehouse)
    assert live.read_bytes() == before
    live.unlink()
    assert finish_swap(warehouse)
    assert live.read_bytes() == before


@pytest.mark.parametrize("part", ["", "manifest.json", "sciculture.duckdb", "parquet/mart_dsc_summary.parquet"])
def test_a_release_that_is_gone_or_not_whole_is_no_longer_current(days: Days, tmp_path: Path, part: str) -> None:
    warehouse = days.copy(tmp_path)
    (release,) = release_ids(warehouse)
    broken = warehouse / "releases" / release / part
    shutil.rmtree(broken) if broken.is_dir() else broken.unlink()
    assert current_release(warehouse) is None


def test_what_was_in_a_lost_release_is_published_anew_under_the_next_number(days: Days, tmp_path: Path) -> None:
    warehouse = days.copy(tmp_path)
    figure = published(warehouse, FIGURE)
    (release,) = release_ids(warehouse)
    shutil.rmtree(warehouse / "releases" / release)
    report = night(days.first_inbox, warehouse)
    assert report.publication.outcome == "published"
    assert str(report.publication.release_id).startswith("00002-")
    assert hashes(warehouse) == days.first
    assert published(warehouse, FIGURE) == figure


def test_the_operators_file_of_a_refused_night_stays_until_a_night_finds_the_release_right_again(
    days: Days, tmp_path: Path
) -> None:
    warehouse = days.copy(tmp_path)
    told = "SELECT release_id FROM release_info"
    build = str(warehouse / "warehouse.duckdb")
    with duckdb.connect(build) as connection:
        connection.execute("UPDATE log.part SET loaded = loaded + 1")
        connection.execute("DELETE FROM log.state WHERE key = 'published'")
    assert night(days.first_inbox, warehouse).publication.outcome == "refused"
    assert not finish_swap(warehouse)  # with which rollbacks, mending and the next night begin
    assert stale_copies(Case(settings(days.first_inbox, warehouse))) == []
    assert operations(warehouse, told) == [("not published",)]
    with duckdb.connect(build) as connection:
        connection.execute("UPDATE log.part SET loaded = loaded - 1")
    assert night(days.first_inbox, warehouse).publication.outcome == "unchanged"
    assert operations(warehouse, told) == published(warehouse, told)
