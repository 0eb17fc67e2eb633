"""The archive: submissions as received, by sha256, never changed or deleted, and the journal of their receipts.

Only what holds personal data leaves it again (``restricted``).
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from sciculture_etl.errors import ArchiveError
from sciculture_etl.messages import message
from sciculture_etl.storage.atomic import make_folder, put_in_place
from sciculture_etl.storage.journal import Journal

CHUNK = 1024 * 1024
Clock = Callable[[], datetime]


def machine_clock() -> datetime:
    """By the machine's clock, UTC."""
    return datetime.now(UTC)


class Source(Protocol):
    """What bytes are read from."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True)
class Receipt:
    """That a file came.

    Attributes:
        path: within the channel, NFC; after ``<channel>://`` where it isn't the default one.
        modified: what the channel says of the file's last change (else when it was taken), ISO 8601 UTC; with size and
            mark, the channel's own sign of a version (ETag), it tells an unchanged file without reading it.
        arrival: number of the run that saw it first, counted in this journal, so that no clock can change it; 0 of what
            came before arrivals were counted.
        received_at: when that was by our clock, ISO 8601 UTC; empty where arrival is 0.
        is_undated: whether the channel says nothing of its last change, so that ``modified`` is when it was taken.
    """

    sha256: str
    path: str
    submitter: str | None
    size: int
    modified: str
    mark: str = ""
    # What is the same file of the same channel is the same receipt, whenever it came.
    arrival: int = field(default=0, compare=False)
    received_at: str = field(default="", compare=False)
    is_undated: bool = field(default=False, compare=False)

    @property
    def first_seen_at(self) -> str:
        """Time of receipt, ISO 8601 UTC: by our clock, of old receipts by the channel's."""
        return self.received_at or self.modified

    @property
    def file_name(self) -> str:
        return self.path.rsplit("/", 1)[-1]

    @property
    def submission_id(self) -> str:
        return self.sha256[:16]


def _sha256_of(path: Path) -> str:
    with path.open("rb") as kept:
        return hashlib.file_digest(kept, "sha256").hexdigest()


def read_intact(path: Path, sha256: str, changed: str = "archived_file_changed") -> bytes:
    """The bytes of one submission.

    Args:
        changed: the message that tells of other bytes.

    Raises:
        ArchiveError: Where they are missing or not as received.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise ArchiveError(message("archived_file_missing", path=path)) from None
    if hashlib.sha256(data).hexdigest() != sha256:
        raise ArchiveError(message(changed, path=path))
    return data


class Archive:
    """Bytes under ``<folder>/<first two digits>/<sha256>``; receipts in ``<folder>/receipts.jsonl``.

    Both survive a kill at any instruction: bytes are written aside and renamed, and a file whose line in the journal
    was cut off counts as not yet received.
    """

    def __init__(self, folder: Path, clock: Clock = machine_clock) -> None:
        self.folder = folder
        self._clock = clock
        self._journal = Journal(folder / "receipts.jsonl")
        self._closed = False
        self._arrival: int | None = None
        self._known: tuple[object, list[Receipt]] = (None, [])

    def close(self) -> None:
        """No receipt is written from now on: a thread that hangs in a channel may outlive its run and the lock."""
        self._closed = True

    def path_of(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / sha256

    def names(self) -> set[str]:
        """sha256 of all files that lie here, whatever they hold."""
        try:
            folders = [entry.path for entry in os.scandir(self.folder) if len(entry.name) == 2 and entry.is_dir()]
        except FileNotFoundError:
            return set()
        return {entry.name for folder in folders for entry in os.scandir(folder)}

    def store(self, source: Source, check: Callable[[str, int], None] = lambda sha256, size: None) -> tuple[str, int]:
        """Copies one file into the archive; returns its sha256 and size in bytes.

        ``check`` is given both before the copy counts; where it raises, nothing is kept. What lies there damaged is
        replaced by what came whole.
        """
        make_folder(self.folder)
        digest, size = hashlib.sha256(), 0
        descriptor, aside = tempfile.mkstemp(prefix=".incoming-", dir=self.folder)
        try:
            with os.fdopen(descriptor, "wb") as target:
                while chunk := source.read(CHUNK):
                    digest.update(chunk)
                    size += len(chunk)
                    target.write(chunk)
            sha256 = digest.hexdigest()
            check(sha256, size)
            final = self.path_of(sha256)
            if final.exists() and _sha256_of(final) == sha256:
                Path(aside).unlink()
            else:
                make_folder(final.parent)
                Path(aside).chmod(0o400)
                put_in_place(Path(aside), final)
        except BaseException:
            Path(aside).unlink(missing_ok=True)
            raise
        return sha256, size

    def has_file(self, receipt: Receipt) -> bool:
        """Whether a file of that name and size lies here."""
        path = self.path_of(receipt.sha256)
        return path.is_file() and path.stat().st_size == receipt.size

    def read(self, sha256: str) -> bytes:
        """The bytes of one submission.

        Raises:
            ArchiveError: Where they are missing or not as received.
        """
        return read_intact(self.path_of(sha256), sha256)

    def receipts(self) -> list[Receipt]:
        """All receipts in the order in which they were written; read again only where the journal has changed."""
        stamp = self._journal.stamp()
        if stamp is None or stamp != self._known[0]:
            self._known = stamp, list(self._journal.records(lambda line: Receipt(**line)))
        return list(self._known[1])

    def add_receipts(self, receipts: Iterable[Receipt]) -> list[Receipt]:
        """Appends to the journal, on disk when it returns; all that one run adds have the same arrival.

        Returns:
            The receipts as they were written.

        Raises:
            RuntimeError: Once closed.
        """
        if self._closed:
            raise RuntimeError("the run is over; what it was still taking comes with the next one")
        if self._arrival is None:
            self._arrival = max((receipt.arrival for receipt in self.receipts()), default=0) + 1
        seen_at = self._clock().astimezone(UTC).isoformat(timespec="seconds")
        written = [replace(receipt, arrival=self._arrival, received_at=seen_at) for receipt in receipts]
        self._journal.add(asdict(receipt) for receipt in written)
        return written

    def sweep(self) -> None:
        """Removes what a killed run left half-copied, and makes sure that files can be taken at all.

        Only the one writer calls it.

        Raises:
            OSError: Where the archive can't be written.
        """
        for aside in self.folder.glob(".incoming-*"):
            aside.unlink(missing_ok=True)
        make_folder(self.folder)
        with tempfile.NamedTemporaryFile(prefix=".incoming-", dir=self.folder):
            pass
