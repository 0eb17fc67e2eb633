"""Batches → workers of a Dask cluster → what each file is. What is given to a worker is what a run does by itself.

Workers that read otherwise than this machine, or don't see the shared storage, are left out by name. One that dies
loses nothing: Dask gives its batch to another, and what it had staged lies in a folder that nobody asks for.
"""

from __future__ import annotations

import asyncio
import logging
import warnings
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import uuid4

from sciculture_etl.errors import ArchiveError, MachineError, RunError
from sciculture_etl.extract.channels.channel import is_loopback
from sciculture_etl.extract.channels.faults import describe
from sciculture_etl.intake.environment import reading_environment
from sciculture_etl.intake.share import Share
from sciculture_etl.intake.staging import Batch, bytes_of
from sciculture_etl.intake.workers import BATCHES_AHEAD, Done
from sciculture_etl.messages import message
from sciculture_etl.settings import Timeouts

if TYPE_CHECKING:
    from distributed import Client, Future

SECONDS_BETWEEN_LOOKS = 1
MAX_SECONDS_TO_EXAMINE = 60  # a worker that imports all for the first time, on a busy machine
PREFIX = "sciculture"


@dataclass
class _UnderWay:
    """A batch that was given to workers, any of those named."""

    batch: Batch
    workers: frozenset[str]
    future: Future[Any]


