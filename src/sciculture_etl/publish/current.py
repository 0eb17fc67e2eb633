"""Which release is current, and the files that readers open.

``<warehouse>/current.json`` names the current release; writing it (by rename) is the decision. The copies
``sciculture.duckdb`` and ``operations.duckdb`` follow it: a run that was killed in between finds them behind and
finishes.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

PUBLIC, OPERATIONS = "sciculture.duckdb", "operations.duckdb"
MODES = {PUBLIC: 0o644, OPERATIONS: 0o600}


def write_aside(path: Path, data: bytes) -> None:
    """Writes a file so that it is there whole or not at all."""
    aside = path.with_name(f".{path.name}.aside")
    with aside.open("wb") as target:
        target.write(data)
        target.flush()
        os.fsync(target.fileno())
    aside.replace(path)


def current_release(warehouse: Path) -> dict[str, Any] | None:
    """``{"release_id": ..., "files": {name: [size, mtime_ns]}}`` or None before the first release. files: those that
    are copies of the release's own. After a rollback also ``"hold"`` (see ``rollback``), and the operator's file, which
    stays that of the last run, isn't among them."""
    pointer = warehouse / "current.json"
    if not pointer.exists():
        return None
    found: dict[str, Any] = json.loads(pointer.read_text(encoding="utf-8"))
    return found if (warehouse / "releases" / found["release_id"]).is_dir() else None


def _stamp(path: Path) -> list[int]:
    status = path.stat()
    return [status.st_size, status.st_mtime_ns]


def swap_to(warehouse: Path, release_id: str, names: tuple[str, ...] = (OPERATIONS, PUBLIC), **more: Any) -> None:
    """Makes a complete release the current one. Open readers keep the file they have; a new one gets the new file.
    names: the files to be swapped. more: what else ``current.json`` shall say."""
    folder = warehouse / "releases" / release_id
    point_to(warehouse, {"release_id": release_id, "files": {name: _stamp(folder / name) for name in names}, **more})
    finish_swap(warehouse)


def point_to(warehouse: Path, current: dict[str, Any]) -> None:
    write_aside(warehouse / "current.json", json.dumps(current, ensure_ascii=False).encode())


def finish_swap(warehouse: Path) -> bool:
    """Brings the files that readers open in line with ``current.json``; tells whether anything was behind."""
    current = current_release(warehouse)
    if current is None:
        return False
    folder = warehouse / "releases" / current["release_id"]
    swapped = False
    # The operator's file first: it must never lag behind figures that are already public.
    for name in (OPERATIONS, PUBLIC):
        if name not in current["files"]:
            continue
        live = warehouse / name
        if live.exists() and _stamp(live) == current["files"][name]:
            continue
        aside = warehouse / f".{name}.aside"
        aside.unlink(missing_ok=True)
        shutil.copy2(folder / name, aside)
        aside.chmod(MODES[name])
        with aside.open("rb") as copied:
            os.fsync(copied.fileno())
        # Someone who opened the old file for writing may have left a log that fits no other file.
        (warehouse / f"{name}.wal").unlink(missing_ok=True)
        aside.replace(live)
        (warehouse / f"{name}.wal").unlink(missing_ok=True)
        swapped = True
    return swapped
