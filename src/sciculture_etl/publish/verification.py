"""Whether a release, or a copy of one that was handed on, holds what was published: every file by its hash.

A copy needs nothing besides itself: ``checksums.sha256`` names the public files, ``datapackage.json`` names them again.
In the warehouse the manifest has the hash of every file, the list's own and the operator's files included.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sciculture_etl.errors import UserError
from sciculture_etl.messages import message
from sciculture_etl.publish.checksums import CHECKSUMS, FileList, is_within, read_checksums, same_name
from sciculture_etl.publish.files import sha256_of
from sciculture_etl.publish.notices import STANDING, is_standing
from sciculture_etl.publish.outputs import DATAPACKAGE, FOR_OPERATORS, MANIFEST

# Kinds of faults, each with its text in the catalogue of messages.
MISSING, CHANGED, LINE_ENDS = "file_is_missing", "file_was_changed", "file_line_ends_changed"
EXTRA, UNLISTED, NO_FILE, UNREADABLE = "file_is_extra", "file_is_not_listed", "file_is_no_file", "file_is_unreadable"
WRONG_LINE, OTHER_RELEASE, DISAGREES = "list_line_is_wrong", "manifest_of_other_release", "hashes_disagree"


@dataclass(frozen=True)
class Fault:
    """What is wrong with one file of a release; ``kind`` is the code of its message."""

    path: str
    kind: str

    @property
    def text(self) -> str:
        return message(self.kind)


@dataclass(frozen=True)
class Verification:
    """What was found in a folder.

    Attributes:
        release_id: which release it says that it is; empty where it doesn't.
        version: of that release.
        list_sha256: hash of the list of hashes, to be compared with what the publisher says.
        files, byte_count: that hold what was published.
        operators: files that are the operator's alone.
    """

    folder: Path
    release_id: str = ""
    version: str = ""
    list_sha256: str = ""
    files: int = 0
    byte_count: int = 0
    faults: list[Fault] = field(default_factory=list)
    operators: list[str] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        return not self.faults

    def as_dict(self) -> dict[str, Any]:
        faults = [{"path": fault.path, "kind": fault.kind, "text": fault.text} for fault in self.faults]
        return {
            "folder": str(self.folder),
            "release_id": self.release_id,
            "version": self.version,
            "is_complete": self.is_complete,
            "files": self.files,
            "bytes": self.byte_count,
            "list_sha256": self.list_sha256,
            "faults": faults,
            "operator_files": self.operators,
        }


def why_not_as_published(path: Path, sha256: str) -> str | None:
    """The kind of what is wrong with a file; None where it holds what was published.

    A link is no file: what it leads to may be another tomorrow. What is no file at all is never opened.
    """
    try:
        mode = path.lstat().st_mode
        if not stat.S_ISREG(mode):
            return NO_FILE
        if sha256_of(path) == sha256:
            return None
        return LINE_ENDS if _with_unix_line_ends(path) == sha256 else CHANGED
    except (FileNotFoundError, NotADirectoryError):
        return MISSING
    except OSError:
        return UNREADABLE


def _with_unix_line_ends(path: Path) -> str:
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def verify_folder(folder: Path, is_in_warehouse: bool = False) -> Verification:
    """Compares every file below a folder with what the release says of itself.

    Args:
        folder: of a release, or of a copy of one; it may be named by a link.
        is_in_warehouse: its manifest must be there, and be that of the folder's name.

    Raises:
        UserError: Where it is no folder, or has no list of hashes.
    """
    if not folder.is_dir():
        raise UserError(message("copy_is_no_folder", path=folder))
    manifest = _json(folder / MANIFEST)
    listed = _listed(folder)
    if listed is None and not _recorded(manifest):
        raise UserError(message("copy_without_list", path=folder, name=CHECKSUMS))
    faults = [Fault(f"{CHECKSUMS}:{number}", WRONG_LINE) for number in listed.wrong_lines] if listed else []
    found = dict(_found(folder))
    recorded = _recorded(manifest)
    if not is_in_warehouse:  # what is the operator's need not have been copied
        recorded = {name: sha256 for name, sha256 in recorded.items() if name in found or name not in FOR_OPERATORS}
    hashes = (listed.hashes if listed else {}) | recorded
    package = _json(folder / DATAPACKAGE)
    faults += _disagreeing(package, hashes)
    if is_in_warehouse and manifest.get("release_id") != folder.name:
        faults.append(Fault(MANIFEST, OTHER_RELEASE))
    sound: list[Path] = []
    for name, sha256 in sorted(hashes.items()):
        # What only a link to another folder leads to isn't there.
        path = found.get(name)
        if path is None:
            faults.append(Fault(name, MISSING))
        elif kind := why_not_as_published(path, sha256):
            faults.append(Fault(name, kind))
        else:
            sound.append(path)
    if STANDING in found and STANDING not in hashes and not is_standing(found[STANDING]):
        faults.append(Fault(STANDING, CHANGED))
    known = {CHECKSUMS, STANDING, *FOR_OPERATORS}
    faults += [Fault(name, EXTRA) for name in sorted(found.keys() - hashes.keys() - known)]
    operators = sorted(found.keys() & set(FOR_OPERATORS))
    release_id, version = (str(manifest.get(part) or package.get(part) or "") for part in ("release_id", "version"))
    sha256 = listed.sha256 if listed else ""
    byte_count = sum(path.stat().st_size for path in sound)
    return Verification(folder, release_id, version, sha256, len(sound), byte_count, faults, operators)


def _listed(folder: Path) -> FileList | None:
    path = folder / CHECKSUMS
    try:
        return read_checksums(path) if stat.S_ISREG(path.lstat().st_mode) else None
    except FileNotFoundError:
        return None


def _json(path: Path) -> dict[str, Any]:
    """What a file says; nothing where it isn't there or can't be read: its hash tells of that."""
    try:
        found = json.loads(path.read_text(encoding="utf-8")) if stat.S_ISREG(path.lstat().st_mode) else None
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _recorded(manifest: dict[str, Any]) -> dict[str, str]:
    """Path → sha256, of the files that a manifest tells of."""
    files = manifest.get("files")
    known = files.items() if isinstance(files, dict) else ()
    return {same_name(path): str(said["sha256"]) for path, said in known if isinstance(said, dict) and "sha256" in said}


def _disagreeing(package: dict[str, Any], hashes: dict[str, str]) -> Iterator[Fault]:
    """Files that the package names and the list doesn't, as where the list was cut, or names with another hash."""
    resources = package.get("resources")
    for resource in resources if isinstance(resources, list) else []:
        path, stated = (str(resource.get(part, "")) if isinstance(resource, dict) else "" for part in ("path", "hash"))
        name = same_name(path)
        if is_within(name) and name not in hashes:
            yield Fault(name, UNLISTED)
        elif name in hashes and stated != f"sha256:{hashes[name]}":
            yield Fault(name, DISAGREES)


def _found(folder: Path) -> Iterator[tuple[str, Path]]:
    """Whatever lies below a folder but folders, by name; links are not followed."""
    for place, folders, files in os.walk(folder):
        links = [name for name in folders if (Path(place) / name).is_symlink()]
        for name in (*files, *links):
            path = Path(place) / name
            yield same_name(path.relative_to(folder).as_posix()), path
