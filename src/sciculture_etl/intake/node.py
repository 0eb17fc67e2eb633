"""What a Dask worker does: it reads a batch as a run does by itself, in a process of its own that may die of a file.

The process of the Dask worker only waits meanwhile. Nothing is raised to Dask, which would write down what it was
given.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import pickle
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

from distributed import Worker, get_worker

from sciculture_etl.errors import ArchiveError, SciCultureError
from sciculture_etl.extract.channels.faults import describe
from sciculture_etl.failures import describe_failure
from sciculture_etl.intake.environment import reading_environment
from sciculture_etl.intake.share import TOKEN, open_share, remove_at_once
from sciculture_etl.intake.staging import Batch, SubmissionOutcome, read_batch
from sciculture_etl.intake.workers import read_batches, worker_processes
from sciculture_etl.settings import DEFAULT_LIMITS

MAX_SECONDS_TO_START = 120
SECONDS_BETWEEN_LOOKS = 0.5
WANTED = "executing"  # what Dask calls a task as long as somebody waits for it


@dataclass(frozen=True, repr=False)
class Parcel:
    """What a worker is given.

    Attributes:
        batch: its folder is of no meaning; its files carry their bytes, or lie in an archive that the worker sees.
        share: place of the run's shared storage.
    """

    batch: Batch
    share: str


@dataclass(frozen=True, repr=False)
class Piece:
    """Files of a batch that were read together, with the name of what was staged of them."""

    outcomes: list[SubmissionOutcome]
    staged: str


@dataclass(frozen=True, repr=False)
class Failure:
    """Why a worker read nothing.

    Attributes:
        of: whether the bytes of a submission are to blame, or the worker's machine, or the program.
        text: in words.
        worker: address of the worker.
    """

    of: Literal["archive", "machine", "program"]
    text: str
    worker: str


def read_on_node(parcel: Parcel) -> list[Piece] | Failure:
    """Reads a batch on this worker."""
    worker = get_worker()
    try:
        return _read(parcel, worker)
    except ArchiveError as error:
        return Failure("archive", str(error), worker.address)
    except (SciCultureError, OSError) as error:
        text = str(error) if isinstance(error, SciCultureError) else describe(error)
        return Failure("machine", text, worker.address)
    except Exception as error:
        return Failure("program", describe_failure(error), worker.address)


def _read(parcel: Parcel, worker: Worker) -> list[Piece]:
    _may_have_children()
    share, local = open_share(parcel.share), Path(worker.local_directory)
    folder = share.try_folder(uuid4().hex, local)
    folder.mkdir(mode=0o700)
    pieces = []
    try:
        with _removed_when_unwanted(folder, worker):
            for batch, outcomes in read_batches([replace(parcel.batch, folder=folder / "0")]):
                pieces.append(Piece(outcomes, share.keep(batch.folder)))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    if folder.parent == local:
        shutil.rmtree(folder, ignore_errors=True)
    return pieces


@contextmanager
def _removed_when_unwanted(folder: Path, worker: Worker) -> Iterator[None]:
    """Ends what reads into a folder, by removing it, once nobody waits for the task of this thread any more.

    The scheduler says so to the worker as soon as it has lost the run, however that came.
    """
    key, ended = worker.get_current_task(), threading.Event()

    def look() -> None:
        while not ended.wait(SECONDS_BETWEEN_LOOKS):
            task = worker.state.tasks.get(key)
            if task is None or task.state != WANTED:
                remove_at_once(folder)
                return

    watching = threading.Thread(target=look, name="wanted", daemon=True)
    watching.start()
    try:
        yield
    finally:
        ended.set()
        watching.join()


def _may_have_children() -> None:
    """Dask's nanny starts its worker as a process that may have none, since they could outlive it: these don't."""
    process = multiprocessing.current_process()
    if process.daemon:
        process.daemon = False


async def examine(share: str, token: str, parts: dict[str, str], dask_worker: Any) -> dict[str, Any]:
    """What a worker reads with, and why it can't work: ``parts``, and in words or None ``share`` and ``process``.

    It is asked of workers of any version: what it takes and gives is of Python alone.

    Args:
        parts: what the run reads with; of a worker that reads with others, nothing more is looked at.
    """
    return await asyncio.to_thread(_examine, share, token, parts, Path(dask_worker.local_directory))


def _examine(place: str, token: str, parts: dict[str, str], local: Path) -> dict[str, Any]:
    found: dict[str, Any] = {"parts": reading_environment(), "share": None, "process": None, "answer": uuid4().hex}
    if found["parts"] != parts:
        return found
    try:
        share = open_share(place)
        if share.read(TOKEN) != token:
            return found | {"share": "another run's"}
        share.write(found["answer"], token)
    except Exception as error:
        return found | {"share": describe(error)}
    folder = local / found["answer"]
    try:
        _may_have_children()
        folder.mkdir(mode=0o700)
        with worker_processes(1) as pool:
            given = Batch((), pickle.dumps({}), DEFAULT_LIMITS, folder / "0")
            pool.submit(read_batch, given).result(MAX_SECONDS_TO_START)
    except Exception as error:
        return found | {"process": describe_failure(error)}
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return found
