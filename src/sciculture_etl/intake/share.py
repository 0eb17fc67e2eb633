"""Storage that a run and the workers of its cluster reach: a folder or a prefix in a bucket, of that run alone.

Whatever lies there is in a folder of its own try, so that a batch that two workers were given lies there twice and
neither is in the other's way. The token tells workers that they see the same storage as the run, and that the run still
waits for them.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from sciculture_etl.extract.channels.channel import Channel
from sciculture_etl.extract.channels.faults import RetryPolicy
from sciculture_etl.settings import Timeouts

TOKEN = "run"
BUCKET = "s3://"


class Share(Protocol):
    """Files of a run, by names with ``/`` in them."""

    place: str

    def begin(self, token: str) -> None: ...

    def end(self) -> None:
        """Removes all; who still writes into it finds out."""

    def is_going_on(self) -> bool:
        """Whether the run still waits for what is put here."""

    def read(self, name: str) -> str: ...

    def write(self, name: str, text: str) -> None: ...

    def try_folder(self, name: str, local: Path) -> Path:
        """Where a worker stages, which has a folder of its own on its machine."""

    def keep(self, folder: Path) -> str:
        """Name of what was staged in a folder within that of a try, once the run can fetch it."""

    def fetch(self, name: str, local: Path) -> Path:
        """Folder in which it lies for the run."""


class SharedFolder:
    """A folder that lies at the same place on all machines."""

    def __init__(self, place: str) -> None:
        self.place = place
        self.path = Path(place)

    def begin(self, token: str) -> None:
        self.path.mkdir(mode=0o700)
        self.write(TOKEN, token)

    def end(self) -> None:
        remove_at_once(self.path)

    def is_going_on(self) -> bool:
        return (self.path / TOKEN).exists()

    def read(self, name: str) -> str:
        return (self.path / name).read_text()

    def write(self, name: str, text: str) -> None:
        (self.path / name).write_text(text)

    def try_folder(self, name: str, local: Path) -> Path:
        return self.path / name

    def keep(self, folder: Path) -> str:
        return folder.relative_to(self.path).as_posix()

    def fetch(self, name: str, local: Path) -> Path:
        return self.path / name


class SharedPrefix:
    """A prefix in a bucket, opened as a channel is: address and credentials come from the environment (``AWS_…``)."""

    def __init__(self, place: str, timeouts: Timeouts) -> None:
        from sciculture_etl.extract.channels.s3 import open_channel

        self.place = place
        self._files: Any
        self._files, self._root = open_channel(Channel("shared", place), timeouts)
        self._patiently = RetryPolicy(timeouts)

    def begin(self, token: str) -> None:
        self.write(TOKEN, token)

    def end(self) -> None:
        # The token first: who puts something here after this has listed what there is, sees that and removes it.
        with suppress(FileNotFoundError):
            self._patiently(lambda: self._files.rm(f"{self._root}/{TOKEN}"))
        with suppress(FileNotFoundError):
            self._patiently(lambda: self._files.rm(self._root, recursive=True))

    def is_going_on(self) -> bool:
        return bool(self._patiently(lambda: self._files.exists(f"{self._root}/{TOKEN}")))

    def read(self, name: str) -> str:
        return bytes(self._patiently(lambda: self._files.cat_file(f"{self._root}/{name}"))).decode()

    def write(self, name: str, text: str) -> None:
        self._patiently(lambda: self._files.pipe_file(f"{self._root}/{name}", text.encode()))

    def try_folder(self, name: str, local: Path) -> Path:
        return local / name

    def keep(self, folder: Path) -> str:
        name = f"{folder.parent.name}/{folder.name}"
        for path in sorted(folder.glob("*.parquet")):
            self._patiently(partial(self._files.put_file, str(path), f"{self._root}/{name}/{path.name}"))
        if not self.is_going_on():
            self._files.rm(f"{self._root}/{folder.parent.name}", recursive=True)
            raise FileNotFoundError(self._root)
        return name

    def fetch(self, name: str, local: Path) -> Path:
        folder = local / name.replace("/", "-")
        folder.mkdir(parents=True)
        try:
            found = self._patiently(lambda: self._files.ls(f"{self._root}/{name}", detail=False))
        except FileNotFoundError:  # nothing was staged
            found = []
        for path in found:
            self._patiently(partial(self._files.get_file, path, str(folder / path.rpartition("/")[2])))
        return folder


def remove_at_once(folder: Path) -> None:
    """Takes a folder out of everybody's reach, then deletes it, so that nobody writes into what is being deleted."""
    gone = folder.with_name(f".gone-{folder.name}")
    with suppress(FileNotFoundError):
        folder.rename(gone)
    shutil.rmtree(gone, ignore_errors=True)


def open_share(place: str, timeouts: Timeouts = Timeouts()) -> Share:  # noqa: B008
    """The storage at a place, ``s3://…`` or a folder."""
    return SharedPrefix(place, timeouts) if place.startswith(BUCKET) else SharedFolder(place)
