"""Who reads and validates: processes on this machine, or the workers of a cluster, as the settings say."""

from __future__ import annotations

import fcntl
import re
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from sciculture_etl.errors import UserError
from sciculture_etl.intake.share import BUCKET, Share, open_share
from sciculture_etl.intake.staging import Batch
from sciculture_etl.intake.workers import Done, cores, read_batches
from sciculture_etl.messages import message
from sciculture_etl.settings import Settings

DASK = re.compile(r"dask://([^/@?#\s]+:\d+)/?")


class Workers(Protocol):
    """Whoever reads batches.

    Attributes:
        count: how many they read at once.
        left_out: who can't be used, with the reason in words.
        is_encrypted: whether nobody on the way can read what is sent to them.
    """

    @property
    def count(self) -> int: ...

    @property
    def left_out(self) -> dict[str, str]: ...

    @property
    def is_encrypted(self) -> bool: ...

    def read(self, batches: Sequence[Batch]) -> Generator[Done]: ...


class OwnProcesses:
    """Processes of this machine, one for each core."""

    left_out: dict[str, str] = {}  # noqa: RUF012
    is_encrypted = True

    @property
    def count(self) -> int:
        return cores()

    def read(self, batches: Sequence[Batch]) -> Generator[Done]:
        return read_batches(batches)


def scheduler_address(settings: Settings) -> str | None:
    """Host and port of the cluster's scheduler; None where this machine reads by itself.

    Raises:
        UserError: The setting can't be meant.
    """
    if not settings.workers:
        return None
    if (given := DASK.fullmatch(settings.workers)) is None:
        raise UserError(message("workers_setting_invalid", value=settings.workers))
    if settings.shared and not settings.shared.startswith(BUCKET) and not Path(settings.shared).is_absolute():
        raise UserError(message("shared_setting_invalid", value=settings.shared))
    return given[1]


@contextmanager
def open_workers(settings: Settings) -> Iterator[Workers]:
    """The workers of a run, for as long as it reads.

    Raises:
        MachineError: The cluster can't be reached, has no worker that is fit, or the shared storage can't be used.
    """
    address = scheduler_address(settings)
    if address is None:
        yield OwnProcesses()
        return
    from sciculture_etl.intake.cluster import cluster_at

    with (
        _share_of_run(settings) as share,
        cluster_at(address, share, bool(settings.shared), settings.timeouts) as found,
    ):
        yield found


@contextmanager
def _share_of_run(settings: Settings) -> Iterator[Share]:
    """A place of this run's own in the shared storage; all in it is gone when this ends.

    It is noted in the warehouse as long as the run lives, so that the next one removes what a killed one left.
    """
    own = settings.warehouse / "shared"
    own.mkdir(mode=0o700, exist_ok=True)
    for note in sorted(own.glob("*.note")):
        _remove_where_dead(note, settings)
    name = uuid4().hex
    share = open_share(f"{(settings.shared or str(own)).rstrip('/')}/{name}", settings.timeouts)
    note = own / f"{name}.run.note"
    aside = note.with_suffix("")
    with aside.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        held.write(share.place)
        held.flush()
        aside.rename(note)  # nobody sees it without its lock
        try:
            yield share
        finally:
            with suppress(Exception):  # where it can't be reached now, the next run removes it
                share.end()
                note.unlink()


def _remove_where_dead(note: Path, settings: Settings) -> None:
    with suppress(Exception), note.open() as held:  # each run tries again
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if place := held.read():
            open_share(place, settings.timeouts).end()
        note.unlink()
