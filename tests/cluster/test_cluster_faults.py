"""Workers that are unfit or die, a scheduler that is lost, a run that is killed: told in words, and nothing is left."""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from forms import many_classes

from sciculture_etl.doctor import Case, Status
from sciculture_etl.doctor.workers import check_workers
from sciculture_etl.errors import MachineError
from sciculture_etl.extract import Archive
from sciculture_etl.intake.open_workers import open_workers
from sciculture_etl.intake.staging import UNDER_WAY
from sciculture_etl.settings import Settings, Timeouts
from tests.cluster.clusters import Node, dask_cluster
from tests.cluster.test_cluster_reading import GROUPS, batches, read
from tests.flows.serving import command_of, descendants
from tests.lake.servers import Lake
from tests.waiting import until

pytestmark = pytest.mark.slow
QUICK = Timeouts(attempts=1, first_pause=0.1, silence=5, worker=20)


def slow_batches(archive: Archive) -> list[dict[str, bytes]]:
    return [{f"{n}.csv": many_classes(30_000 + n, "삼청동 {}번지")} for n in range(4)]


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "warehouse" / "archive")


def at_work(settings: Settings) -> list[Path]:
    """What workers have begun to read in the shared folder."""
    return list(Path(settings.shared or settings.warehouse / "shared").glob(f"*/*/*/{UNDER_WAY}"))


def in_the_middle(settings: Settings, act: Callable[[], object]) -> threading.Thread:
    def wait() -> None:
        until(lambda: at_work(settings), "a worker at work", 0.02)
        act()

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    return thread


def test_a_worker_killed_in_the_middle_costs_no_file(tmp_path: Path, archive: Archive) -> None:
    expected = read(Settings(warehouse=tmp_path / "warehouse"), batches(archive, *GROUPS))
    with dask_cluster(tmp_path / "dask") as dask:
        first = dask.add_worker()
        dask.add_worker()
        settings = Settings(warehouse=tmp_path / "warehouse", workers=dask.setting)
        killer = in_the_middle(settings, first.end)
        assert read(settings, batches(archive, *GROUPS)) == expected
        killer.join()
    assert not at_work(settings)


def test_a_worker_that_its_nanny_starts_again_goes_on(tmp_path: Path, archive: Archive) -> None:
    expected = read(Settings(warehouse=tmp_path / "warehouse"), batches(archive, *GROUPS))
    with dask_cluster(tmp_path / "dask") as dask:
        worker = dask.add_worker()
        settings = Settings(warehouse=tmp_path / "warehouse", workers=dask.setting)
        killer = in_the_middle(settings, lambda: kill_child(worker))
        assert read(settings, batches(archive, *GROUPS)) == expected
        killer.join()


def kill_child(node: Node) -> None:
    """The worker itself, which its nanny outlives."""
    (child,) = [pid for pid in descendants(node.process.pid) if "spawn_main" in command_of(pid)]
    os.kill(child, signal.SIGKILL)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_a_scheduler_that_is_lost_ends_the_reading_in_words(
    tmp_path: Path, archive: Archive, number: signal.Signals
) -> None:
    with dask_cluster(tmp_path / "dask") as dask:
        dask.add_worker()
        settings = Settings(warehouse=tmp_path / "warehouse", workers=dask.setting, timeouts=QUICK)
        lost = in_the_middle(settings, lambda: dask.scheduler.send(number))
        with pytest.raises(MachineError, match="was lost"):
            read(settings, batches(archive, *slow_batches(archive)))
        lost.join()
    assert not at_work(settings)


def test_a_cluster_whose_last_worker_dies_ends_the_reading_in_words(tmp_path: Path, archive: Archive) -> None:
    with dask_cluster(tmp_path / "dask") as dask:
        worker = dask.add_worker()
        timeouts = Timeouts(worker=3)
        settings = Settings(warehouse=tmp_path / "warehouse", workers=dask.setting, timeouts=timeouts)
        killer = in_the_middle(settings, worker.end)
        with pytest.raises(MachineError, match=r"no worker of the cluster at .* is left"):
            read(settings, batches(archive, *slow_batches(archive)))
        killer.join()


