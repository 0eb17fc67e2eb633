"""What a run's engine may take: memory that doesn't grow with the rows, and a folder on disk that a kill leaves empty
for the next run; what can't be done within it is told as a fault of the machine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sciculture_etl.contracts import load_contracts
from sciculture_etl.errors import MachineError
from sciculture_etl.load import Warehouse
from sciculture_etl.storage.disk import machine_errors_described
from tests.nights import settings

# More than the engine may take beside workers, in rows that have to be sorted.
SORTED = "SELECT md5(CAST(range AS VARCHAR)) || repeat('x', 100) AS text FROM range(4_000_000) ORDER BY text"
# In one value, which can't lie on disk.
ONE_LIST = "SELECT list(range) AS numbers FROM range(1_000_000_000)"
KILLED = f"""
import os, signal, sys, threading, time
from pathlib import Path
from sciculture_etl.contracts import load_contracts
from sciculture_etl.load import Warehouse
from sciculture_etl.settings import Settings

spilled = Path(sys.argv[1], "staging", "spilled")

def kill_once_on_disk():
    while not (spilled.is_dir() and any(spilled.iterdir())):
        time.sleep(0.01)
    os.kill(os.getpid(), signal.SIGKILL)

with Warehouse.open(Settings(warehouse=Path(sys.argv[1])), load_contracts()) as warehouse, warehouse.beside_workers():
    threading.Thread(target=kill_once_on_disk, daemon=True).start()
    warehouse.connection.execute("CREATE TABLE large AS {SORTED}")
"""


def _limit(warehouse: Warehouse) -> float:
    """MiB that the engine may take."""
    number, unit = str(warehouse.value("SELECT current_setting('memory_limit')")).split()
    return float(number) * {"MiB": 1, "GiB": 1024}[unit]


def test_the_engine_takes_less_while_workers_read_and_goes_back(tmp_path: Path) -> None:
    with Warehouse.open(settings(tmp_path, tmp_path), load_contracts()) as warehouse:
        alone, threads = _limit(warehouse), warehouse.value("SELECT current_setting('threads')")
        with warehouse.beside_workers():
            assert _limit(warehouse) < alone
        assert _limit(warehouse) == alone
        assert warehouse.value("SELECT current_setting('threads')") == threads


def test_what_a_killed_run_put_on_disk_is_gone_with_the_next(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], timeout=120, check=False)
    assert done.returncode == -9
    assert any((tmp_path / "staging" / "spilled").iterdir())
    with Warehouse.open(settings(tmp_path, tmp_path), load_contracts(), doubtful=True) as warehouse:
        assert warehouse.set_aside is None
        assert not (tmp_path / "staging" / "spilled").exists()
    assert not (tmp_path / "staging").exists()


def test_a_statement_that_finds_neither_memory_nor_disk_is_a_fault_of_the_machine(tmp_path: Path) -> None:
    places = settings(tmp_path, tmp_path)
    with (
        pytest.raises(MachineError) as told,
        machine_errors_described(places),
        Warehouse.open(places, load_contracts()) as warehouse,
        warehouse.beside_workers(),
    ):
        warehouse.connection.execute(ONE_LIST)
    assert "memory was not enough" in str(told.value)
    assert "메모리가 부족" in str(told.value)
    assert not list(tmp_path.glob("*.corrupt"))


def test_a_disk_without_room_for_what_is_put_there_is_told_as_full(tmp_path: Path) -> None:
    places = settings(tmp_path, tmp_path)
    with (
        pytest.raises(MachineError, match=f"disk of {tmp_path / 'staging'} is full"),
        machine_errors_described(places),
        Warehouse.open(places, load_contracts()) as warehouse,
        warehouse.beside_workers(),
    ):
        # The engine limits itself to what is free on the disk; so little stands for a disk that is nearly full.
        warehouse.connection.execute(f"SET max_temp_directory_size = '8MiB'; CREATE TABLE large AS {SORTED}")
