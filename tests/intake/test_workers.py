"""Files are read by workers that may die: only the one that is to blame is refused, and no process is left behind."""

from __future__ import annotations

import os
import pickle
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from forms import CLASS, as_csv, many_classes, table

from sciculture_etl.contracts import load_contracts
from sciculture_etl.errors import ArchiveError, MachineError
from sciculture_etl.extract import Archive
from sciculture_etl.intake.staging import UNDER_WAY, Batch, FileToRead, SubmissionOutcome
from sciculture_etl.intake.workers import Executors, read_batches, worker_processes
from sciculture_etl.settings import Limits

MIB = 1024**2
CONTRACTS = pickle.dumps(load_contracts())


def large() -> bytes:
    """Needs much memory, since it has many rows."""
    return many_classes(250_000)


def slow() -> bytes:
    """Needs much time, since it has many places."""
    return many_classes(60_000, "삼청동 {}번지")


def small(number: int) -> bytes:
    return as_csv(table(CLASS | {"운영횟수": str(number + 1)}))


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


def batch(archive: Archive, files: dict[str, bytes], limits: Limits = Limits(), name: str = "0") -> Batch:  # noqa: B008
    received = []
    for path, data in files.items():
        aside = archive.folder.parent / "received"
        aside.write_bytes(data)
        with aside.open("rb") as source:
            sha256, size = archive.store(source)
        received.append(FileToRead(sha256[:16], sha256, size, archive.path_of(sha256), path, "가상시험센터"))
    folder = archive.folder.parent / "staging"
    folder.mkdir(exist_ok=True)
    return Batch(tuple(received), CONTRACTS, limits, folder / name)


def outcomes(batches: list[Batch], executors: Executors = worker_processes) -> dict[str, SubmissionOutcome]:
    """File name → what was made of it; each file has exactly one outcome."""
    found: dict[str, SubmissionOutcome] = {}
    for done, made in read_batches(batches, executors):
        for file, outcome in zip(done.files, made, strict=True):
            assert file.path not in found
            assert file.submission_id == outcome.submission_id
            found[file.path] = outcome
    return found


def codes(outcome: SubmissionOutcome) -> list[str]:
    return [finding.code for finding in outcome.findings]


@pytest.mark.parametrize(
    ("costly", "limits", "said"),
    [
        (slow, Limits(cpu_seconds=1, cpu_seconds_per_mib=0), "1 seconds of CPU time"),
        (large, Limits(memory_bytes=320 * MIB), "320 MiB of memory"),
    ],
    ids=["time", "memory"],
)
def test_one_that_takes_more_than_it_may_is_refused_and_nine_are_read(
    archive: Archive, costly: Callable[[], bytes], limits: Limits, said: str
) -> None:
    files = {f"{n}.csv": small(n) for n in range(5)} | {"큰 파일.csv": costly()}
    files |= {f"{n}.csv": small(n) for n in range(5, 9)}
    found = outcomes([batch(archive, files, limits)])
    refused = found.pop("큰 파일.csv")
    assert refused.refused
    assert [(finding.code, finding.expected_en) for finding in refused.findings] == [("R_TOO_COSTLY", said)]
    assert len(found) == 9
    assert not any(outcome.refused for outcome in found.values())
    assert {outcome.datasets[0] for outcome in found.values()} == {"dsc_class"}


def workers() -> list[int]:
    """Processes that read for this one: children of the server that forks them, and of no other server of a test."""
    parents, servers = {}, set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_bytes().rpartition(b")")[2].split()[1])
                if b"multiprocessing.forkserver" in (entry / "cmdline").read_bytes():
                    servers.add(int(entry.name))
            except OSError:
                continue
    return [pid for pid, parent in parents.items() if parent in servers and parents.get(parent) == os.getpid()]


