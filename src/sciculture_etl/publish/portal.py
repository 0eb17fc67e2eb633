"""The published tables as CSV for the public-data portal (공공데이터포털), under the names that it asks for.

``portal/기관명_데이터명_YYYYMMDD.csv``: the institution that publishes, the title of the table, and the day of the
release in which its rows last changed. So a file that has kept its name holds what it held.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from sciculture_etl.contracts import TableContract
from sciculture_etl.publish.files import Content, plain_csv

# What file systems and the portal refuse in a name, and the mark that parts this one.
REFUSED = re.compile(r'[\x00-\x1f\x7f\\/:*?"<>|_]+')
PIECE = 1 << 20  # bytes that are changed at once
MAX_PART = 50  # letters: a name has at most 255 bytes, and a Korean letter is three of them


def _part(text: str) -> str:
    """A part of a name: no dot or space at its ends, which Windows drops."""
    return REFUSED.sub(" ", unicodedata.normalize("NFC", text))[:MAX_PART].strip(" .")


def portal_names(
    publisher: str, table_contracts: dict[str, TableContract], tables: dict[str, dict[str, Any]]
) -> dict[str, str]:
    """Name of the file → public table. Where two tables have one title, the second has its table's name besides.

    Args:
        tables: what the manifest says of them.
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name, table in sorted(tables.items()):
        if table["audience"] == "public":
            title = _part(table_contracts[name].title.ko)
            if title in taken:
                title = f"{title} {name.replace('_', ' ')}"
            taken.add(title)
            found[f"{_part(publisher)}_{title}_{table['since'].rpartition('-')[2]}"] = name
    return found


def write_portal_csv(content: Content, table: str, target: Path) -> None:
    """With a byte order mark and the line ends of Windows: Excel opens it with a double click, Korean included."""
    plain = plain_csv(content, table)
    with target.open("wb") as written, plain.open("rb") as lines:
        written.write(codecs.BOM_UTF8)
        written.writelines(_with_ends_of_windows(lines))


def _with_ends_of_windows(lines: BinaryIO) -> Iterator[bytes]:
    """Ends of lines within quotes are a value's own and stay. A quote in a value is two: out of it and in again."""
    is_quoted = False
    while piece := lines.read(PIECE):
        parts = piece.split(b'"')
        for at in range(is_quoted, len(parts), 2):
            parts[at] = parts[at].replace(b"\n", b"\r\n")
        is_quoted ^= len(parts) % 2 == 0
        yield b'"'.join(parts)
