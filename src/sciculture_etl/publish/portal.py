"""The published tables as CSV for the public-data portal (공공데이터포털), under the names that it asks for.

``portal/기관명_데이터명_YYYYMMDD.csv``: the institution that publishes, the title of the table, and the day of the
release in which its rows last changed. So a file that has kept its name holds what it held.
"""

from __future__ import annotations

import codecs
import re
import shutil
import unicodedata
from pathlib import Path
from typing import Any

from sciculture_etl.contracts import TableContract
from sciculture_etl.publish.files import Content, copy_csv

# What file systems and the portal refuse in a name, and the mark that parts this one.
REFUSED = re.compile(r'[\x00-\x1f\x7f\\/:*?"<>|_]+')
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
    bare = target.with_suffix(".bare")
    copy_csv(content.connection, content.table_contracts[table], bare, new_line="\\r\\n")
    with target.open("wb") as written, bare.open("rb") as lines:
        written.write(codecs.BOM_UTF8)
        shutil.copyfileobj(lines, written)
    bare.unlink()