def test_workers_killed_from_outside_cost_no_file(archive: Archive) -> None:
    batches = [
        batch(archive, {"큰 파일.csv": large(), "1.csv": small(1)}),
        batch(archive, {"2.csv": small(2)}, name="1"),
    ]
    killed: list[int] = []

    def kill() -> None:
        while not (batches[0].folder / UNDER_WAY).exists():
            time.sleep(0.01)
        for pid in workers():
            os.kill(pid, signal.SIGKILL)
            killed.append(pid)

    killer = threading.Thread(target=kill)
    killer.start()
    found = outcomes(batches)
    killer.join()
    assert killed
    assert found.keys() == {"큰 파일.csv", "1.csv", "2.csv"}
    assert not any(outcome.refused for outcome in found.values())


def _die_after_a_second() -> None:
    """As a library that crashes on one file does: the system ends the process, and nobody has said why."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + 1, resource.RLIM_INFINITY))


def _die_at_once() -> None:
    os._exit(1)


def pools(begin: Callable[[], None]) -> Executors:
    def made(count: int) -> ProcessPoolExecutor:
        pool = worker_processes(count)
        return ProcessPoolExecutor(count, mp_context=pool._mp_context, initializer=begin)  # type: ignore[attr-defined]

    return made


def test_one_that_crashes_its_worker_every_time_is_refused(archive: Archive) -> None:
    files = {"1.csv": small(1), "큰 파일.csv": slow(), "2.csv": small(2)}
    found = outcomes([batch(archive, files)], pools(_die_after_a_second))
    assert codes(found.pop("큰 파일.csv")) == ["R_UNSUPPORTED_FORMAT"]
    assert [outcome.refused for outcome in found.values()] == [False, False]


def test_where_every_worker_dies_nobodys_file_is_refused(archive: Archive) -> None:
    with pytest.raises(MachineError, match="SCICULTURE_MAX_MEMORY_BYTES"):
        outcomes([batch(archive, {"1.csv": small(1)})], pools(_die_at_once))


def test_nothing_is_staged_of_a_file_that_is_refused(archive: Archive) -> None:
    personal = as_csv(table(CLASS, {"강좌명": "가상 010-1234-5678"}))
    ((done, made),) = list(read_batches([batch(archive, {"1.csv": small(1), "2.csv": personal})]))
    assert [outcome.is_personal for outcome in made] == [False, True]
    staged = b"".join(path.read_bytes() for path in done.folder.iterdir())
    assert made[0].submission_id.encode() in staged
    assert made[1].submission_id.encode() not in staged


def test_bytes_that_are_lost_end_the_run(archive: Archive) -> None:
    given = batch(archive, {"1.csv": small(1)})
    given.files[0].place.unlink()
    with pytest.raises(ArchiveError, match="missing"):
        outcomes([given])


def test_who_waits_no_longer_doesnt_wait_for_the_workers(archive: Archive) -> None:
    batches = [batch(archive, {"1.csv": small(1)}), batch(archive, {"큰 파일.csv": slow()}, name="1")]
    with closing(read_batches(batches)) as done:
        next(done)
    assert not batches[1].folder.exists()
    until = time.monotonic() + 10  # those who look on do so twenty times a second
    while (left := workers()) and time.monotonic() < until:
        time.sleep(0.05)
    assert left == []


RUN = """
import pickle, sys
from pathlib import Path
from sciculture_etl.intake.workers import read_batches
for _ in read_batches(pickle.loads(Path(sys.argv[1]).read_bytes())):
    pass
"""


def test_a_run_that_is_killed_leaves_no_process(archive: Archive, tmp_path: Path) -> None:
    given = batch(archive, {"큰 파일.csv": slow()})
    (tmp_path / "batches").write_bytes(pickle.dumps([given]))
    run = subprocess.Popen([sys.executable, "-c", RUN, tmp_path / "batches"], start_new_session=True)
    while not (given.folder / UNDER_WAY).exists():
        time.sleep(0.02)
    run.kill()
    run.wait()
    until = time.monotonic() + 10
    while (left := _of_session(run.pid)) and time.monotonic() < until:
        time.sleep(0.05)
    assert left == []


def _of_session(session: int) -> list[str]:
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
