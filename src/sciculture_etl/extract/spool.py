"""The spool: files that institutions sent in at the desk lie here until a run has them in the archive.

``<warehouse>/desk/spool/<institution>/<letters>/<file name>``: a channel like any other, in which a file appears whole.
The letters spell the file's sha256, so that the same bytes are sent once whoever presses twice, and the file keeps its
name. No lock is taken: a run in progress stops nobody, and takes what it finds. Unlike in other channels, what a run
has taken is removed: the desk alone writes here, and what is archived needs no second copy.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sciculture_etl.errors import UserError
from sciculture_etl.extract.archive import Receipt
from sciculture_etl.extract.channels.channel import SPOOL
from sciculture_etl.extract.names import (
    OF_THE_SYSTEM,
    REPLACED,
    UNFINISHED,
    as_people_read,
    decoded,
    why_no_submission,
    why_refused,
)
from sciculture_etl.messages import message
from sciculture_etl.privacy import mask_path
from sciculture_etl.settings import Settings
from sciculture_etl.storage.atomic import make_folder, put_in_place, sync
from sciculture_etl.storage.own_folders import make_own_folder, sweep_of_the_dead

# What one institution may have waiting here, so that nobody fills the disk; a run empties it.
MAX_WAITING_FILES = 200
MAX_WAITING_BYTES = 2 * 1024**3
MIN_FREE_BYTES = 1024**3  # left on the disk for the run that takes the files
MAX_NAME_BYTES = 255
WITHOUT_NAME = "제출파일"
# Of sha256: enough of it that no two files share a folder, in letters that look like no number and no word.
DIGITS = 32
LETTERS = str.maketrans("0123456789abcdef", "bcdfghjkmnpqrstv")


@dataclass(frozen=True)
class SpooledFile:
    """A file that waits for a run.

    Attributes:
        sent_at: UTC.
    """

    institution: str
    file_name: str
    size: int
    sent_at: datetime
    place: Path


def folder_of(sha256: str) -> str:
    """The name of the folder that a file's bytes lie in."""
    return sha256[:DIGITS].translate(LETTERS)


def path_of(institution: str, sha256: str, file_name: str) -> str:
    """What the file will be called in its receipt."""
    return f"{SPOOL}://{institution}/{folder_of(sha256)}/{file_name}"


def name_in_spool(given: bytes) -> str:
    """The institution's own name for its file, without what would harm or keep a run from taking it.

    Years, days and revision words stay: they say of which year a file is and which of several is the newest.

    Args:
        given: as the browser sends it: in UTF-8 or CP949, with folders where an old one sends them.
    """
    name = unicodedata.normalize("NFC", decoded(given)).replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    # Control characters, those that turn what follows, and what couldn't be read.
    name = "".join(letter for letter in name if letter.isprintable() and letter != REPLACED)
    name = " ".join(name.split())
    while True:
        shorter = name.lstrip(".").removeprefix("~$").strip()
        for ending in UNFINISHED:
            shorter = shorter[: -len(ending)] if shorter.lower().endswith(ending) else shorter
        if shorter == name:
            break
        name = shorter
    stem, dot, ending = name.rpartition(".")
    if not stem or len(ending.encode()) > 10:
        stem, dot, ending = name, "", ""
    room = MAX_NAME_BYTES - len(f"{dot}{ending}".encode())
    stem = stem.encode()[:room].decode(errors="ignore").strip()
    name = f"{stem}{dot}{ending}"
    return WITHOUT_NAME if not stem.strip(".") or name.lower() in OF_THE_SYSTEM else name


def is_institution_name(text: str) -> bool:
    """Whether a folder can bear the name, so that a run reads it as it was given."""
    readable = text.strip() == text and as_people_read(os.fsencode(text)) == text and mask_path(text) == text
    return readable and "/" not in text and not why_refused(text) and not why_no_submission(f"{text}/x", {})


class Spool:
    """What was sent in and waits."""

    def __init__(self, settings: Settings) -> None:
        self.folder = settings.spool
        self._aside = settings.spool.with_name("incoming")

    def open(self) -> None:
        """Makes the folders, and clears away what a killed desk left half written."""
        for folder in (self.folder, self._aside):
            make_folder(folder, 0o700)
        sweep_of_the_dead(self._aside)

    def put(self, institution: str, file_name: str, data: bytes) -> SpooledFile:
        """Writes a file so that a run sees it whole or not at all, on disk when it returns.

        Args:
            file_name: as ``name_in_spool`` gives it.

        Returns:
            The file; the one that lies there where the same bytes wait already.

        Raises:
            UserError: Where too much of the institution waits, or the disk has no room.
        """
        sha256 = hashlib.sha256(data).hexdigest()
        if (known := self.find(institution, sha256)) is not None:
            return known
        self._check_room(institution, len(data))
        own = self.folder / institution
        make_folder(own, 0o700)
        aside = make_own_folder(self._aside)
        try:
            descriptor = os.open(aside / file_name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as target:
                target.write(data)
            put_in_place(aside, own / folder_of(sha256))
        except OSError:
            # Somebody pressed twice at the same moment, and the other was quicker.
            if (known := self.find(institution, sha256)) is not None:
                return known
            raise
        finally:
            shutil.rmtree(aside, ignore_errors=True)
        found = self.find(institution, sha256)
        return found or SpooledFile(institution, file_name, len(data), datetime.now(UTC), own)

    def find(self, institution: str, sha256: str) -> SpooledFile | None:
        """The file with these bytes, if it waits."""
        return next(iter(_files_in(self.folder / institution / folder_of(sha256), institution)), None)

    def waiting(self, institution: str) -> list[SpooledFile]:
        """All files of an institution that wait, the oldest first."""
        found = [file for folder in _folders(self.folder / institution) for file in _files_in(folder, institution)]
        return sorted(found, key=lambda file: (file.sent_at, file.file_name))

    def _check_room(self, institution: str, size: int) -> None:
        waiting = self.waiting(institution)
        if len(waiting) >= MAX_WAITING_FILES or sum(file.size for file in waiting) + size > MAX_WAITING_BYTES:
            raise UserError(message("spool_full", count=len(waiting)))
        if shutil.disk_usage(self.folder).free - size < MIN_FREE_BYTES:
            raise UserError(message("spool_without_room"))


def remove_received(spool: Path, receipts: Iterable[Receipt]) -> None:
    """Removes what has its receipt, once that is on disk. Only the one writer calls it.

    The same bytes of another institution have none: they may have come a moment after the run looked.
    """
    paths = (receipt.path.split("/") for receipt in receipts if receipt.path.startswith(f"{SPOOL}://"))
    taken = {(institution, folder) for _, _, institution, folder, *_ in paths}
    for institution in _folders(spool):
        for folder in _folders(institution):
            if (institution.name, folder.name) in taken:
                for file in folder.iterdir():
                    file.unlink(missing_ok=True)
                with suppress(OSError):
                    folder.rmdir()
                sync(institution)


def _folders(folder: Path) -> list[Path]:
    try:
        return sorted(Path(entry.path) for entry in os.scandir(folder) if entry.is_dir(follow_symlinks=False))
    except FileNotFoundError:
        return []


def _files_in(folder: Path, institution: str) -> list[SpooledFile]:
    found = []
    with suppress(FileNotFoundError):  # a run may have taken it in this moment
        for entry in os.scandir(folder):
            stat = entry.stat(follow_symlinks=False)
            at = datetime.fromtimestamp(stat.st_mtime, UTC)
            found.append(SpooledFile(institution, entry.name, stat.st_size, at, Path(entry.path)))
    return found
