"""Which release is current, and the files that readers open.

``<warehouse>/current.json`` names the current release; writing it (by rename) is the decision. The copies
``sciculture.duckdb`` and ``operations.duckdb`` follow it: a run that was killed in between finds them behind and
finishes. A pointer that was lost or broken is found again by the copies, and a release that is no longer whole is
never current.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection
from pathlib import Path
from typing import Any

from sciculture_etl.publish.outputs import LIVE, MANIFEST, OUTPUTS, PUBLIC
from sciculture_etl.publish.release_names import kept_ids
from sciculture_etl.publish.release_version import released_version
from sciculture_etl.storage.access import FILE_FOR_ALL
from sciculture_etl.storage.atomic import put_in_place, write_atomically
from sciculture_etl.storage.lake_lock import check_locks


def current_release(warehouse: Path) -> dict[str, Any] | None:
    """``{"release_id": ..., "version": ..., "files": {name: [size, mtime_ns]}}``.

    None before the first release, and where the one that is pointed to is no longer whole. files: those that are copies
    of the release's own; the operator's isn't while it is that of a night that published nothing, or of the last run
    before a rollback. Then also ``"hold"`` (see ``rollback``).
    """
    found = read_pointer(warehouse)
    if found is None:
        release_id = _recovered_release(warehouse)
        return _pointer_to(warehouse, release_id) if release_id else None
    return found if is_complete(warehouse / "releases" / found["release_id"]) else None


def read_pointer(warehouse: Path) -> dict[str, Any] | None:
    """What ``current.json`` says, whether or not it is so; None where it is missing or broken."""
    try:
        found = json.loads((warehouse / "current.json").read_text(encoding="utf-8"))
        sizes = {name: [int(part) for part in found["files"][name]] for name in found["files"]}
        return {**found, "release_id": str(found["release_id"]), "files": sizes}
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return None


def is_complete(release: Path) -> bool:
    """Whether a release has what it is used by: a manifest that can be read, and all files of the needed outputs."""
    try:
        manifest = json.loads((release / MANIFEST).read_text(encoding="utf-8"))
        needed = [path for output in OUTPUTS if output.is_needed for path, _ in output.files(manifest)]
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return False
    return all((release / path).is_file() for path in needed)


def _recovered_release(warehouse: Path) -> str | None:
    """The release whose file readers have open; else the newest whole one."""
    folders = [warehouse / "releases" / name for name in kept_ids(warehouse / "releases")]
    whole = [path for path in folders if is_complete(path)]
    live = warehouse / PUBLIC
    for release in whole:
        if live.exists() and _stamp(live) == _stamp(release / PUBLIC):
            return release.name
    return whole[-1].name if whole else None


def _pointer_to(warehouse: Path, release_id: str, names: Collection[str] = tuple(LIVE)) -> dict[str, Any]:
    folder = warehouse / "releases" / release_id
    files = {name: _stamp(folder / name) for name in names}
    return {"release_id": release_id, "version": str(released_version(folder)), "files": files}


def _stamp(path: Path) -> list[int]:
    status = path.stat()
    return [status.st_size, status.st_mtime_ns]


def swap_to(warehouse: Path, release_id: str, names: Collection[str] = tuple(LIVE), **more: Any) -> None:
    """Makes a complete release the current one.

    Open readers keep the file they have; a new one gets the new file.

    Args:
        names: the files to be swapped.
        more: what else ``current.json`` shall say.
    """
    point_to(warehouse, {**_pointer_to(warehouse, release_id, names), **more})
    finish_swap(warehouse)


def point_to(warehouse: Path, current: dict[str, Any]) -> None:
    check_locks()
    write_atomically(warehouse / "current.json", json.dumps(current, ensure_ascii=False).encode(), FILE_FOR_ALL)


def let_go(warehouse: Path, name: str) -> None:
    """From now on a file that readers open isn't the release's copy."""
    pointer = read_pointer(warehouse)
    if pointer and pointer["files"].pop(name, None):
        point_to(warehouse, pointer)


def restore_live_copies(warehouse: Path) -> None:
    """Makes every file that readers open the current release's copy again."""
    pointer = read_pointer(warehouse)
    if pointer and pointer["files"].keys() != LIVE.keys():
        point_to(warehouse, pointer | _pointer_to(warehouse, pointer["release_id"]))
        finish_swap(warehouse)


def finish_swap(warehouse: Path, renewed: Collection[str] = ()) -> bool:
    """Brings the files that readers open in line with ``current.json``; tells whether anything was behind.

    A file of the release's size and time counts as its copy.

    Args:
        renewed: names of those that aren't, by their content.
    """
    current = current_release(warehouse)
    if current is None:
        return False
    swapped = False
    if read_pointer(warehouse) is None:
        point_to(warehouse, current)
        swapped = True
    folder = warehouse / "releases" / current["release_id"]
    for name, mode in LIVE.items():
        if name not in current["files"]:
            continue
        live = warehouse / name
        if name not in renewed and live.exists() and _stamp(live) == current["files"][name]:
            continue
        aside = warehouse / f".{name}.aside"
        aside.unlink(missing_ok=True)
        try:
            shutil.copy2(folder / name, aside)
            aside.chmod(mode)
            # Someone who opened the old file for writing may have left a log that fits no other file.
            (warehouse / f"{name}.wal").unlink(missing_ok=True)
            put_in_place(aside, live)
        except BaseException:
            aside.unlink(missing_ok=True)
            raise
        (warehouse / f"{name}.wal").unlink(missing_ok=True)
        swapped = True
    return swapped
