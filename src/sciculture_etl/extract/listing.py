"""What lies in a channel: every file below its root, with what the channel says of each."""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote_to_bytes

from sciculture_etl.errors import AbandonedError, PermanentError, UnreachableError
from sciculture_etl.extract.channels.channel import Channel
from sciculture_etl.extract.channels.faults import RetryPolicy, describe, is_transient
from sciculture_etl.extract.names import as_people_read, why_no_submission, why_refused
from sciculture_etl.privacy import mask_path
from sciculture_etl.settings import Timeouts

MODIFIED_KEYS = ("mtime", "LastModified", "last_modified", "modified", "updated", "created")
# A listing that goes deeper goes round in circles.
MAX_DEPTH = 32


def unreachable(channel: Channel, error: BaseException) -> UnreachableError:
    """What its library raised, in words, without what the settings keep secret."""
    reason = channel.masked(describe(error))
    text = (
        f"the inbox {channel.url} can't be opened ({reason}): create it or set {channel.setting} to another"
        f" folder or URL / 접수함을 열 수 없습니다"
    )
    return UnreachableError(text, reason, retryable=is_transient(error))


@dataclass(frozen=True)
class Arrival:
    """A file seen in a channel.

    Attributes:
        remote: the channel's own path to it.
        path: as it stands in receipts, NFC and without personal values.
        size: in bytes, None where the channel doesn't tell.
        modified: ISO 8601 UTC, empty where it doesn't tell.
        mark: what else tells one version from another (ETag).
    """

    remote: str
    path: str
    submitter: str | None
    size: int | None
    modified: str
    mark: str = ""


@dataclass
class ChannelListing:
    """What one look at a channel found.

    Attributes:
        passed_over: what is no submission.
        unreadable: what should have been one.
    """

    arrivals: list[Arrival] = field(default_factory=list)
    passed_over: dict[str, str] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)


def open_channel(channel: Channel, timeouts: Timeouts) -> tuple[Any, str]:
    """File system and root of a channel.

    Raises whatever its library raises.
    """
    if "BLOCK" in channel.options:
        raise PermanentError("its block is read by the nightly flow alone")
    return channel.kind.open(channel, timeouts)


def when(info: dict[str, Any]) -> str:
    """Time of the last change, ISO 8601 UTC; empty where the channel doesn't tell."""
    for key in MODIFIED_KEYS:
        value = info.get(key)
        if isinstance(value, int | float):
            value = datetime.fromtimestamp(value, UTC)
        if isinstance(value, datetime):
            return value.astimezone(UTC).isoformat(timespec="microseconds")
    return ""


def version(info: dict[str, Any]) -> tuple[int | None, str, str]:
    """Size, time and mark: what tells one version of a file from another."""
    size = info.get("size")
    return (None if size is None else int(size)), when(info), str(info.get("ETag") or "")


def _walk(filesystem: Any, root: str, retry: RetryPolicy, pool: ThreadPoolExecutor, look: ChannelListing) -> list[Any]:
    """Level by level, the folders of each at the same time; a folder that can't be listed is told, not left out."""

    def children(folder: str) -> list[Any]:
        return [info for info in filesystem.ls(folder, detail=True) if info["name"].rstrip("/") != folder.rstrip("/")]

    def listed(folder: str) -> list[Any] | str:
        try:
            return retry(lambda: children(folder))
        except FileNotFoundError:
            return []  # deleted meanwhile
        except AbandonedError:
            raise
        except Exception as error:
            return describe(error)

    files, level = [], retry(lambda: children(root))
    for _ in range(MAX_DEPTH):
        folders = [info["name"] for info in level if info["type"] == "directory" and not info.get("islink")]
        files += [info for info in level if info["type"] != "directory" or info.get("islink")]
        if not folders:
            break
        level = []
        for folder, found in zip(folders, pool.map(listed, folders), strict=True):
            if isinstance(found, str):
                look.unreadable[_within(folder.rstrip("/"), root) + "/"] = found
            else:
                level += found
    else:
        look.unreadable.update({_within(info["name"], root): "lies too deep" for info in level})
    return files


def _within(remote: str, root: str) -> str:
    rest = remote[len(root) :].lstrip("/") if not root.endswith("/") else remote[len(root) :]
    if root.startswith(("http://", "https://")):
        return as_people_read(unquote_to_bytes(rest))
    return as_people_read(os.fsencode(rest))


def _files(
    channel: Channel, filesystem: Any, root: str, retry: RetryPolicy, pool: ThreadPoolExecutor, look: ChannelListing
) -> Iterable[Any]:
    if channel.kind.lists_at_once:  # the whole tree in a few requests; a folder is but a part of a key
        return [
            info
            for info in retry(lambda: filesystem.find(root, detail=True)).values()
            if not (info["name"].endswith("/") and not info["size"])
        ]
    if not retry(lambda: filesystem.isdir(root)):
        raise PermanentError("no such folder")
    return _walk(filesystem, root, retry, pool, look)


def list_channel(
    channel: Channel, filesystem: Any, root: str, retry: RetryPolicy, pool: ThreadPoolExecutor
) -> ChannelListing:
    """Arrivals by time and path, and what isn't to be taken.

    Raises what the last try at the root raised.
    """
    look, wanted = ChannelListing(), []
    for info in _files(channel, filesystem, root, retry, pool, look):
        # From here on no name tells of a person: the channel's own is used to open the file, and never told.
        within = mask_path(_within(info["name"], root))
        if reason := why_refused(within):
            look.unreadable[within] = reason
        elif reason := why_no_submission(within, info):
            look.passed_over[within] = reason
        else:
            wanted.append((within, info))

    def asked(info: dict[str, Any]) -> dict[str, Any] | str | None:
        try:
            return dict(retry(lambda: filesystem.info(info["name"])))
        except FileNotFoundError:
            return None
        except AbandonedError:
            raise
        except Exception as error:
            return describe(error)

    unreported = pool.map(asked, [info for _, info in wanted if "size" not in info])
    for within, info in wanted:
        details = info if "size" in info else next(unreported)
        if details is None:
            look.passed_over[within] = "deleted before it could be taken"
        elif isinstance(details, str):
            look.unreadable[within] = details
        else:
            first, separator, _ = within.partition("/")
            submitter = channel.submitter or (first if separator else None)
            look.arrivals.append(Arrival(info["name"], channel.path(within), submitter, *version(details)))
    look.arrivals.sort(key=lambda arrival: (arrival.modified, arrival.path))
    look.passed_over = {channel.path(within): reason for within, reason in look.passed_over.items()}
    look.unreadable = {channel.path(within): channel.masked(why) for within, why in look.unreadable.items()}
    return look
