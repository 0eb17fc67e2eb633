"""The public list of a release's files and their hashes: ``checksums.sha256``, as ``sha256sum -c`` reads it."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from sciculture_etl.publish.files import Content

CHECKSUMS = "checksums.sha256"
# ``*`` before the name is how some programs write that they read the file as bytes.
LINE = re.compile(r"([0-9a-f]{64}) [ *](\S.*)")


@dataclass(frozen=True)
class FileList:
    """What a list of hashes says.

    Attributes:
        hashes: path within the release → sha256.
        wrong_lines: numbers of lines that say nothing, or name a place outside the release.
        sha256: of the list itself.
    """

    hashes: dict[str, str] = field(default_factory=dict)
    wrong_lines: list[int] = field(default_factory=list)
    sha256: str = ""


def write_checksums(content: Content, _table: str, target: Path) -> None:
    """Every public file that was written before this one."""
    files = content.manifest["files"]
    lines = [f"{said['sha256']}  {path}\n" for path, said in sorted(files.items()) if said["output"] in content.public]
    target.write_text("".join(lines), encoding="utf-8", newline="\n")


def read_checksums(path: Path) -> FileList:
    """Reads a list, with whatever line ends a copy has given it.

    Raises:
        OSError: Where it can't be read.
    """
    data = path.read_bytes()
    hashes: dict[str, str] = {}
    wrong: list[int] = []
    for number, line in enumerate(data.decode("utf-8-sig", "replace").splitlines(), start=1):
        found = LINE.fullmatch(line)
        name = same_name(found[2]) if found else ""
        if found is None or not is_within(name) or hashes.get(name, found[1]) != found[1]:
            wrong.append(number)
        else:
            hashes[name] = found[1]
    return FileList(hashes, wrong, hashlib.sha256(data).hexdigest())


def same_name(path: str) -> str:
    """A path in one form: some systems keep the letters of a Korean name apart."""
    return unicodedata.normalize("NFC", path)


def is_within(path: str) -> bool:
    """Whether a path stays in the folder that it is meant from."""
    parts = PurePosixPath(path).parts
    return bool(parts) and not path.startswith("/") and ".." not in parts and "\\" not in path and ":" not in parts[0]
