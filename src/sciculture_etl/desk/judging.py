"""One file → its verdict and the marked workbook, in a worker process that is watched; nothing of it touches a disk.

What judges is what ``sciculture check`` and the nightly run call, within the same limits of CPU time and memory. A file
that kills its worker is refused by name, and the next one gets another worker.
"""

from __future__ import annotations

import pickle
import shutil
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from queue import SimpleQueue
from typing import TypeVar
from uuid import uuid4

from sciculture_etl.contracts import Contract
from sciculture_etl.errors import SciCultureError
from sciculture_etl.feedback import Answer, answer_workbook
from sciculture_etl.findings import Finding, unsupported, why_ended
from sciculture_etl.intake.check import Checked, check_file, refused_file
from sciculture_etl.intake.staging import unpickled
from sciculture_etl.intake.workers import TRIES_ALONE, prepare_workers, worker_processes
from sciculture_etl.settings import Limits, Settings
from sciculture_etl.storage.atomic import make_folder
from sciculture_etl.storage.disk import is_full
from sciculture_etl.storage.own_folders import make_own_folder, sweep_of_the_dead
from sciculture_etl.watching import EXCEEDED, allow, end_allowance

WORKERS = 2
# So much longer than its CPU time may a file take by the clock, where a night takes most of the machine.
MAX_SECONDS_PER_CPU_SECOND = 20

T = TypeVar("T")


@dataclass(frozen=True)
class FileToJudge:
    """A file as it was uploaded.

    Attributes:
        path: what it would be called in its receipt, which is searched for personal data as by a run.
        submitter: the institution that is signed in.
    """

    data: bytes
    path: str
    submitter: str | None

    @property
    def file_name(self) -> str:
        return self.path.rsplit("/", 1)[-1]


@dataclass(frozen=True)
class Judged:
    """What is said of a file; workbook: with the places marked, where there is something to correct."""

    checked: Checked
    workbook: bytes | None = None

    @property
    def is_personal(self) -> bool:
        return any(code == "R_PII" for code in self.checked.all_findings["code"].to_list())


@dataclass(frozen=True)
class _Task:
    file: FileToJudge
    contracts: bytes
    limits: Limits
    folder: Path  # holds no more than what was exceeded; without it, the worker ends


def _judge(task: _Task) -> Checked:
    file = task.file
    allow(task.limits.cpu_seconds_of(len(file.data)), task.limits.memory_bytes, task.folder)
    try:
        checked = check_file(file.data, file.path, file.submitter, unpickled(task.contracts), task.limits)
        return replace(checked, file_name=checked.file_name.rsplit("/", 1)[-1])
    finally:
        end_allowance()


def _marked_workbook(task: _Task, checked: Checked) -> bytes:
    allow(task.limits.cpu_seconds_of(len(task.file.data)), task.limits.memory_bytes, task.folder)
    try:
        return answer_workbook(Answer(checked), task.file.data)
    finally:
        end_allowance()


class _DiedError(Exception):
    """A worker came to no end; exceeded: what ended it, or ``crashed``."""

    def __init__(self, exceeded: str) -> None:
        self.exceeded = exceeded


class Judges:
    """``WORKERS`` workers that judge one file each at a time; further files wait in a queue."""

    def __init__(self, settings: Settings, contracts: dict[str, Contract], workers: int = WORKERS) -> None:
        self._contracts = pickle.dumps(contracts)
        self._limits = settings.limits
        self._workers = workers
        # A folder of its own, since another desk may serve the same warehouse.
        checking = settings.desk / "checking"
        make_folder(checking, 0o700)
        sweep_of_the_dead(checking)
        self._folder = make_own_folder(checking)
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="judge")
        self._pools: SimpleQueue[ProcessPoolExecutor | None] = SimpleQueue()
        for _ in range(workers):
            self._pools.put(None)
        self._is_closed = threading.Event()

    def prepare(self) -> None:
        """Starts all workers, so that the first file needn't wait for them."""
        prepare_workers()
        for _ in range(self._workers):
            self.judge(lambda: FileToJudge(b"", "", None))

    def judge(self, load: Callable[[], FileToJudge]) -> Future[Judged]:
        """What will be said of a file, whatever it does to its worker.

        Args:
            load: called in another thread when its turn has come, so that no more files are in memory than are judged.
        """
        return self._threads.submit(lambda: self._judged(load()))

    def close(self) -> None:
        """Ends all workers; what is under way is not waited for."""
        self._is_closed.set()
        shutil.rmtree(self._folder, ignore_errors=True)
        self._threads.shutdown(wait=False, cancel_futures=True)
        while not self._pools.empty():
            if (pool := self._pools.get()) is not None:
                pool.shutdown(wait=False, cancel_futures=True)

    def _judged(self, file: FileToJudge) -> Judged:
        try:
            checked = self._in_worker(file, _judge)
        except _DiedError as death:
            return self._refused(file, why_ended(death.exceeded, self._limits, len(file.data)))
        except Exception as error:
            if not is_of_the_file(error):
                raise
            # What a library raised may hold values of the file, and isn't repeated.
            return self._refused(file, unsupported("unreadable", type(error).__name__))
        answer = Answer(checked)
        if not answer.should_be_corrected:
            return Judged(checked)
        for data in (file.data, b"") if answer.can_be_copied else (b"",):
            try:
                return Judged(checked, self._in_worker(replace(file, data=data), _marked_workbook, checked))
            except Exception as error:  # then without a copy; without a workbook where that fails, too
                if not (isinstance(error, _DiedError) or is_of_the_file(error)):
                    raise
        return Judged(checked)

    def _refused(self, file: FileToJudge, finding: Finding) -> Judged:
        checked = refused_file(file.path, file.submitter, finding)
        return Judged(replace(checked, file_name=checked.file_name.rsplit("/", 1)[-1]))

    def _in_worker(self, file: FileToJudge, work: Callable[..., T], *more: object) -> T:
        """What the work gives, in a worker that does nothing else meanwhile.

        Raises:
            _DiedError: Every worker that was given the file died.
        """
        cpu_seconds = self._limits.cpu_seconds_of(len(file.data))
        exceeded = ""
        for _ in range(TRIES_ALONE):  # a worker may meet with an accident once
            exceeded = ""
            folder = self._folder / uuid4().hex
            folder.mkdir(mode=0o700)
            pool = self._pools.get() or worker_processes(1)
            try:
                future = pool.submit(work, _Task(file, self._contracts, self._limits, folder), *more)
                return future.result(cpu_seconds * MAX_SECONDS_PER_CPU_SECOND)
            except TimeoutError:
                exceeded = "cpu"
            except BrokenExecutor:
                exceeded = _exceeded(folder)
            finally:
                shutil.rmtree(folder, ignore_errors=True)  # whoever still works on it ends
                if exceeded or self._is_closed.is_set():
                    pool.shutdown(wait=False, cancel_futures=True)
                self._pools.put(None if exceeded else pool)
            if exceeded != "crashed":
                break
        raise _DiedError(exceeded)


def is_of_the_file(error: Exception) -> bool:
    """Whether it may be that of a strange file: not one that is told in words, nor of the disk or the machine."""
    return not isinstance(error, SciCultureError | OSError) and not is_full(error)


def _exceeded(folder: Path) -> str:
    try:
        return (folder / EXCEEDED).read_text() or "crashed"
    except OSError:
        return "crashed"