class Cluster:
    """The workers of a cluster that are fit, as they come and go.

    Attributes:
        left_out: address → why, in words, of those that aren't.
        carries_bytes: whether they don't see the archive, so that the bytes of submissions travel with their batch.
    """

    def __init__(self, client: Client, address: str, share: Share, carries_bytes: bool, timeouts: Timeouts) -> None:
        self.left_out: dict[str, str] = {}
        self.carries_bytes = carries_bytes
        self._client = client
        self._address = address
        self._share = share
        self._timeouts = timeouts
        self._token = uuid4().hex
        self._known: dict[str, str] = {}  # address → own folder of the worker that was examined there
        self._threads: dict[str, int] = {}  # of those that are fit
        self._gave = 0

    @property
    def count(self) -> int:
        """How many batches are read at once."""
        return sum(self._threads.values())

    @property
    def is_encrypted(self) -> bool:
        """By TLS, or since it doesn't leave this machine."""
        return bool(self._client.scheduler.address.startswith("tls://") or is_loopback(urlsplit(f"//{self._address}")))

    def begin(self) -> None:
        """Looks at all workers; waits a little for the first.

        Raises:
            MachineError: None is there, or none is fit.
        """
        with _storage_described(self._share):
            self._share.begin(self._token)
        until = monotonic() + self._timeouts.worker
        self._look()
        while not self._threads:
            if self.left_out:
                raise MachineError(self._with_reasons(message("cluster_no_worker_fits", address=self._address)))
            if monotonic() > until:
                raise MachineError(message("cluster_without_workers", address=self._address))
            sleep(SECONDS_BETWEEN_LOOKS)
            self._look()

    def read(self, batches: Sequence[Batch]) -> Generator[Done]:
        """Each batch with what was made of its files, in order; one of which a worker's process died comes in pieces.

        It may be called again: workers come and go in between.

        Raises:
            ArchiveError: The bytes of a submission are lost or changed.
            MachineError: The scheduler is gone, or no worker can work any more.
        """
        waiting, under_way = deque(batches), deque[_UnderWay]()
        if self._gave:  # what was wrong with those left out may have been repaired since
            self._known = {address: own for address, own in self._known.items() if address in self._threads}
            self._refresh(under_way)
        try:
            while waiting or under_way:
                while waiting and len(under_way) < max(1, self.count) * BATCHES_AHEAD:
                    under_way.append(self._give(waiting.popleft()))
                pieces = self._wait(under_way)
                batch = under_way.popleft().batch
                files = {file.submission_id: file for file in batch.files}
                for piece in pieces:
                    own = tuple(files[outcome.submission_id] for outcome in piece.outcomes)
                    with _storage_described(self._share):
                        folder = self._share.fetch(piece.staged, batch.folder.parent)
                    yield replace(batch, files=own, folder=folder), piece.outcomes
        finally:
            with suppress(Exception):
                self._client.cancel([one.future for one in under_way])

    def _give(self, batch: Batch) -> _UnderWay:
        from sciculture_etl.intake.node import Parcel, read_on_node

        given = batch
        if self.carries_bytes:
            given = replace(batch, files=tuple(replace(file, data=bytes_of(file)) for file in batch.files))
        workers = frozenset(self._threads)
        self._gave += 1
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Sending large graph")  # it is what has to be read
            future = self._client.submit(
                read_on_node, Parcel(given, self._share.place), key=f"{PREFIX}-{self._token}-{self._gave}",
                workers=sorted(workers), allow_other_workers=False, pure=False,
            )  # fmt: skip
        return _UnderWay(batch, workers, future)

    def _wait(self, under_way: deque[_UnderWay]) -> Any:
        """What was made of the first, which is given to others as often as a worker can't read it."""
        from sciculture_etl.intake.node import Failure

        until = monotonic() + self._timeouts.batch
        while True:
            first = under_way[0]
            try:
                made = first.future.result(timeout=SECONDS_BETWEEN_LOOKS)
            except TimeoutError as error:
                if monotonic() > until:
                    raise MachineError(message("cluster_batch_unanswered", address=self._address)) from error
                self._refresh(under_way)
                continue
            except Exception as error:
                raise _lost(error, self._address) from error
            if not isinstance(made, Failure):
                return made
            self._judge(made, first.batch)
            self._refresh(under_way)
            under_way[0] = self._give(first.batch)

    def _judge(self, failure: Any, batch: Batch) -> None:
        """Raises what ends the run; else the worker is left out from now on."""
        if failure.of == "program":
            raise RunError(message("cluster_worker_failed", worker=failure.worker, reason=failure.text))
        if failure.of == "archive":
            for file in batch.files:
                bytes_of(file)  # raises where they are lost here, too
        self._leave_out(failure.worker, failure.text)

    def _refresh(self, under_way: Iterable[_UnderWay]) -> None:
        """Takes in who came, and gives again what was given to workers that are all gone."""
        until = monotonic() + self._timeouts.worker
        self._look()
        while not self._threads:
            if monotonic() > until:
                raise MachineError(self._with_reasons(message("cluster_no_worker_left", address=self._address)))
            sleep(SECONDS_BETWEEN_LOOKS)
            self._look()
        for one in under_way:
            if not one.future.done() and not one.workers & self._threads.keys():
                self._client.cancel([one.future])
                replacement = self._give(one.batch)
                one.workers, one.future = replacement.workers, replacement.future

    def _look(self) -> None:
        """Who is there now, and whether those who weren't before are fit.

        Raises:
            MachineError: The scheduler doesn't answer.
        """
        try:
            workers = self._client.sync(self._workers)
        except Exception as error:
            raise _lost(error, self._address) from error
        there = {address: worker["local_directory"] for address, worker in workers.items()}
        new = sorted(dict(there.items() - self._known.items()))
        gone = self._known.keys() - there.keys()
        self._known = there
        for address in (*gone, *new):  # another may have come to the same address
            self._threads.pop(address, None)
        if not new:
            return
        for address, found in self._client.sync(self._examine, new).items():
            if reason := self._why_unfit(found):
                self._leave_out(address, reason)
            else:
                self.left_out.pop(address, None)
                self._threads[address] = int(workers[address]["nthreads"])

    async def _workers(self) -> dict[str, dict[str, Any]]:
        answer = await asyncio.wait_for(self._client.scheduler.identity(n_workers=-1), self._timeouts.silence)
        return dict(answer["workers"])

    async def _examine(self, addresses: list[str]) -> dict[str, Any]:
        from sciculture_etl.intake.node import examine

        async def ask(address: str) -> Any:
            try:
                answers = self._client.run(
                    examine, self._share.place, self._token, reading_environment(), workers=[address], on_error="return"
                )  # fmt: skip
                return (await asyncio.wait_for(answers, MAX_SECONDS_TO_EXAMINE)).get(address)
            except Exception as error:
                return error

        return dict(zip(addresses, await asyncio.gather(*map(ask, addresses)), strict=True))

    def _why_unfit(self, found: Any) -> str | None:
        """Of what a worker answered, in words; None where it is fit."""
        if found is None or isinstance(found, OSError | TimeoutError):
            return message("worker_silent", reason=type(found).__name__)
        if isinstance(found, Exception):  # of loading what examines it, as a rule
            return message("worker_without_program", reason=f"{type(found).__name__}: {found}"[:200])
        here = reading_environment()
        others = {name: there for name in here if (there := found["parts"].get(name, "-")) != here[name]}
        if others:
            return message(
                "worker_differs",
                there=", ".join(f"{name} {there}" for name, there in others.items()),
                here=", ".join(f"{name} {here[name]}" for name in others),
            )
        if found["share"] is None and not found["process"] and not self._has_answer(found["answer"]):
            found["share"] = "another place of the same name"
        if found["share"]:
            return message("worker_without_share", place=self._share.place, reason=found["share"])
        return message("worker_without_process", reason=found["process"]) if found["process"] else None

    def _has_answer(self, name: str) -> bool:
        """Whether this machine can read what a worker wrote into the shared storage."""
        try:
            return self._share.read(name) == self._token
        except OSError:
            return False

    def _leave_out(self, address: str, reason: str) -> None:
        self._threads.pop(address, None)
        self.left_out[address] = reason

    def _with_reasons(self, text: str) -> str:
        return "\n".join([text, *(f"  {address}: {reason}" for address, reason in sorted(self.left_out.items()))])