@pytest.mark.parametrize("shared", ["folder", "bucket"])
def test_a_run_that_is_killed_leaves_what_the_next_one_removes(
    tmp_path: Path, archive: Archive, lake: Lake, shared: str
) -> None:
    (tmp_path / "shared").mkdir()
    place = str(tmp_path / "shared") if shared == "folder" else f"s3://{lake.bucket}/staged"
    with dask_cluster(tmp_path / "dask", lake.access) as dask:
        dask.add_worker()
        settings = Settings(warehouse=tmp_path / "warehouse", workers=dask.setting, shared=place)
        (tmp_path / "given").write_bytes(pickle.dumps((settings, batches(archive, *slow_batches(archive)))))
        run = subprocess.Popen([sys.executable, "-c", RUN, tmp_path / "given"], stdout=subprocess.PIPE)
        assert run.stdout
        assert run.stdout.readline() == b"one\n"
        run.kill()
        run.wait()
        assert lake.objects() if shared == "bucket" else list((tmp_path / "shared").iterdir())
        read(settings, batches(archive, GROUPS[0]))
    assert lake.objects() == []
    assert list((tmp_path / "shared").iterdir()) == []


RUN = """
import pickle, sys
from pathlib import Path
from sciculture_etl.intake.open_workers import open_workers
settings, batches = pickle.loads(Path(sys.argv[1]).read_bytes())
with open_workers(settings) as workers:
    for _ in workers.read(batches):
        print("one", flush=True)
"""


def test_two_runs_at_once_share_a_cluster_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    expected, found, threads = {}, {}, []
    with dask_cluster(tmp_path / "dask") as dask:
        dask.add_worker()
        for name in ("one", "two"):
            archive = Archive(tmp_path / name / "archive")
            groups = GROUPS if name == "one" else GROUPS[::-1]
            expected[name] = read(Settings(warehouse=tmp_path / name), batches(archive, *groups))
            settings = Settings(warehouse=tmp_path / name, workers=dask.setting, shared=str(tmp_path / "shared"))
            given = batches(archive, *groups)
            reading = threading.Thread(
                daemon=True, target=lambda n=name, s=settings, g=given: found.update({n: read(s, g)})
            )
            threads.append(reading)
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == expected
    assert list((tmp_path / "shared").iterdir()) == []


def test_who_waits_no_longer_leaves_nothing_at_work(tmp_path: Path, archive: Archive) -> None:
    with dask_cluster(tmp_path / "dask") as dask:
        dask.add_worker()
        settings = Settings(warehouse=tmp_path / "warehouse", workers=dask.setting)
        given = batches(archive, *slow_batches(archive))
        with open_workers(settings) as workers, closing(workers.read(given)) as done:
            next(done)
        assert list((settings.warehouse / "shared").iterdir()) == []
        dask.workers[0].process.terminate()
        dask.workers[0].process.wait(60)
        until(lambda: not of_session(dask.workers[0].process.pid), "the end of all its processes")


def of_session(session: int) -> list[str]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_bytes().rpartition(b")")[2].split()
            except OSError:
                continue
            if int(fields[3]) == session and fields[0] != b"Z":
                found.append(entry.name)
    return found


def test_workers_that_cannot_be_used_are_named_with_the_reason(tmp_path: Path, archive: Archive) -> None:
    """The storage lies below the working folder of each process: at the same path, and for workers another place."""
    shared = tmp_path / "here" / "shared"
    shared.mkdir(parents=True)
    without = tmp_path / "without"
    (without / "sciculture_etl").mkdir(parents=True)
    (without / "sciculture_etl" / "__init__.py").write_text("raise ImportError('not installed')\n")
    with dask_cluster(tmp_path / "dask") as dask, contextlib.chdir(tmp_path / "here"):
        dask.add_worker("--no-nanny")
        dask.add_worker("--no-nanny", environment={"PYTHONPATH": str(without)})
        place = "/proc/self/cwd/shared"
        settings = Settings(warehouse=tmp_path / "warehouse", workers=dask.setting, shared=place)
        with pytest.raises(MachineError) as raised:
            read(settings, batches(archive, *GROUPS))
        _, *lines = str(raised.value).splitlines()
        assert sorted(line.partition(": ")[2].partition(" (")[0].partition(f" {place}")[0] for line in lines) == [
            "it has no access to",
            "sciculture-etl is not installed there as it is here",
        ]
        (fault,) = check_workers(Case(settings))
        assert (fault.verdict, fault.found[1].count("tcp://")) == (Status.fault, 2)
        (tmp_path / "dask" / "shared").symlink_to(shared)
        with open_workers(settings) as workers:
            assert (workers.count, len(workers.left_out)) == (1, 1)
        assert list(shared.iterdir()) == []
