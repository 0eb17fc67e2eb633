"""Faults of the machine under a run, in words for the operator: no room, no memory, a folder that can't be written.

They come as errors of Python, DuckDB, Polars or SQLite, wrapped or not; what they have in common is the system's own
words in their text. Which folder is meant is told by the error, or found by asking which disk is full.
"""

from __future__ import annotations

import errno
import os
import re
import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sciculture_etl.errors import MachineError, SciCultureError, UserError
from sciculture_etl.messages import message
from sciculture_etl.privacy import mask_path
from sciculture_etl.settings import Settings
from sciculture_etl.stopping import stop_if_asked

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
CLOSED = {errno.EROFS, errno.EACCES, errno.EPERM}
TOO_LARGE = {errno.EFBIG}
# The engine limits what it puts on disk by the room that is free, and tells of that limit where the room is gone.
SPILL_LIMITED = "max_temp_directory_size"
WORDS_OF_FULL = (*map(os.strerror, FULL), "database or disk is full", SPILL_LIMITED)
WORDS_OF_NO_MEMORY = ("Out of Memory Error",)
WORDS_OF_CLOSED = (*map(os.strerror, CLOSED), "attempt to write a readonly database")
QUOTED = re.compile(r"""["'](/[^"']+)["']""")
MIN_FREE_BYTES = 200 * 1024**2
MIN_BYTES_TO_START = 16 * 1024**2
# A night writes its changes into the build database, a release beside the last one, and copies of its two databases.
ROOM_PER_DATABASE, ROOM_PER_RELEASE = 1, 2


def chain(error: BaseException) -> Iterator[BaseException]:
    """The error and those that led to it."""
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        yield link
        link = link.__cause__ or link.__context__


def _is_caused_by(error: BaseException, codes: set[int], words: tuple[str, ...]) -> bool:
    if isinstance(error, OSError) and error.errno in codes:
        return True
    return any(word in str(error) for word in words)


def is_full(error: BaseException) -> bool:
    """Whether there was no room left for what had to be written."""
    return any(_is_caused_by(link, FULL, WORDS_OF_FULL) for link in chain(error))


def is_closed(error: BaseException) -> bool:
    """Whether something couldn't be opened or written because of the disk's or the file's own protection."""
    return any(_is_caused_by(link, CLOSED, WORDS_OF_CLOSED) for link in chain(error))


def explain(error: BaseException, settings: Settings) -> str | None:
    """One sentence, English and Korean, with what to do; None where the fault is another."""
    if any(_is_caused_by(link, TOO_LARGE, (os.strerror(errno.EFBIG),)) for link in chain(error)):
        return message("file_size_limited", limit=_size_limit() or "?")
    if is_full(error):
        place = settings.staging if SPILL_LIMITED in str(error) else _named(error, settings) or _fullest(settings)
        return _describe_full_disk(place, settings)
    if is_closed(error) and (path := _named(error, settings)):
        return message("folder_not_writable", folder=_shown(path))
    if any(_is_caused_by(link, set(), WORDS_OF_NO_MEMORY) for link in chain(error)):
        return message("memory_full")
    return None


def check_places(settings: Settings) -> None:
    """What a night needs of the folders that it writes to; to be asked before anything else is started.

    Raises UserError where a path can be no folder, MachineError where it can't be written or has not even the room to
    begin with.
    """
    limit = _size_limit()
    if limit is not None and limit < MIN_BYTES_TO_START:
        raise MachineError(message("file_size_limited", limit=limit))
    for place in places_of(settings):
        holding = nearest_there(place)
        setting = "PREFECT_HOME" if not place.is_relative_to(settings.warehouse) else "SCICULTURE_WAREHOUSE"
        if not holding.is_dir():
            raise UserError(message("folder_is_a_file", path=_shown(holding), setting=setting))
        if not shutil.disk_usage(holding).total:  # such as /proc
            raise UserError(message("folder_impossible", path=_shown(place), holding=_shown(holding), setting=setting))
        if not is_writable(holding):
            raise MachineError(message("folder_not_writable", folder=_shown(holding)))
        if free_room(place) < MIN_BYTES_TO_START:
            raise MachineError(_describe_full_disk(place, settings))


def is_writable(folder: Path) -> bool:
    """Whether this user may make files in a folder that is there."""
    return os.access(folder, os.W_OK | os.X_OK) and not os.statvfs(folder).f_flag & os.ST_RDONLY


def _size_limit() -> int | None:
    """Bytes that this process may write into one file; None where that isn't limited."""
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
    return None if limit == resource.RLIM_INFINITY else limit


@contextmanager
def machine_errors_described(settings: Settings) -> Iterator[None]:
    """Whatever the machine does to the block is raised as MachineError.

    After a signal, whatever fails because of it, as Stopped.
    """
    try:
        yield
    except SciCultureError:
        raise
    except Exception as error:
        stop_if_asked()
        if text := explain(error, settings):
            raise MachineError(text) from error
        raise


def _describe_full_disk(folder: Path, settings: Settings) -> str:
    free, needed = megabytes(free_room(folder)), megabytes(room_needed(settings))
    return message("disk_full", folder=_shown(folder), free=free, needed=needed)


def room_needed(settings: Settings) -> int:
    """About how many bytes a night may need besides what lies there.

    As much again as the build database and the largest release with its live copies.
    """
    database = settings.build_database.stat().st_size if settings.build_database.exists() else 0
    releases = settings.releases.glob("[0-9]*") if settings.releases.is_dir() else []
    release = max((size_of(folder) for folder in releases if not folder.is_symlink()), default=0)
    return max(MIN_FREE_BYTES, ROOM_PER_DATABASE * database + ROOM_PER_RELEASE * release)


def size_of(folder: Path) -> int:
    """Bytes of all files below a folder; what vanishes meanwhile counts nothing."""
    total = 0
    for place, _, names in os.walk(folder):  # unlike rglob it goes on where a folder vanishes
        for name in names:
            with suppress(OSError):
                total += Path(place, name).lstat().st_size
    return total


def free_room(folder: Path) -> int:
    """Bytes free on the disk of a folder, or of the nearest folder above that is there."""
    return shutil.disk_usage(nearest_there(folder)).free


def nearest_there(place: Path) -> Path:
    """The place, or what of the path to it is there or can't be looked into."""
    while not os.path.lexists(place):
        place = place.parent
    return place


def places_of(settings: Settings) -> list[Path]:
    """The folders that a night writes to, the warehouse first and Prefect's records last."""
    home = os.environ.get("PREFECT_HOME")
    return [
        settings.warehouse, settings.archive, settings.restricted, settings.releases, settings.outbox,
        settings.staging, Path(home) if home else settings.warehouse / ".prefect",
    ]  # fmt: skip


def megabytes(size: int) -> str:
    return f"{size / 1024**2:,.0f} MB"


def _shown(path: Path) -> str:
    return mask_path(str(path))


def _named(error: BaseException, settings: Settings) -> Path | None:
    """What the error names; of what lies in the warehouse its folder, which is what people can mend."""
    named = None
    for link in chain(error):
        paths = [str(link.filename)] if isinstance(link, OSError) and link.filename else QUOTED.findall(str(link))
        for path in map(Path, paths):
            holding = [place for place in places_of(settings) if path.is_relative_to(place)]
            if holding:
                return max(holding, key=lambda place: len(place.parts))
            named = named or path
    return named


def _fullest(settings: Settings) -> Path:
    return min(places_of(settings), key=free_room)
