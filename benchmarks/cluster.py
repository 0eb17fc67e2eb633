"""What a second worker of a Dask cluster brings: two against one, with one thread each, on this machine.

    .venv/bin/python benchmarks/cluster.py [--rows 1000000] [--repeat 5] [--folder DIR]

The same clean rows in 300 CSV files. alone: reading and validating, and nothing loaded of it. night: the whole way to a
release and answers. Both on this machine without a cluster, on one worker and on two, in turn, so that a busy minute
meets all of them; the ratios are those of each turn. Scheduler and workers are processes of this machine: with two
cores, the run that loads and the scheduler take their time from the second worker's. The rows are invented.
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
from contextlib import closing, contextmanager
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


def night(inbox: Path, own: Path, workers: str) -> dict[str, Any]:
    from sciculture_etl.pipeline import Run, take_steps
    from sciculture_etl.settings import Settings

    begin = time.perf_counter()
    with Run.open(Settings(inbox=str(inbox), warehouse=own / "warehouse", workers=workers)) as run:
        report = take_steps(run)
    seconds = time.perf_counter() - begin
    assert report.read_count == million.FILES
    assert not report.left_out
    return {"seconds": seconds, "outcome": report.publication.outcome}


MEASURES = {"alone": alone, "night": night}


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[str]:
    """A scheduler and so many workers of one thread each; what ``SCICULTURE_WORKERS`` takes of it."""
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
        yield f"dask://{HOST}:{port}"
    finally:
        for process in processes:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        log.close()


def wait_for(setting: str, workers: int) -> None:
    from distributed import Client

    with Client(setting.replace("dask", "tcp"), timeout=60, set_as_default=False) as client:
        client.wait_for_workers(workers, timeout=120)


def main() -> None:
    if sys.argv[1:2] == ["--child"]:
        name, inbox, own, workers = sys.argv[2:]
        print(json.dumps(MEASURES[name](Path(inbox), Path(own), workers)))
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
            wait_for(one, 1)
            wait_for(two, 2)
            kinds = {"this machine": "", "one worker": one, "two workers": two}
            measure(folder, "alone", kinds)  # their processes load what reads, once
            found = [
                {(name, kind): run for name in MEASURES for kind, run in measure(folder, name, kinds).items()}
                for _ in range(given.repeat)
            ]
    show(found, list(kinds))


def measure(folder: Path, name: str, kinds: dict[str, str]) -> dict[str, dict[str, Any]]:
    told = {}
    for kind, setting in kinds.items():
        own = folder / "own"
        shutil.rmtree(own, ignore_errors=True)
        own.mkdir()
        command = [sys.executable, __file__, "--child", name, str(folder / "inbox"), str(own), setting]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        told[kind] = json.loads(done.stdout.splitlines()[-1])
        tell(f"{name}, {kind}: {told[kind]}")
    return told


def show(found: list[dict[tuple[str, str], dict[str, Any]]], kinds: list[str]) -> None:
    print(f"| {'median of ' + str(len(found)):14} | {' | '.join(kinds)} | one : two (spread) |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for name in MEASURES:
        seconds = [statistics.median(run[name, kind]["seconds"] for run in found) for kind in kinds]
        ratios = sorted(run[name, "one worker"]["seconds"] / run[name, "two workers"]["seconds"] for run in found)
        cells = " | ".join(f"{one:.2f} s" for one in seconds)
        print(f"| {name} | {cells} | {statistics.median(ratios):.2f} ({ratios[0]:.2f}-{ratios[-1]:.2f}) |")


if __name__ == "__main__":
    main()
