"""From the channels into the archive: what is new or changed in each, whole or not at all."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import fsspec

from sciculture_etl.errors import AbandonedError, PermanentError, TransientError, UnreachableError
from sciculture_etl.extract.archive import CHUNK, Archive, Receipt
from sciculture_etl.extract.channels.channel import Channel, channels_of
from sciculture_etl.extract.channels.faults import RetryPolicy, describe, is_transient
from sciculture_etl.extract.channels.kinds import ANY_OTHER
from sciculture_etl.extract.damage import Damage
from sciculture_etl.extract.listing import Arrival, ChannelListing, list_channel, open_channel, unreachable, version
from sciculture_etl.extract.names import IN_HIDDEN_FOLDER, hidden_folder_of
from sciculture_etl.extract.spool import remove_received
from sciculture_etl.settings import Settings, Timeouts
from sciculture_etl.storage.disk import is_full

Version = tuple[str, int | None, str, str]  # path, size, modified, mark
# Servers allow about ten sessions on a connection.
MAX_CONCURRENT_DOWNLOADS = 6
LOST, CHANGED = "lost", "changed"


@dataclass
class Extraction:
    """What was found in the channels.

    Attributes:
        received: receipts of this run.
        unchanged: files seen before as they are.
        passed_over: files that are no submissions, with the reason.
        unreadable: files that couldn't be taken this time, with the reason.
        unreachable: channels, by their setting, that couldn't be looked into or stopped answering, with the reason.
        retryable: those of them that are worth another try later.
        restored: paths of files that the archive had lost and that were taken again.
        lost: of files that it still lacks, or holds other than they came, which of both.
    """

    received: list[Receipt] = field(default_factory=list)
    unchanged: int = 0
    passed_over: dict[str, str] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)
    unreachable: dict[str, str] = field(default_factory=dict)
    retryable: set[str] = field(default_factory=set)
    restored: list[str] = field(default_factory=list)
    lost: dict[str, str] = field(default_factory=dict)

    @property
    def hidden_folders(self) -> dict[str, int]:
        """Folders whose name begins with a dot → files in them, none of which is taken."""
        hidden = (path for path, reason in self.passed_over.items() if reason == IN_HIDDEN_FOLDER)
        return dict(sorted(Counter(map(hidden_folder_of, hidden)).items()))

    def add(self, other: Extraction) -> None:
        self.received += other.received
        self.unchanged += other.unchanged
        self.passed_over |= other.passed_over
        self.unreadable |= other.unreadable
        self.unreachable |= other.unreachable
        self.retryable |= other.retryable
        self.restored += other.restored
        self.lost |= other.lost


def check_channels(settings: Settings) -> None:
    """What can be told of the channels before anything is started.

    Raises:
        UserError: For settings that can't be meant.
        UnreachableError: Where the only channel is a folder that isn't there or an address of no known kind.
    """
    channels = channels_of(settings)
    if len(channels) > 1:
        return  # what one of them lacks is told in the report
    (only,) = channels
    if only.folder and not only.folder.is_dir():
        raise unreachable(only, PermanentError("no such folder"))
    if only.kind is ANY_OTHER:
        try:
            fsspec.get_filesystem_class(only.url.partition("://")[0])
        except (ValueError, ImportError) as error:
            raise unreachable(only, error) from None


def extract_submissions(
    settings: Settings, archive: Archive, damages: Sequence[Damage] = (), when_new: Callable[[], None] = lambda: None
) -> Extraction:
    """Copies what is new or changed in the channels into the archive and writes its receipts.

    The channels are looked into at the same time. One that can't be is told in the report, and the others go on; where
    it is the only one, UnreachableError is raised. Nothing in a channel is moved or deleted, but in the desk's spool.

    Args:
        damages: what the archive lacks. Where it still lies in a channel, it is taken again; it has its receipt.
        when_new: called as soon as a channel is seen to hold something new, before that is copied.
    """
    archive.sweep()
    channels = channels_of(settings)
    seen = _Seen(archive.receipts(), {damage.receipt.sha256 for damage in damages})

    def collected(channel: Channel) -> Extraction:
        try:
            return _collect(channel, settings, archive, seen, when_new)
        except UnreachableError as error:
            if len(channels) == 1:
                raise
            retryable = {channel.setting} if error.retryable else set[str]()
            return Extraction(unreachable={channel.setting: error.reason}, retryable=retryable)

    extraction = Extraction()
    with ThreadPoolExecutor(len(channels)) as pool:
        for part in pool.map(collected, channels):
            extraction.add(part)
    left = [damage for damage in damages if not archive.has_file(damage.receipt)]
    extraction.lost = {damage.receipt.path: LOST if damage.lost else CHANGED for damage in left}
    extraction.received = archive.add_receipts(extraction.received)
    remove_received(settings.spool, archive.receipts())
    return extraction


class _Seen:
    """What earlier receipts tell of the channels' files."""

    def __init__(self, receipts: Sequence[Receipt], damaged: Set[str] = frozenset()) -> None:
        intact = [receipt for receipt in receipts if receipt.sha256 not in damaged] if damaged else receipts
        self._versions: Counter[Version] = Counter((r.path, r.size, r.modified, r.mark) for r in intact)
        self._all = receipts
        self._last = {receipt.path: receipt for receipt in receipts}
        self._damaged = damaged

    def fresh(self, arrivals: Sequence[Arrival]) -> list[Arrival]:
        """Those that are new or changed by what the channel says of them, without reading them.

        Counted, since names that differ only in what was masked look the same: where more of them are there than were
        received, all are taken, and which are new shows by their bytes.
        """
        there = Counter(_version(arrival) for arrival in arrivals)
        return [
            arrival
            for arrival in arrivals
            if (
                there[version_seen := _version(arrival)] > self._versions[version_seen]
                if arrival.modified
                else self._is_different(arrival)
            )
        ]

    def _is_different(self, arrival: Arrival) -> bool:
        last = self._last.get(arrival.path)
        if not arrival.mark or last is None or last.sha256 in self._damaged:
            return True
        return (last.size, last.mark) != (arrival.size, arrival.mark)

    def is_restored(self, receipt: Receipt) -> bool:
        """Whether the archive had lost these bytes."""
        return receipt.sha256 in self._damaged

    @cached_property
    def _receipts(self) -> Counter[Receipt]:
        return Counter(self._all)

    def is_of_an_earlier_run(self, receipt: Receipt) -> bool:
        """Whether this is a receipt of an earlier run, each counting once."""
        known = self._receipts[receipt] > 0
        self._receipts[receipt] -= known
        return known

    def is_known_by_its_bytes(self, arrival: Arrival, sha256: str) -> bool:
        """Told by the bytes, where the channel says nothing."""
        last = self._last.get(arrival.path)
        return not arrival.modified and not arrival.mark and last is not None and last.sha256 == sha256


