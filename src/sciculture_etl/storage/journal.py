"""Journals: what the archive remembers besides bytes, one JSON object a line, only ever added to."""

from __future__ import annotations

import fcntl
import json
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sciculture_etl.errors import JournalError, UserError
from sciculture_etl.messages import message
from sciculture_etl.privacy import kinds_in
from sciculture_etl.storage.atomic import make_folder, sync, write_atomically

T = TypeVar("T")
MIN_REASON_CHARACTERS = 5


def validated_reason(reason: str, option: str = "--reason") -> str:
    """Why somebody decides something, as a journal may keep it.

    Args:
        option: by which it was given.

    Raises:
        UserError: Where it says nothing or names a person.
    """
    if len(reason.strip()) < MIN_REASON_CHARACTERS:
        raise UserError(message("reason_missing", option=option))
    if kinds_in(reason):
        raise UserError(message("reason_personal", option=option))
    return reason.strip()


def as_line(entry: dict[str, Any]) -> bytes:
    return json.dumps(entry, ensure_ascii=False).encode() + b"\n"


class Journal:
    """A file of JSON lines that survives a kill at any instruction.

    A line that was cut off counts as never written and is dropped when the journal is next added to.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def stamp(self) -> tuple[int, int, int] | None:
        """What changes with the file: its number, length and time; None where there is none."""
        if not self.path.exists():
            return None
        status = self.path.stat()
        return status.st_ino, status.st_size, status.st_mtime_ns

    def lines(self) -> Iterator[dict[str, Any]]:
        """All whole lines in the order in which they were written.

        Raises:
            JournalError: At one that is none of ours.
        """
        return self.records(dict)

    def readable(self) -> Iterator[dict[str, Any]]:
        """The lines that can be read, where a lost one does no harm."""
        if self.path.exists():
            for line in self.path.read_bytes().split(b"\n"):
                try:
                    found = json.loads(line)
                except ValueError:
                    continue
                if isinstance(found, dict):
                    yield found

    def records(self, made: Callable[[dict[str, Any]], T]) -> Iterator[T]:
        """The same as what ``made`` makes of each.

        A line that it can't be made of counts as damaged, too: leaving it out would lose in silence what it told.
        """
        for number, line in enumerate(self.whole_lines(), start=1):
            try:
                yield made(json.loads(line))
            except (ValueError, TypeError, KeyError):
                found = "journal_hole" if b"\0" in line else "journal_damaged"
                raise JournalError(message(found, line=number, path=self.path, zeros=line.count(0))) from None

    def whole_lines(self) -> list[bytes]:
        """The lines as they stand there, without what was cut off at the end."""
        if not self.path.exists():
            return []
        data = self.path.read_bytes()
        return data[: data.rfind(b"\n") + 1].split(b"\n")[:-1]

    def add(self, entries: Iterable[dict[str, Any]]) -> None:
        """Appends, on disk when it returns.

        Several lines are there together or not at all, since what one run adds may count as one: the journal is then
        written anew aside. One line is appended; cut off, it counts as never written. Of several processes that add at
        once, none loses a line: those that load parts of a backfill hold the warehouse together.
        """
        lines = [as_line(entry) for entry in entries]
        if lines:
            make_folder(self.path.parent)
            with _one_at_a_time(self.path.parent):
                self._add(lines)

    def _add(self, lines: list[bytes]) -> None:
        is_new = not self.path.exists()
        if len(lines) > 1:
            data = b"" if is_new else self.path.read_bytes()
            mode = None if is_new else stat.S_IMODE(self.path.stat().st_mode)
            write_atomically(self.path, data[: data.rfind(b"\n") + 1] + b"".join(lines), mode)
            return
        with self.path.open("a+b") as journal:
            journal.seek(0)
            whole = journal.read().rfind(b"\n") + 1
            journal.truncate(whole)
            journal.write(lines[0])
            journal.flush()
            os.fsync(journal.fileno())
        if is_new:
            sync(self.path.parent)


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Whoever else adds to a journal of the folder waits."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
