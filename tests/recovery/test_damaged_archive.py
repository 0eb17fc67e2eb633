"""An archive that lost bytes, and journals that were damaged: nothing wrong is published, and everything is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sciculture_etl.doctor import Case, repair
from sciculture_etl.errors import ArchiveError, JournalError
from tests.nights import hashes, night, release_ids, settings
from tests.recovery.conftest import Days


def _kept(warehouse: Path) -> list[Path]:
    return sorted(warehouse.glob("archive/[0-9a-f][0-9a-f]/*"))


def _damage(warehouse: Path) -> tuple[Path, Path]:
    """One file lost, one with a byte changed."""
    lost, changed, *_ = _kept(warehouse)
    lost.unlink()
    data = bytearray(changed.read_bytes())
    data[len(data) // 2] ^= 1
    changed.chmod(0o640)
    changed.write_bytes(data)
    return lost, changed


def test_a_rebuild_stops_and_names_all_damaged_files_at_once(days: Days, tmp_path: Path) -> None:
    warehouse = days.copy(tmp_path)
    lost, changed = _damage(warehouse)
    (warehouse / "warehouse.duckdb").unlink()
    (tmp_path / "empty inbox").mkdir()  # nothing can be fetched again
    with pytest.raises(ArchiveError) as told:
        night(tmp_path / "empty inbox", warehouse)
    for path in (lost, changed):
        assert path.name in str(told.value)
    assert "가상시험센터/" in str(told.value)
    assert "sciculture doctor --fix" in str(told.value)
    assert hashes(warehouse) == days.first
    assert len(release_ids(warehouse)) == 1


def test_a_quiet_night_is_not_disturbed_by_damage_it_does_not_meet(days: Days, tmp_path: Path) -> None:
    warehouse = days.copy(tmp_path)
    _damage(warehouse)
    assert night(days.first_inbox, warehouse).publication.outcome == "unchanged"


def test_the_doctor_puts_bytes_back_that_still_lie_in_the_inbox_under_whatever_name(days: Days, tmp_path: Path) -> None:
    warehouse = days.copy(tmp_path)
    before = {path: path.read_bytes() for path in _kept(warehouse)}
    _damage(warehouse)
    done = repair(Case(settings(days.first_inbox, warehouse)))
    assert len([en for en, _ in done if en.startswith("restored to the archive")]) == 2
    assert {path: path.read_bytes() for path in _kept(warehouse)} == before


@pytest.mark.parametrize("journal", ["receipts.jsonl", "decisions.jsonl", "closings.jsonl", "restricted.jsonl"])
def test_a_damaged_line_in_a_journal_is_named_and_nothing_is_left_out_in_silence(
    days: Days, tmp_path: Path, journal: str
) -> None:
    warehouse = days.copy(tmp_path)
    path = warehouse / "archive" / journal
    lines = path.read_bytes().splitlines(keepends=True) if path.exists() else [b""]
    path.write_bytes(b"".join([*lines[:1], b'{"sha256": "\xff\n', *lines[1:]]))
    with pytest.raises(JournalError, match=f"line . of .*{journal}"):
        night(days.second_inbox, warehouse)
    assert hashes(warehouse) == days.first


def _hole(path: Path, begin: int, size: int) -> bytes:
    """Zeros instead of that many bytes; returns what was there."""
    data = path.read_bytes()
    path.write_bytes(data[:begin] + bytes(size) + data[begin + size :])
    return data


@pytest.mark.slow
def test_zeros_at_the_end_of_a_journal_count_as_never_written(days: Days, tmp_path: Path) -> None:
    warehouse = days.copy(tmp_path)
    with (warehouse / "archive" / "receipts.jsonl").open("ab") as journal:
        journal.write(bytes(5000))
    night(days.second_inbox, warehouse)
    assert hashes(warehouse) == days.second
    assert b"\0" not in (warehouse / "archive" / "receipts.jsonl").read_bytes()


def test_a_hole_in_the_receipts_is_named_and_put_back_from_the_build_database(days: Days, tmp_path: Path) -> None:
    warehouse = days.copy(tmp_path)
    path = warehouse / "archive" / "receipts.jsonl"
    first, second, third, *_ = path.read_bytes().splitlines(keepends=True)
    begin = len(first) + len(second) // 2
    before = _hole(path, begin, len(second))  # the end of one line and the beginning of the next
    with pytest.raises(JournalError, match=f"hole at line 2: {len(second):,} zero bytes"):
        night(days.second_inbox, warehouse)
    done = repair(Case(settings(days.first_inbox, warehouse)))
    names = [json.loads(line)["path"] for line in (second, third)]
    assert [en for en, _ in done if "receipt back" in en] == [
        f"put a damaged receipt back from the build database: {name}" for name in names
    ]
    assert path.read_bytes() == before
    night(days.second_inbox, warehouse)
    assert hashes(warehouse) == days.second


def test_a_receipt_that_the_build_database_does_not_prove_is_not_put_back(days: Days, tmp_path: Path) -> None:
    warehouse = days.copy(tmp_path)
    path = warehouse / "archive" / "receipts.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"size"', b'"siz', 1))  # two bytes less than there were
    damaged = path.read_bytes()
    with pytest.raises(JournalError):
        repair(Case(settings(days.first_inbox, warehouse)))
    assert path.read_bytes() == damaged


@pytest.mark.slow  # the doctor finds one each time: test_doctor.py
def test_a_line_that_was_cut_off_counts_as_never_written(days: Days, tmp_path: Path) -> None:
    warehouse = days.copy(tmp_path)
    path = warehouse / "archive" / "receipts.jsonl"
    path.write_bytes(path.read_bytes()[:-20])
    report = night(days.second_inbox, warehouse)
    assert len(report.extraction.received) == 2
    assert hashes(warehouse) == days.second
