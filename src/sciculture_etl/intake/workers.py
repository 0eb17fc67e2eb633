"""Batches of files → worker processes → what each file is. A file that kills its worker is refused, and no other is.

A worker that dies takes all that wait for an executor of the standard library with it, whoever was to blame. So after a
death, what was under way is tried again, the suspects each in a process of its own, and only what goes beyond its
limits (or crashes) there, alone, is refused.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import parent_process
from multiprocessing.context import ForkServerContext, ForkServerProcess
from multiprocessing.forkserver import ensure_running
from types import ModuleType
from uuid import uuid4

from sciculture_etl.errors import MachineError, SciCultureError
from sciculture_etl.findings import Finding, unsupported, why_ended
from sciculture_etl.intake.read_fingerprints import ReadFingerprints
from sciculture_etl.intake.reading import Reading
from sciculture_etl.intake.staging import (
    UNDER_WAY,
    Batch,
    FileToRead,
    SubmissionOutcome,
    outcome_of,
    read_batch,
    unpickled,
)
from sciculture_etl.messages import message
from sciculture_etl.privacy.search import find_personal
from sciculture_etl.storage.disk import is_full
from sciculture_etl.watching import EXCEEDED, watch

BATCHES_AHEAD = 2  # of each worker: one that it works on, and one that waits for it
TRIES_ALONE = 2  # a file that crashes once may have met with an accident
PRELOADED = ["sciculture_etl.intake.preload"]

Executors = Callable[[int], Executor]  # how many workers → what runs them
Done = tuple[Batch, list[SubmissionOutcome]]


def cores() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


_starting = threading.Lock()  # a Dask worker starts them from several threads


class _Worker(ForkServerProcess):
    """A process that doesn't run the program's main module again: nothing that it is given stands in there."""

    def start(self) -> None:
        with _starting:
            main = sys.modules["__main__"]
            sys.modules["__main__"] = ModuleType("__main__")
            try:
                super().start()
            finally:
                sys.modules["__main__"] = main


class _Workers(ForkServerContext):
    Process = _Worker


def prepare_workers() -> None:
    """Starts the server that workers are forked from, which takes a second by itself while others are still at work."""
    _Workers().set_forkserver_preload(PRELOADED)
    ensure_running()


def worker_processes(count: int) -> ProcessPoolExecutor:
    """So many processes, each forked when there is first work for it."""
    context = _Workers()
    context.set_forkserver_preload(PRELOADED)
    return ProcessPoolExecutor(count, mp_context=context, initializer=_begin)


def _begin() -> None:
    """A run that is killed leaves no worker behind; Ctrl-C is for the run to heed, not for each of its workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    run = parent_process()
    watch(run.sentinel if run else None)


def read_batches(batches: Sequence[Batch], executors: Executors = worker_processes) -> Generator[Done]:
    """Each batch with what was made of its files, in order; one of which a worker died comes in pieces.

    All folders of the batches lie in one, which is deleted where this ends before its time: that ends the workers.

    Raises:
        ArchiveError: The bytes of a submission are lost or changed.
        MachineError: No worker can work here, whatever it is given.
    """
    waiting = deque(batches)
    done = False
    try:
        while waiting:
            yield from _read_until_a_death(waiting, executors)
        done = True
    finally:
        if not done and batches:
            shutil.rmtree(batches[0].folder.parent, ignore_errors=True)


def _read_until_a_death(waiting: deque[Batch], executors: Executors) -> Iterator[Done]:
    """Takes batches from those that wait; after a death, puts back what has to be read again."""
    workers = min(cores(), len(waiting))
    submitted: deque[tuple[Batch, Future[list[SubmissionOutcome]]]] = deque()
    pool = executors(workers)
    folder = waiting[0].folder.parent
    ended = False
    try:
        while waiting or submitted:
            while waiting and len(submitted) < workers * BATCHES_AHEAD:
                submitted.append((waiting[0], _submit(pool, waiting[0])))
                waiting.popleft()
            batch, future = submitted[0]
            error = future.exception()
            if isinstance(error, BrokenExecutor):
                raise error
            submitted.popleft()
            if error is None:
                yield batch, future.result()
            elif _is_of_the_files(error):
                yield from _each_alone(batch, executors)
            else:
                raise error
        ended = True
    except BrokenExecutor:
        ended = True
        pool.shutdown()
        yield from _after_a_death(submitted, waiting, executors)
    finally:
        if not ended:  # nobody waits any more: without the folder, the workers end
            shutil.rmtree(folder, ignore_errors=True)
        pool.shutdown(cancel_futures=True)


