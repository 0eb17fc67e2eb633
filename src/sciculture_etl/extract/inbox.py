"""The inbox: a folder tree ``<submitter>/<file>`` behind any fsspec URL."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import fsspec

from sciculture_etl.extract.archive import Archive, Receipt
from sciculture_etl.personal import mask_path
from sciculture_etl.settings import UserMistake

COPIES_AT_ONCE = 4
MODIFIED_KEYS = ("mtime", "LastModified", "last_modified", "modified", "updated", "created")


@dataclass(frozen=True)
class Arrival:
    """A file seen in the channel. ``remote`` is the channel's own path to it; ``path`` is relative, NFC and
    without personal values."""

    remote: str
    path: str
    submitter: str | None
    size: int
    modified: str


@dataclass
class Extraction:
    """received: receipts of this run. unchanged: files seen before as they are. passed_over: files that are no
    submissions, with the reason. unreadable: files that couldn't be taken this time, with the reason."""

    received: list[Receipt] = field(default_factory=list)
    unchanged: int = 0
    passed_over: dict[str, str] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)


def _when(info: dict[str, Any]) -> str:
    for key in MODIFIED_KEYS:
        value = info.get(key)
        if isinstance(value, int | float):
            value = datetime.fromtimestamp(value, UTC)
        if isinstance(value, datetime):
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        if isinstance(value, str) and value:
            return value
    # A channel that tells no time: size alone tells a change, and all its files count as equally old.
    return datetime.fromtimestamp(0, UTC).isoformat(timespec="microseconds")


def _why_no_submission(path: str, info: dict[str, Any]) -> str | None:
    # A named pipe would never end, and a link may lead out of the inbox.
    if info.get("islink"):
        return "symbolic link"
    if info.get("type", "file") != "file":
        return "no regular file"
    parts = path.split("/")
    if any(part.startswith(".") for part in parts):
        return "hidden file"
    if parts[-1].startswith("~$"):
        return "lock file of an open workbook"
    if parts[-1].lower() in ("thumbs.db", "desktop.ini"):
        return "file of the operating system"
    return None


def open_inbox(inbox: str) -> tuple[Any, str]:
    """File system and root of the channel. Raises UserMistake where it can't be reached."""
    try:
        filesystem, root = fsspec.url_to_fs(inbox)
        # A listing kept from an earlier look would hide what came since.
        filesystem.invalidate_cache()
        if not filesystem.isdir(root):
            raise FileNotFoundError
    except (OSError, ValueError, ImportError) as error:
        reason = str(error) or "no such folder"
        raise UserMistake(
            f"the inbox {inbox} can't be opened ({reason}): create it or set SCICULTURE_INBOX to a folder or URL"
            f" / 접수함을 열 수 없습니다"
        ) from None
    return filesystem, str(root)


def scan_inbox(inbox: str) -> tuple[Any, list[Arrival], dict[str, str]]:
    """File system, arrivals ordered by time and path, and what was passed over with the reason."""
    filesystem, root = open_inbox(inbox)
    arrivals, passed_over = [], {}
    for remote, info in filesystem.find(root, detail=True).items():
        # A name that isn't UTF-8 is told with its odd bytes replaced; the file is taken all the same.
        shown = remote[len(root) :].lstrip("/").encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        # From here on no name tells of a person: the channel's own path is used to open the file, never told.
        path = mask_path(unicodedata.normalize("NFC", shown))
        if reason := _why_no_submission(path, info):
            passed_over[path] = reason
            continue
        submitter = path.split("/", 1)[0] if "/" in path else None
        arrivals.append(Arrival(remote, path, submitter, int(info.get("size") or 0), _when(info)))
    arrivals.sort(key=lambda arrival: (arrival.modified, arrival.path))
    return filesystem, arrivals, passed_over


def _fresh(arrivals: list[Arrival], archive: Archive) -> list[Arrival]:
    # Counted, since names that differ only in what was masked look the same: where more of them are there than were
    # received, all are taken, and which are new shows by their bytes.
    known = Counter((receipt.path, receipt.size, receipt.modified) for receipt in archive.receipts())
    seen = Counter((arrival.path, arrival.size, arrival.modified) for arrival in arrivals)
    return [a for a in arrivals if seen[mark := (a.path, a.size, a.modified)] > known[mark]]


def anything_new(inbox: str, archive: Archive) -> bool:
    """Whether a run would find something to take. Raises UserMistake where the inbox can't be opened."""
    _, arrivals, _ = scan_inbox(inbox)
    return bool(_fresh(arrivals, archive))


def extract_submissions(
    inbox: str, archive: Archive, max_file_bytes: int, on_file: Callable[[], None] = lambda: None
) -> Extraction:
    """Copies what is new or changed in the channel into the archive and writes its receipts.

    A file that changes while it is copied is left for the next run. Nothing in the channel is moved or deleted.
    """
    archive.sweep()
    filesystem, arrivals, passed_over = scan_inbox(inbox)
    fresh = _fresh(arrivals, archive)
    extraction = Extraction(unchanged=len(arrivals) - len(fresh), passed_over=passed_over)

    def take(arrival: Arrival) -> Receipt | str:
        try:
            if arrival.size > max_file_bytes:
                return f"larger than {max_file_bytes:,} bytes"
            with filesystem.open(arrival.remote, "rb") as source:
                sha256, size = archive.store(source)
            after = filesystem.info(arrival.remote)
            if int(after.get("size") or 0) != arrival.size or _when(after) != arrival.modified or size != arrival.size:
                return "still being written, left for the next run"
            return Receipt(sha256, arrival.path, arrival.submitter, size, arrival.modified)
        except OSError as error:
            return error.strerror or type(error).__name__
        finally:
            on_file()

    held = Counter(archive.receipts())
    with ThreadPoolExecutor(COPIES_AT_ONCE) as pool:
        for arrival, outcome in zip(fresh, pool.map(take, fresh), strict=True):
            if isinstance(outcome, Receipt) and held[outcome]:
                held[outcome] -= 1
                extraction.unchanged += 1
            elif isinstance(outcome, Receipt):
                extraction.received.append(outcome)
            else:
                extraction.unreadable[arrival.path] = outcome
    archive.add_receipts(extraction.received)
    return extraction
