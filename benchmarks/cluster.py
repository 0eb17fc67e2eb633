"""What a second worker of a Dask cluster brings: two against one, with one thread each, on this machine.

    .venv/bin/python benchmarks/cluster.py [--rows 1000000] [--repeat 5] [--folder DIR]

Clean rows in 300 CSV files, as many as are asked for. alone: reading and validating, and nothing loaded of it. run: the
whole way to a release and answers, without site and workbooks. On one worker and on two, in turn, and the order turns,
too; the ratios are those of each pair. Beside the time stands the CPU time of each part: the run, the scheduler, the
workers with what they read in. With two cores, the run and the scheduler take theirs from the second worker's. The rows
are invented.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measuring import tell
from peer import million

BATCHES = 12
HOST = "127.0.0.1"
DASK = Path(sys.executable).with_name("dask")


def alone(inbox: Path, own: Path, workers: str) -> dict[str, Any]:
    """Reading and validating, with the bytes of files that lie in an archive."""
    from sciculture_etl.contracts import load_contracts
    from sciculture_etl.extract import Archive
    from sciculture_etl.intake.open_workers import open_workers
    from sciculture_etl.intake.staging import Batch, FileToRead
    from sciculture_etl.settings import Settings

    settings = Settings(warehouse=own / "warehouse", workers=workers)
    archive, files = Archive(settings.archive), []
    for path in sorted(inbox.rglob("*.csv")):
        with path.open("rb") as source:
            sha256, size = archive.store(source)
        files.append(FileToRead(sha256[:16], sha256, size, archive.path_of(sha256), path.name, path.parent.name))
    folder = settings.staging / "run"
    folder.mkdir(parents=True)
    contracts = pickle.dumps(load_contracts())
    batches = [
        Batch(tuple(files[n::BATCHES]), contracts, settings.limits, folder / str(n)) for n in range(BATCHES)
    ]  # fmt: skip
    begin = time.perf_counter()
    with open_workers(settings) as opened:
        ready = time.perf_counter()
        with closing(opened.read(batches)) as done:
            count = sum(len(outcomes) for _, outcomes in done)
        seconds = time.perf_counter() - ready
    assert count == million.FILES
    return {"seconds": seconds, "ready": ready - begin}


def run(inbox: Path, own: Path, workers: str) -> dict[str, Any]:
    from sciculture_etl.pipeline import Run, take_steps
    from sciculture_etl.settings import Settings

    begin = time.perf_counter()
    settings = Settings(inbox=str(inbox), warehouse=own / "warehouse", workers=workers)
    with Run.open(settings, outputs=()) as opened:
        report = take_steps(opened)
    seconds = time.perf_counter() - begin
    assert report.read_count == million.FILES
    assert not report.left_out
    return {"seconds": seconds, "outcome": report.publication.outcome}


MEASURES = {"alone": alone, "run": run}
KINDS = (1, 2)


@dataclass(frozen=True)
class Cluster:
    """What ``SCICULTURE_WORKERS`` takes of it, and the sessions of its processes."""

    setting: str
    scheduler: int
    workers: list[int]

    def spent(self) -> tuple[float, float]:
        """CPU seconds of the scheduler and of the workers so far."""
        return cpu_of({self.scheduler}), cpu_of(set(self.workers))


def cpu_of(sessions: set[int]) -> float:
    """CPU seconds of all processes of sessions, and of what has ended under them."""
    ticks = 0
    for entry in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            fields = (entry / "stat").read_bytes().rpartition(b")")[2].split()
            if int(fields[3]) in sessions:
                ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[Cluster]:
    """A scheduler and so many workers of one thread each."""
    with socket.create_server((HOST, 0)) as free:
        port = free.getsockname()[1]
    environment = os.environ | {"DASK_TEMPORARY_DIRECTORY": str(folder / "scratch")}
    log = (folder / f"cluster-{workers}.log").open("wb")
    commands = [["scheduler", "--host", HOST, "--port", str(port), "--no-dashboard", "--idle-timeout", "300"]]
    commands += [
        ["worker", f"{HOST}:{port}", "--nthreads", "1", "--host", HOST, "--no-dashboard", "--death-timeout", "60"]
    ] * workers
    processes = [
        subprocess.Popen([DASK, *command], env=environment, stdout=log, stderr=log, start_new_session=True)
        for command in commands
    ]
    try:
        wait_for(f"tcp://{HOST}:{port}", workers)
        first, *others = (process.pid for process in processes)
        yield Cluster(f"dask://{HOST}:{port}", first, others)
    finally:
        for process in processes:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        log.close()


def wait_for(address: str, workers: int) -> None:
    from distributed import Client

    with Client(address, timeout=60, set_as_default=False) as client:
        client.wait_for_workers(workers, timeout=120)


def main() -> None:
    if sys.argv[1:2] == ["--child"]:
        name, inbox, own, workers = sys.argv[2:]
        found = MEASURES[name](Path(inbox), Path(own), workers)
        print(json.dumps(found | {"cpu": time.process_time()}))
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--folder", type=Path, help="where files are made (default: a temporary folder)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as made:
        folder = Path(made)
        tell(f"writing {given.rows:,} rows")
        million.make(folder / "inbox", given.rows)
        with cluster(folder, 1) as one, cluster(folder, 2) as two:
            clusters = dict(zip(KINDS, (one, two), strict=True))
            for kind in KINDS:  # their processes load what reads, once
                measure(folder, "alone", clusters[kind])
            turns = [
                {(name, kind): measure(folder, name, clusters[kind]) for name in MEASURES for kind in order}
                for order in (KINDS[:: 1 - 2 * (number % 2)] for number in range(given.repeat))
            ]
    show(turns)


def measure(folder: Path, name: str, used: Cluster) -> dict[str, Any]:
    own = folder / "own"
    shutil.rmtree(own, ignore_errors=True)
    own.mkdir()
    before = used.spent()
    command = [sys.executable, __file__, "--child", name, str(folder / "inbox"), str(own), used.setting]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    scheduler, workers = (now - then for now, then in zip(used.spent(), before, strict=True))
    told = json.loads(done.stdout.splitlines()[-1]) | {"scheduler": scheduler, "workers": workers}
    tell(f"{name}, {len(used.workers)}: {told}")
    return dict(told)


def show(found: list[dict[tuple[str, int], dict[str, Any]]]) -> None:
    print(f"| median of {len(found)} | one worker | two | one : two (spread) | CPU of run, scheduler, workers |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for name in MEASURES:
        times = [statistics.median(turn[name, kind]["seconds"] for turn in found) for kind in KINDS]
        ratios = sorted(turn[name, 1]["seconds"] / turn[name, 2]["seconds"] for turn in found)
        parts = [statistics.median(turn[name, 2][part] for turn in found) for part in ("cpu", "scheduler", "workers")]
        cells = [
            *(f"{one:.2f} s" for one in times),
            f"{statistics.median(ratios):.2f} ({ratios[0]:.2f}-{ratios[-1]:.2f})",
        ]
        print(f"| {name} | {' | '.join([*cells, ', '.join(f'{part:.2f}' for part in parts)])} |")


if __name__ == "__main__":
    main()
