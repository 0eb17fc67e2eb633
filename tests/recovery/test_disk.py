"""Disks that are full or closed: which folder, how much room, what to do, and the same figures once that is mended.

A limit on the size of a file stands for a full disk, since it can be set for one process without being root; the errors
are those of a full disk but for their number.
"""

from __future__ import annotations

import os
import resource
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sciculture_etl.errors import MachineError
from tests.nights import ALL, hashes, night
from tests.recovery.conftest import Days

# Where a night over three small files meets the limit, in bytes.
STAGES = {"journals": 120, "build database": 300_000, "public file": 4_000_000}


@contextmanager
def _no_file_larger_than(limit: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.slow
def test_wherever_the_disk_fills_up_a_night_with_room_ends_as_if_undisturbed(days: Days, tmp_path: Path) -> None:
    warehouse = days.copy(tmp_path)
    for stage, limit in STAGES.items():
        with _no_file_larger_than(limit), pytest.raises(MachineError) as told:
            night(days.second_inbox, warehouse, outputs=ALL)
        assert "may not grow beyond" in str(told.value), stage
        assert "넘을 수 없습니다" in str(told.value)
        assert hashes(warehouse) == days.first
        left = [path.name for path in warehouse.rglob(".*") if path.name.startswith((".building", ".incoming"))]
        assert left == [], stage
    night(days.second_inbox, warehouse)
    assert hashes(warehouse) == days.second


def _can_mount() -> bool:
    trial = ["unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"]
    return bool(shutil.which("unshare")) and subprocess.run(trial, capture_output=True, check=False).returncode == 0


TESTS = Path(__file__).parents[1]
NIGHT = (
    f"import sys; from pathlib import Path; sys.path[:0] = {[str(TESTS.parent), str(TESTS)]}; "
    "from tests.nights import ALL, night; night(Path(sys.argv[1]), Path(sys.argv[2]), from_nothing=True, outputs=ALL)"
)


@pytest.mark.slow
@pytest.mark.skipif(not _can_mount(), reason="mounting a disk of its own isn't permitted here")
@pytest.mark.parametrize(
    ("options", "told"),
    [("size=3m", "is full (0 MB free"), pytest.param("ro", "cannot be written", marks=pytest.mark.slow)],
    ids=["full", "closed"],
)
def test_a_real_disk_that_is_full_or_mounted_read_only_is_named(
    days: Days, tmp_path: Path, options: str, told: str
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    script = 'mount -t tmpfs -o "$1" none "$2" && exec "$3" -c "$4" "$5" "$2/warehouse"'
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script, "sh", options, str(disk), sys.executable, NIGHT,
         str(days.first_inbox)],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    last = done.stderr.splitlines()[-1]
    assert "MachineError" in last
    assert told in last
    assert str(disk) in last


@contextmanager
def _closed(folder: Path) -> Iterator[None]:
    """A folder in which nobody but root makes a file."""
    mode = stat.S_IMODE(folder.stat().st_mode)
    folder.chmod(0o500)
    try:
        yield
    finally:
        folder.chmod(mode)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_an_inbox_that_is_read_only_is_all_that_a_night_needs(days: Days, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    shutil.copytree(days.second_inbox, inbox)
    for path in inbox.rglob("*"):
        path.chmod(0o500 if path.is_dir() else 0o400)
    warehouse = days.copy(tmp_path)
    night(inbox, warehouse)
    assert hashes(warehouse) == days.second


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
@pytest.mark.parametrize("name", ["archive", "releases"])
def test_one_folder_that_cannot_be_written_is_named(days: Days, tmp_path: Path, name: str) -> None:
    warehouse = days.copy(tmp_path)
    with _closed(warehouse / name), pytest.raises(MachineError, match=f"{name} cannot be written"):
        night(days.second_inbox, warehouse)
    assert hashes(warehouse) == days.first
    night(days.second_inbox, warehouse)
    assert hashes(warehouse) == days.second
