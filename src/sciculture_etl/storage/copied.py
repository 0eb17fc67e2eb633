"""A copy of a database to look into: an open one would turn a run away that starts in the meantime."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sciculture_etl.storage.disk import free_room


def has_room_for_copy(database: Path) -> bool:
    return free_room(Path(tempfile.gettempdir())) >= 2 * database.stat().st_size


@contextmanager
def copied(database: Path) -> Iterator[Path]:
    """A copy of a database with its log, as long as the block lasts; nobody else can look into it."""
    with tempfile.TemporaryDirectory(prefix="sciculture-copy-") as folder:
        copy = Path(folder) / "copy.duckdb"
        for ending in ("", ".wal"):
            source = database.with_name(database.name + ending)
            if source.exists():
                shutil.copyfile(source, copy.with_name(copy.name + ending))
        yield copy
