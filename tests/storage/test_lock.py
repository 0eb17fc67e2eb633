"""The writer's lock: whatever lies where it should, and whoever comes at once, is told in words."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sciculture_etl.doctor import Case, examine
from sciculture_etl.errors import BusyError, MachineError
from sciculture_etl.storage.lock import LOCK, is_awaited, lock_holder, sign, writer_lock
from tests.flows.serving import until
from tests.nights import settings


def folder(path: Path) -> None:
    path.mkdir()


def link(path: Path) -> None:
    path.symlink_to(path.parent / "elsewhere")


def pipe(path: Path) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize("make", [folder, link, pipe])
def test_what_can_be_no_lock_is_named_and_nothing_is_changed(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / LOCK)
    said = r"\.lock cannot be the lock.*잠금 파일로 쓸 수 없습니다"
    with pytest.raises(MachineError, match=said), writer_lock(tmp_path):
        pass
    assert lock_holder(tmp_path) is None
    assert [path.name for path in tmp_path.iterdir()] == [LOCK]
    found = [check for check in examine(Case(settings(tmp_path, tmp_path), quick=True)) if check.area == "lock"]
    assert ["cannot be the lock" in check.found[0] for check in found] == [True]


def test_whoever_comes_meanwhile_is_told_who_holds_it(tmp_path: Path) -> None:
    with writer_lock(tmp_path, doing="nightly"):
        holder = lock_holder(tmp_path)
        assert holder is not None
        assert (holder["pid"], holder["doing"]) == (os.getpid(), "nightly")
        second = f"""
from pathlib import Path
from sciculture_etl.errors import BusyError
from sciculture_etl.storage.lock import writer_lock
try:
    with writer_lock(Path({str(tmp_path)!r})):
        print("taken")
except BusyError as error:
    print(error)
"""
        told = subprocess.run([sys.executable, "-c", second], capture_output=True, text=True, check=True).stdout
        assert f"another run (nightly) is using {tmp_path}: process {os.getpid()}" in told
    assert lock_holder(tmp_path) is None
    assert (tmp_path / LOCK).read_bytes() == b""
    assert stat.S_IMODE((tmp_path / LOCK).stat().st_mode) == 0o600


def test_a_lock_that_another_process_left_is_free(tmp_path: Path) -> None:
    (tmp_path / LOCK).write_text("not written whole {", encoding="utf-8")
    with writer_lock(tmp_path):
        pass
    with pytest.raises(BusyError), writer_lock(tmp_path), writer_lock(tmp_path):
        pass


HOLD = """
import sys
from pathlib import Path
from sciculture_etl.storage.lock import AS_LONG_AS_IT_TAKES, writer_lock
print("waits", flush=True)
with writer_lock(Path(sys.argv[1]), AS_LONG_AS_IT_TAKES, sys.argv[2]):
    print("holds", flush=True)
    sys.stdin.readline()
"""


def test_who_gives_way_gets_it_when_nobody_waits_any_more(tmp_path: Path) -> None:
    with writer_lock(tmp_path, doing="year 2018"):
        assert not is_awaited(tmp_path)
        nights = [
            subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path), str(number)],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for number in range(2)
        ]  # fmt: skip
        until(lambda: is_awaited(tmp_path), "the nights")
        for night in nights:
            assert night.stdout
            assert night.stdout.readline() == "waits\n"
    order = []
    try:
        for _ in nights:
            holder = until(lambda: lock_holder(tmp_path), "a night")
            with pytest.raises(BusyError), writer_lock(tmp_path, gives_way=True):
                pass
            order.append(until(lambda: (lock_holder(tmp_path) or {}).get("doing"), "its words"))
            assert holder["pid"] in [night.pid for night in nights]
            night = nights[int(order[-1])]
            night.communicate("\n")
        with writer_lock(tmp_path, 60, gives_way=True):
            assert sorted(order) == ["0", "1"]
    finally:
        for night in nights:
            night.kill()
            night.wait()


def test_a_sign_says_who_is_at_work_and_ends_with_its_process(tmp_path: Path) -> None:
    with sign(tmp_path, "year 2018", run_no=7), writer_lock(tmp_path):
        given = lock_holder(tmp_path, "year 2018")
        assert given is not None
        assert (given["pid"], given["run_no"]) == (os.getpid(), 7)
        with pytest.raises(BusyError, match="year 2018"), sign(tmp_path, "year 2018"):
            pass
        assert lock_holder(tmp_path, "year 2019") is None
    assert lock_holder(tmp_path, "year 2018") is None