def _version(arrival: Arrival) -> Version:
    return arrival.path, arrival.size, arrival.modified, arrival.mark


@contextmanager
def _listed_channel(channel: Channel, retry: RetryPolicy) -> Iterator[tuple[ThreadPoolExecutor, Any, ChannelListing]]:
    """A pool for its files, the open file system, and what lies in the channel.

    Raises:
        UnreachableError: The channel cannot be opened or listed.
    """
    with ThreadPoolExecutor(MAX_CONCURRENT_DOWNLOADS) as pool:
        try:
            filesystem, root = retry(lambda: open_channel(channel, retry.timeouts))
        except Exception as error:
            raise unreachable(channel, error) from None
        with closing(filesystem) if hasattr(filesystem, "close") else nullcontext():
            try:
                look = list_channel(channel, filesystem, root, retry, pool)
            except Exception as error:
                raise unreachable(channel, error) from None
            yield pool, filesystem, look


def _collect(
    channel: Channel, settings: Settings, archive: Archive, seen: _Seen, when_new: Callable[[], None]
) -> Extraction:
    retry = RetryPolicy(settings.timeouts)

    with _listed_channel(channel, retry) as (pool, filesystem, look):
        if fresh := seen.fresh(look.arrivals):
            when_new()
        extraction = Extraction([], len(look.arrivals) - len(fresh), look.passed_over, look.unreadable)

        def taken(arrival: Arrival) -> Receipt | Exception:
            try:
                return retry(lambda: _copy(filesystem, arrival, archive, settings))
            except Exception as error:
                if is_full(error):  # no fault of this file: none could be taken
                    raise
                return error

        time.sleep(_seconds_until_stable(channel, fresh, settings.timeouts))
        waiting = 0
        for arrival, outcome in zip(fresh, list(pool.map(taken, fresh)), strict=True):
            if isinstance(outcome, Exception) and is_transient(outcome):
                # Once more, alone: what breaks the connection under one file breaks it under its neighbours.
                outcome = taken(arrival)
            if isinstance(outcome, FileNotFoundError):
                extraction.passed_over[arrival.path] = "deleted before it could be taken"
            elif isinstance(outcome, AbandonedError):
                waiting += 1
            elif isinstance(outcome, Exception):
                extraction.unreadable[arrival.path] = channel.masked(describe(outcome))
            elif seen.is_known_by_its_bytes(arrival, outcome.sha256) or seen.is_of_an_earlier_run(outcome):
                extraction.unchanged += 1
                extraction.restored += [outcome.path] if seen.is_restored(outcome) else []
            else:
                extraction.received.append(outcome)
    if retry.is_exhausted:
        extraction.unreachable[channel.setting] = f"it stopped answering; {waiting:,} files wait for the next run"
        extraction.retryable.add(channel.setting)
    return extraction


