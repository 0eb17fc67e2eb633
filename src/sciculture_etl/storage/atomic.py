"""Writing that leaves a file complete or as it was, wherever the process stops or the power goes.

What is written aside counts only once its bytes are on the disk, and its name only once its folder is.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from pathlib import Path

# What a file system says that keeps the names in its folders by itself, such as a network's.
WITHOUT_FOLDERS = {errno.EINVAL, errno.ENOTSUP}


def write_atomically(path: Path, data: bytes, mode: int | None = None) -> None:
    """Writes a file so that it is there complete or not at all, on disk when it returns.

    Args:
        mode: who may read and change it; None leaves that to the umask.
    """
    aside = path.with_name(f".{path.name}.aside")
    try:
        aside.write_bytes(data)
        if mode is not None:
            aside.chmod(mode)
        put_in_place(aside, path)
    except BaseException:  # on a full disk, what was written of it takes the room that is missing
        aside.unlink(missing_ok=True)
        raise


def put_in_place(aside: Path, place: Path) -> None:
    """Gives a file or folder that was written aside its name, on disk when it returns.

    What a file replaces, it replaces at once; a folder must not be there yet.
    """
    if aside.is_dir():
        for folder, _, names in os.walk(aside):
            for name in names:
                sync(Path(folder, name))
            sync(Path(folder))
    else:
        sync(aside)
    aside.replace(place)
    sync(place.parent)


def put_all_in_place(pairs: Sequence[tuple[Path, Path]]) -> None:
    """The same for many files or folders, (aside, place) each, which wait for the disk together and not one by one.

    Folders above the places are made where they are missing.
    """
    for folder in {place.parent for _, place in pairs}:
        folder.mkdir(parents=True, exist_ok=True)
    sync_all()
    for aside, place in pairs:
        aside.replace(place)
    sync_all()


def move(source: Path, target: Path) -> Path:
    """Renames, on disk when it returns; returns the target.

    Where the power went in an earlier move, a file may have both names, which a system doesn't rename.
    """
    is_moved = target.is_file() and source.samefile(target)
    source.replace(target)
    if is_moved:
        source.unlink(missing_ok=True)
    sync(target.parent)
    if source.parent != target.parent:
        sync(source.parent)
    return target


def make_folder(folder: Path, mode: int = 0o777) -> None:
    """Makes a folder and those above it, whose names are on disk when it returns."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(mode=mode, exist_ok=True)
    sync(folder)
    sync(folder.parent)


def sync_all() -> None:
    """All that was written is on the disk when it returns, names and bytes, whoever wrote it."""
    os.sync()


def sync(path: Path) -> None:
    """The bytes of a file, or the names in a folder, are on disk when it returns."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in WITHOUT_FOLDERS or not path.is_dir():
            raise
    finally:
        os.close(descriptor)
