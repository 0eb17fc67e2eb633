"""Workbooks that a second process writes while the run goes on are those that the run would write itself."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sciculture_etl.intake.workers import cores
from sciculture_etl.pipeline import Run, take_steps
from tests.nights import manifest, settings
from tests.settled import Settled

pytestmark = [pytest.mark.night, pytest.mark.slow]


def workbooks_again(small: Settled, folder: Path) -> dict[str, str]:
    """Published anew, after all releases were lost: each workbook's hash."""
    warehouse = small.copy(folder)
    shutil.rmtree(warehouse / "releases")
    (warehouse / "current.json").unlink()
    with Run.open(settings(small.inbox, warehouse), kind="publish", outputs=("xlsx",)) as run:
        publication = take_steps(run).publication
    assert publication is not None
    assert publication.outcome == "published"
    release = warehouse / "releases" / str(publication.release_id)
    files = manifest(warehouse)["files"]
    written = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (release / "xlsx").iterdir()}
    assert written == {Path(path).name: said["sha256"] for path, said in files.items() if said["output"] == "xlsx"}
    return written


@contextmanager
def killed_once(warehouse: Path) -> Iterator[Callable[[], bool]]:
    """Kills the first other process that has a file open among the workbooks; whether one was."""
    is_over, killed = threading.Event(), threading.Event()

    def holders() -> Iterator[int]:
        for opened in Path("/proc").glob("[0-9]*/fd/*"):
            try:
                place = str(opened.readlink())
            except OSError:
                continue
            if place.startswith(str(warehouse)) and "/xlsx/" in place and int(opened.parts[2]) != os.getpid():
                yield int(opened.parts[2])

    def look() -> None:
        while not is_over.is_set() and not killed.is_set():
            for pid in holders():
                os.kill(pid, signal.SIGKILL)
                killed.set()
                return

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield killed.is_set
    finally:
        is_over.set()
        looking.join()


@pytest.mark.skipif(cores() == 1, reason="there is no second process where there is no second core")
def test_workbooks_are_the_same_whoever_writes_them(small: Settled, tmp_path: Path) -> None:
    """A second process, the run on a single core, and the run after a second process that was killed."""
    all_cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(all_cores)})
    try:
        by_the_run = workbooks_again(small, tmp_path / "alone")
    finally:
        os.sched_setaffinity(0, all_cores)
    with killed_once(tmp_path / "killed") as was_killed:
        assert workbooks_again(small, tmp_path / "killed") == by_the_run
    assert was_killed()
    assert workbooks_again(small, tmp_path / "both") == by_the_run
    assert by_the_run
