"""The build database may be lost or broken in any way: a night rebuilds it from the archive, or says that the next
one will, and never publishes anything that an undisturbed night wouldn't."""

from __future__ import annotations

import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import duckdb
import pytest

from sciculture_etl.contracts import load_contracts
from sciculture_etl.doctor import Case, repair
from sciculture_etl.errors import BrokenDatabaseError, BusyError
from sciculture_etl.load import Warehouse
from tests.nights import hashes, night, settings
from tests.recovery.conftest import Days


def _truncated(path: Path) -> None:
    with path.open("r+b") as database:
        database.truncate(path.stat().st_size // 3)


def _emptied(path: Path) -> None:
    path.write_bytes(b"")


def _header_overwritten(path: Path) -> None:
    with path.open("r+b") as database:
        database.write(b"\xff" * 4096)


def _of_another_kind(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE a (b)")


def _with_the_log_of_another(path: Path) -> None:
    other = path.with_name("other.duckdb")
    with duckdb.connect(str(other), config={"storage_compatibility_version": "latest"}) as connection:
        connection.execute("CREATE TABLE a AS SELECT 1")
        log = other.with_name("other.duckdb.wal")
        shutil.copy(log, path.with_name(f"{path.name}.wal"))


BROKEN = [_truncated, _emptied, _header_overwritten, _of_another_kind, _with_the_log_of_another]


@pytest.mark.parametrize("damage", BROKEN)
def test_a_database_that_cannot_be_opened_is_set_aside(
    days: Days, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    database = Path(shutil.copy(days.warehouse / "warehouse.duckdb", tmp_path))
    damage(database)
    with Warehouse.open(settings(tmp_path, tmp_path), load_contracts()) as warehouse:
        assert warehouse.set_aside
        assert warehouse.value("SELECT count(*) FROM log.submission") == 0
    assert database.with_name("warehouse.duckdb.corrupt").exists()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_after_any_damage_at_most_one_more_night_ends_in_the_same_figures(
    days: Days, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    warehouse = days.copy(tmp_path)
    database = warehouse / "warehouse.duckdb"
    data = bytearray(database.read_bytes())
    for _ in range(chance.choice([1, 20, 400])):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    database.write_bytes(data)
    with suppress(BrokenDatabaseError):
        night(days.second_inbox, warehouse)
    assert hashes(warehouse) in (days.first, days.second)
    night(days.second_inbox, warehouse)
    assert hashes(warehouse) == days.second


def _pages_swapped(path: Path) -> None:
    data, page, first = bytearray(path.read_bytes()), 262_144, 12_288
    pages = [data[at : at + page] for at in range(first, len(data), page)]
    whole = [one for one in pages if len(one) == page]
    data[first : first + page * len(whole)] = b"".join([*whole[::-1]])
    path.write_bytes(data)


def test_after_a_run_that_its_database_killed_the_next_one_proves_it_and_makes_it_again(
    days: Days, tmp_path: Path
) -> None:
    warehouse = days.copy(tmp_path)
    _pages_swapped(warehouse / "warehouse.duckdb")  # every page has a right checksum, and following them may kill
    with (warehouse / "archive" / "runs.jsonl").open("a") as runs:
        runs.write('{"run_no": 2, "kind": "nightly", "began_at": "2020-05-02T17:00:00+00:00"}\n')
    report = night(days.first_inbox, warehouse)
    assert report.set_aside
    assert report.publication.outcome == "unchanged"
    assert hashes(warehouse) == days.first


def test_a_database_made_from_another_archive_lends_nothing_to_the_figures(days: Days, tmp_path: Path) -> None:
    warehouse = days.copy(tmp_path)
    shutil.copy(days.undisturbed / "warehouse.duckdb", warehouse / "warehouse.duckdb")
    night(days.first_inbox, warehouse)
    assert hashes(warehouse) == days.first


def test_a_database_that_is_open_elsewhere_is_left_alone_and_the_process_named(days: Days, tmp_path: Path) -> None:
    warehouse = days.copy(tmp_path)
    database = warehouse / "warehouse.duckdb"
    holding = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", holding, str(database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(BusyError, match=f"process {holder.pid}"):
            night(days.first_inbox, warehouse)
        with (
            pytest.raises(BusyError, match=f"process {holder.pid}"),
            Warehouse.open(settings(warehouse, warehouse), load_contracts(), doubtful=True),
        ):
            pass  # the same after a run that was killed
        told = repair(Case(settings(days.first_inbox, warehouse), quick=True))
        assert any("left as it is" in line for line, _ in told)
        holder.kill()
    assert not (warehouse / "warehouse.duckdb.corrupt").exists()
    assert night(days.first_inbox, warehouse).read_count == 0
