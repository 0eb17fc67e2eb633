"""The names under which files lie in a channel: how they are shown, and which tell that a file isn't to be taken."""

from __future__ import annotations

import unicodedata
from typing import Any

MAX_NAME_BYTES = 255
OF_THE_SYSTEM = ("thumbs.db", "desktop.ini", ".ds_store")
UNFINISHED = (".part", ".partial", ".filepart", ".tmp", ".temp", ".crdownload", ".download", ".upload", ".swp", "~")
IN_HIDDEN_FOLDER = "in a hidden folder"
REPLACED = "\N{REPLACEMENT CHARACTER}"
# They make a name look other than it is: "fdp.exe" for "exe.pdf".
TURNING = {chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}


def as_people_read(path: bytes) -> str:
    """Composed (NFC).

    Old Korean servers give names in CP949; what is neither has its odd bytes replaced, and so are characters that could
    do harm where the name is shown or used: control characters, turns, backslashes.
    """
    composed = unicodedata.normalize("NFC", "/".join(decoded(name) for name in path.split(b"/")))
    if composed.isprintable() and "\\" not in composed:  # nearly all: no need to look at each of their characters
        return composed
    return "".join(REPLACED if _is_trick(character) else character for character in composed)


def hidden_folder_of(path: str) -> str:
    """The first folder of a path, with those above it, whose name begins with a dot."""
    channel, separator, within = path.rpartition("://")
    parts = within.split("/")
    first = next(place for place, part in enumerate(parts) if part.startswith("."))
    return channel + separator + "/".join(parts[: first + 1]) + "/"


def decoded(name: bytes) -> str:
    """In UTF-8, else in CP949, else with its odd bytes replaced."""
    for encoding in ("utf-8", "cp949"):
        try:
            return name.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name.decode("utf-8", "replace")


def _is_trick(character: str) -> bool:
    return character == "\\" or character in TURNING or unicodedata.category(character) in ("Cc", "Zl", "Zp")


def why_refused(path: str) -> str | None:
    """A name that could do harm where it is used as a path; its owner is to rename the file."""
    parts = path.split("/")
    if any(part in ("", ".", "..") for part in parts):
        return "its path leads elsewhere: rename it"
    if any(len(part.encode("utf-8", "replace")) > MAX_NAME_BYTES for part in parts):
        return f"its name is longer than {MAX_NAME_BYTES} bytes: rename it"
    return None


def why_no_submission(path: str, info: dict[str, Any]) -> str | None:
    """Why nobody meant this file to be taken: reason, or None for a submission."""
    # A named pipe would never end, and a link may lead out of the channel.
    if info.get("islink") or info.get("type") == "link":
        return "symbolic link"
    if info.get("type", "file") != "file":
        return "no regular file"
    parts = path.split("/")
    if any(part.startswith(".") for part in parts[:-1]):
        return IN_HIDDEN_FOLDER
    if parts[-1].startswith("."):
        return "hidden file"
    if parts[-1].startswith("~$"):
        return "lock file of an open workbook"
    if parts[-1].lower() in OF_THE_SYSTEM:
        return "file of the operating system"
    if parts[-1].lower().endswith(UNFINISHED):
        return "unfinished, by its name"
    return None