def _lost(error: Exception, address: str) -> Exception:
    """What an error of Dask's means."""
    if isinstance(error, ArchiveError | MachineError):
        return error
    if type(error).__name__ == "KilledWorker":
        return MachineError(message("cluster_workers_die", address=address))
    return MachineError(message("cluster_lost", address=address, reason=type(error).__name__))


@contextmanager
def connected(address: str, timeouts: Timeouts) -> Iterator[Client]:
    """A client of the scheduler.

    Raises:
        MachineError: It doesn't answer, or isn't installed here.
    """
    try:
        import dask
        from distributed import Client
    except ImportError as error:
        raise MachineError(message("cluster_not_installed")) from error
    for name in ["distributed", *(name for name in logging.root.manager.loggerDict if name.startswith("distributed."))]:
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what it would say of lost connections, we say
    scheme = "tls" if dask.config.get("distributed.comm.tls.ca-file") else "tcp"
    try:
        client = Client(f"{scheme}://{address}", timeout=timeouts.silence, set_as_default=False)
    except Exception as error:
        raise MachineError(
            message("cluster_unreachable", address=address, reason=f"{type(error).__name__}: {error}")
        ) from error
    try:
        yield client
    finally:
        with suppress(Exception):
            client.close(timeout=2)


@contextmanager
def cluster_at(address: str, share: Share, carries_bytes: bool, timeouts: Timeouts) -> Iterator[Cluster]:
    """The cluster of a scheduler, ready for a run.

    Raises:
        MachineError: It can't be reached, or has no worker that is fit.
    """
    with connected(address, timeouts) as client:
        cluster = Cluster(client, address, share, carries_bytes, timeouts)
        cluster.begin()
        yield cluster


@contextmanager
def _storage_described(share: Share) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        raise MachineError(message("shared_storage_failed", place=share.place, reason=describe(error))) from error