def _submit(pool: Executor, batch: Batch) -> Future[list[SubmissionOutcome]]:
    try:
        return pool.submit(read_batch, batch)
    except (OSError, EOFError) as error:
        raise MachineError(message("workers_not_started", error=error)) from error


def _is_of_the_files(error: BaseException) -> bool:
    """Whether it may be that of a strange file: not one that is told in words, nor of the disk or the machine."""
    return isinstance(error, Exception) and not isinstance(error, SciCultureError | OSError) and not is_full(error)


def _after_a_death(
    submitted: Iterable[tuple[Batch, Future[list[SubmissionOutcome]]]], waiting: deque[Batch], executors: Executors
) -> Iterator[Done]:
    """What came to its end is given on; of what didn't, the suspects are read alone, and the others wait again."""
    broken = []
    for batch, future in submitted:
        if future.exception() is None:
            yield batch, future.result()
        else:
            broken.append(batch)
    suspects = [batch for batch in broken if _exceeded(batch)] or [b for b in broken if _under_way(b) is not None]
    if not suspects:
        _prove_that_workers_live(broken[0], executors)
    unfinished: list[Batch] = []
    for batch in broken:
        number = _under_way(batch)
        if batch not in suspects or number is None:
            unfinished.append(_with_new_folder(batch, batch.files))
        elif number == len(batch.files):
            yield from _each_alone(batch, executors)
        else:
            unfinished += [
                _with_new_folder(batch, files) for files in (batch.files[:number], batch.files[number + 1 :]) if files
            ]
            suspect = _with_new_folder(batch, batch.files[number : number + 1])
            if _exceeded(batch) == "cpu":  # counted from its own beginning, whatever was read before it
                finding = why_ended("cpu", batch.limits, suspect.files[0].size)
                yield suspect, [_refused(suspect, finding)]
            else:
                yield _read_alone(suspect, executors)
        shutil.rmtree(batch.folder, ignore_errors=True)
    waiting.extendleft(reversed(unfinished))


def _with_new_folder(batch: Batch, files: tuple[FileToRead, ...]) -> Batch:
    return replace(batch, files=files, folder=batch.folder.with_name(uuid4().hex))


def _under_way(batch: Batch) -> int | None:
    """The number of the file at which a worker was (one beyond the last: it validated them); None: at none of them."""
    try:
        return int((batch.folder / UNDER_WAY).read_bytes())
    except (OSError, ValueError):
        return None


def _exceeded(batch: Batch) -> str | None:
    try:
        return (batch.folder / EXCEEDED).read_text() or None
    except OSError:
        return None


def _each_alone(batch: Batch, executors: Executors) -> Iterator[Done]:
    for file in batch.files:
        yield _read_alone(_with_new_folder(batch, (file,)), executors)


def _read_alone(batch: Batch, executors: Executors) -> Done:
    """One file in a process of its own: read, or refused for what became of that process."""
    finding = why_ended("crashed", batch.limits, batch.files[0].size)
    for _ in range(TRIES_ALONE):
        batch = _with_new_folder(batch, batch.files)
        pool = executors(1)
        try:
            return batch, _submit(pool, batch).result()
        except BrokenExecutor:
            pool.shutdown()
            if exceeded := _exceeded(batch):
                finding = why_ended(exceeded, batch.limits, batch.files[0].size)
                break
        except Exception as error:
            if not _is_of_the_files(error):
                raise
            finding = unsupported("unreadable", type(error).__name__)
            break
        finally:
            pool.shutdown(cancel_futures=True)
    else:
        _prove_that_workers_live(batch, executors)
    shutil.rmtree(batch.folder, ignore_errors=True)
    return batch, [_refused(batch, finding)]


def _refused(batch: Batch, finding: Finding) -> SubmissionOutcome:
    """Of a file alone in its batch."""
    (file,) = batch.files
    findings = find_personal([], file.path) or [finding]
    fingerprints = ReadFingerprints(unpickled(batch.contracts), batch.limits)
    outcome = outcome_of(file, Reading(None, findings=findings, refused=True), fingerprints)
    return replace(outcome, was_read=False)


def _prove_that_workers_live(batch: Batch, executors: Executors) -> None:
    """Raises MachineError where a worker dies that is given nothing: then it isn't the files."""
    pool = executors(1)
    try:
        _submit(pool, _with_new_folder(batch, ())).result()
    except BrokenExecutor as error:
        raise MachineError(message("workers_die")) from error
    finally:
        pool.shutdown(cancel_futures=True)