def _seconds_until_stable(channel: Channel, fresh: list[Arrival], timeouts: Timeouts) -> float:
    """How long to wait between listing and copying, so that a file still being written shows it by a change.

    An object of S3 appears whole. A folder has this machine's clock, so that only young files need watching; a
    server's clock may be wrong.
    """
    if not fresh or channel.kind.appears_whole:
        return 0
    if not channel.kind.is_local:
        return timeouts.stable_seconds
    youngest = max(datetime.fromisoformat(arrival.modified) for arrival in fresh)
    age = (datetime.now(UTC) - youngest).total_seconds()
    return timeouts.stable_seconds - age if 0 <= age < timeouts.stable_seconds else 0


def _copy(filesystem: Any, arrival: Arrival, archive: Archive, settings: Settings) -> Receipt:
    """One try to take one file.

    Raises:
        PermanentError: The file cannot be copied.
        TransientError: And whatever the channel's library raises.
    """
    if arrival.size is not None and arrival.size > settings.limits.file_bytes:
        raise PermanentError(f"larger than {settings.limits.file_bytes:,} bytes")

    def check(sha256: str, size: int) -> None:
        if version(filesystem.info(arrival.remote)) != (arrival.size, arrival.modified, arrival.mark):
            raise PermanentError("still being written, left for the next run")
        if arrival.size is None:
            # Nobody said how long it is: what broke off is told by a second transfer that differs.
            if _sha256(filesystem, arrival, settings) != sha256:
                raise TransientError("two transfers of it differ")
        elif size != arrival.size:
            raise TransientError(f"the transfer broke off after {size:,} of {arrival.size:,} bytes")

    with filesystem.open(arrival.remote, "rb") as source:
        sha256, size = archive.store(_Watched(source, settings), check)
    modified = arrival.modified or datetime.now(UTC).isoformat(timespec="microseconds")
    is_undated = not arrival.modified
    return Receipt(sha256, arrival.path, arrival.submitter, size, modified, arrival.mark, is_undated=is_undated)


def _sha256(filesystem: Any, arrival: Arrival, settings: Settings) -> str:
    digest = hashlib.sha256()
    with filesystem.open(arrival.remote, "rb") as opened:
        source = _Watched(opened, settings)
        while chunk := source.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


class _Watched:
    """A file being copied: never longer than allowed, and never for ever."""

    def __init__(self, source: Any, settings: Settings) -> None:
        self._source = source
        self._until = time.monotonic() + settings.timeouts.copy
        self._left = self._most = settings.limits.file_bytes

    def read(self, size: int) -> bytes:
        data: bytes = self._source.read(size)
        self._left -= len(data)
        if self._left < 0:
            raise PermanentError(f"larger than {self._most:,} bytes")
        if time.monotonic() > self._until:
            raise TransientError("the transfer takes too long")
        return data
