"""One file → its verdict and the marked workbook, in a worker process that is watched; nothing of it touches a disk.

What judges is what ``sciculture check`` and the nightly run call, within the same limits of CPU time and memory. A file
that kills its worker is refused by name, and the next one gets another worker.
"""

from __future__ import annotations

import pickle
import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from queue import LifoQueue
from typing import TypeVar
from uuid import uuid4

from sciculture_etl.contracts import Contract
from sciculture_etl.desk.answers import ShownAnswer, shown_answer
from sciculture_etl.errors import SciCultureError
from sciculture_etl.feedback import Answer, answer_workbook
from sciculture_etl.feedback.answer import Language
from sciculture_etl.findings import Finding, unsupported, why_ended
from sciculture_etl.intake.check import Checked, check_file, refused_file
from sciculture_etl.intake.staging import unpickled
from sciculture_etl.intake.workers import TRIES_ALONE, prepare_workers, worker_processes
from sciculture_etl.pages import LANGUAGES
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
        id: of this time that it is judged.
    """

    data: bytes
    path: str
    submitter: str | None
    id: str = field(default_factory=lambda: uuid4().hex)

    @property
    def file_name(self) -> str:
        return self.path.rsplit("/", 1)[-1]


@dataclass(frozen=True)
class Judged:
    """What is said of a file, as its pages say it.

    All that was found may be half a million values of a file of two megabytes: that stays in the worker, and so does
    the time that it takes to sum it up.

    Attributes:
        shown: by language.
        workbook: with the places marked, where there is something to correct.
    """

    file_name: str
    verdict: str
    is_personal: bool
    shown: dict[Language, ShownAnswer]
    workbook: bytes | None = None


@dataclass(frozen=True)
class _Task:
    file: FileToJudge
    contracts: bytes
    limits: Limits
    folder: Path  # holds no more than what was exceeded; without it, the worker ends


@dataclass(frozen=True)
class Summary:
    """What is kept of a file, and what its workbook may be."""

    judged: Judged
    should_be_corrected: bool
    can_be_copied: bool


# In a worker: what was found in the file before, for its workbook.
_found: dict[str, Checked] = {}


@contextmanager
def _allowed(task: _Task) -> Iterator[None]:
    allow(task.limits.cpu_seconds_of(len(task.file.data)), task.limits.memory_bytes, task.folder)
    try:
        yield
    finally:
        end_allowance()


def _check(task: _Task) -> Checked:
    file = task.file
    with _allowed(task):
        checked = check_file(file.data, file.path, file.submitter, unpickled(task.contracts), task.limits)
        return replace(checked, file_name=checked.file_name.rsplit("/", 1)[-1])


def _judge(task: _Task) -> Summary:
    _found.clear()
    checked = _check(task)
    with _allowed(task):
        said = summary_of(checked)
    if said.should_be_corrected:
        _found[task.file.id] = checked
    return said


def summary_of(checked: Checked) -> Summary:
    """What the desk keeps of all that was found in a file."""
    answers = [Answer(checked, language=language) for language in LANGUAGES]
    judged = Judged(
        checked.file_name, checked.verdict, answers[0].is_personal,
        {answer.language: shown_answer(answer) for answer in answers},
    )  # fmt: skip
    return Summary(judged, answers[0].should_be_corrected, answers[0].can_be_copied)


def _marked_workbook(task: _Task, is_copied: bool) -> bytes:
    """After a death, or where another worker has it to do, it is looked for again what was found."""
    checked = _found.pop(task.file.id, None) or _check(task)
    with _allowed(task):
        return answer_workbook(Answer(checked), task.file.data if is_copied else b"")


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
        # Of whoever isn't signed in, one file at a time: the other workers are left to institutions.
        self._public = ThreadPoolExecutor(1, thread_name_prefix="public judge")
        # Whoever comes back for a file's workbook gets the worker that knows what was found.
        self._pools: LifoQueue[ProcessPoolExecutor | None] = LifoQueue()
        for _ in range(workers):
            self._pools.put(None)
        self._is_closed = threading.Event()

    def prepare(self) -> None:
        """Starts all workers, so that the first file needn't wait for them."""
        prepare_workers()
        for _ in range(self._workers):
            self.judge(lambda: FileToJudge(b"", "", None))

    def judge(self, load: Callable[[], FileToJudge], is_public: bool = False) -> Future[Judged]:
        """What will be said of a file, whatever it does to its worker.

        Args:
            load: called in another thread when its turn has come, so that no more files are in memory than are judged.
        """
        threads = self._public if is_public else self._threads
        return threads.submit(lambda: self._judged(load()))

    def close(self) -> None:
        """Ends all workers; what is under way is not waited for."""
        self._is_closed.set()
        shutil.rmtree(self._folder, ignore_errors=True)
        for threads in (self._threads, self._public):
            threads.shutdown(wait=False, cancel_futures=True)
        while not self._pools.empty():
            if (pool := self._pools.get()) is not None:
                pool.shutdown(wait=False, cancel_futures=True)

    def _judged(self, file: FileToJudge) -> Judged:
        try:
            said = self._in_worker(file, _judge)
        except _DiedError as death:
            return self._refused(file, why_ended(death.exceeded, self._limits, len(file.data)))
        except Exception as error:
            if not is_of_the_file(error):
                raise
            # What a library raised may hold values of the file, and isn't repeated.
            return self._refused(file, unsupported("unreadable", type(error).__name__))
        if not said.should_be_corrected:
            return said.judged
        for is_copied in (True, False) if said.can_be_copied else (False,):
            try:
                return replace(said.judged, workbook=self._in_worker(file, _marked_workbook, is_copied))
            except Exception as error:  # then without a copy; without a workbook where that fails, too
                if not (isinstance(error, _DiedError) or is_of_the_file(error)):
                    raise
        return said.judged

    def _refused(self, file: FileToJudge, finding: Finding) -> Judged:
        checked = refused_file(file.path, file.submitter, finding)
        return summary_of(replace(checked, file_name=checked.file_name.rsplit("/", 1)[-1])).judged

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
