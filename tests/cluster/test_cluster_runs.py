"""Whole runs that read on a cluster, and what becomes of a killed run's work there. Every institution is invented."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from forms import many_classes
from nights import NEEDED, begin, hashes, settings, submit

from sciculture_etl.extract import Archive
from sciculture_etl.intake.staging import UNDER_WAY
from sciculture_etl.pipeline import Made, Run, RunReport, Scope, take_steps
from sciculture_etl.settings import Settings
from tests.cluster.clusters import dask_cluster
from tests.cluster.test_cluster_faults import RUN
from tests.cluster.test_cluster_reading import batches
from tests.flows.serving import command_of, descendants
from tests.lake.servers import Lake
from tests.pipeline.test_backfill import CENTRE, OTHER, classes
from tests.waiting import until

pytestmark = pytest.mark.slow
YEARS = range(2018, 2021)
TODAY = datetime(2021, 3, 1, 3, tzinfo=UTC)


def run_of(kind: str, places: Settings, made: Made | None = None) -> RunReport:
    with Run.open(begin(places), kind=kind, reason="가상의 사유", outputs=NEEDED, clock=lambda: TODAY) as run:
        return take_steps(run, made)


def test_a_night_and_a_backfill_on_a_cluster_give_what_this_machine_gives(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    for year in YEARS:
        submit(inbox, CENTRE, f"{year} 실적.csv", classes(year), f"{year}-05-01T00:00:00")
        submit(inbox, OTHER, f"{year} 실적.csv", classes(year, sessions=9), f"{year}-05-02T00:00:00")
    submit(inbox, OTHER, "횟수 오류.csv", classes(2020).replace(b",4,", b",x,"))
    run_of("nightly", settings(inbox, tmp_path / "here"))
    expected = hashes(tmp_path / "here"), hashes(tmp_path / "here", "operator")
    with dask_cluster(tmp_path / "dask") as dask:
        dask.add_worker()
        dask.add_worker()
        there = settings(inbox, tmp_path / "there", workers=dask.setting)
        report = run_of("nightly", there)
        assert (report.read_count, report.left_out) == (7, {})
        assert (hashes(there.warehouse), hashes(there.warehouse, "operator")) == expected
        before = connections(dask.scheduler.said())
        report = run_of("backfill", there, Made(Scope(YEARS[0], YEARS[-1]), everything=True))
        assert report.read_count == 7
        assert hashes(there.warehouse) == expected[0]
        assert connections(dask.scheduler.said()) == before + 1  # for all its years
    assert list((there.warehouse / "shared").iterdir()) == []


def connections(said: str) -> int:
    return said.count("Receive client connection")


@pytest.mark.parametrize("shared", ["", "bucket"])
def test_the_work_of_a_killed_run_ends_on_its_workers(tmp_path: Path, lake: Lake, shared: str) -> None:
    """The process that reads is stopped, so that it doesn't come to its end by itself."""
    archive = Archive(tmp_path / "warehouse" / "archive")
    place = f"s3://{lake.bucket}/staged" if shared else ""
    with dask_cluster(tmp_path / "dask", lake.access) as dask:
        worker = dask.add_worker().process.pid
        given = batches(archive, {"1.csv": many_classes(1)}, {"2.csv": many_classes(60_000, "삼청동 {}번지")})
        places = Settings(warehouse=tmp_path / "warehouse", workers=dask.setting, shared=place)
        (tmp_path / "given").write_bytes(pickle.dumps((places, given)))
        run = subprocess.Popen(
            [sys.executable, "-c", RUN, tmp_path / "given"], env=os.environ | dict(lake.access), stdout=subprocess.PIPE
        )  # fmt: skip
        assert run.stdout
        assert run.stdout.readline() == b"one\n"
        until(lambda: begun(tmp_path), "a worker at work", 0.02)
        (reading,) = readers(worker)
        os.kill(reading, signal.SIGSTOP)
        run.kill()
        run.wait()
        until(lambda: not command_of(reading), "the end of what reads")
        until(lambda: not begun(tmp_path), "the end of what it staged")
        assert dask.workers[0].process.poll() is None


def begun(folder: Path) -> list[Path]:
    """Where a batch is being read: at its first file."""
    return [path for path in folder.rglob(UNDER_WAY) if path.read_text().strip() == "0"]


def readers(worker: int) -> list[int]:
    """The processes that a Dask worker reads in."""
    server = next(pid for pid in descendants(worker) if "forkserver" in command_of(pid))
    every = descendants(server)
    return [pid for pid in every if not any(pid in descendants(other) for other in every)]  # without their watchers
