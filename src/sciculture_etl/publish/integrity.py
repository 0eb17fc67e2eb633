"""Whether a release has everything that it says of itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sciculture_etl.messages import message
from sciculture_etl.publish.current import is_complete
from sciculture_etl.publish.outputs import MANIFEST, held_in
from sciculture_etl.publish.verification import why_not_as_published


def integrity_fault(release: Path, quick: bool = False, name: str = "") -> str | None:
    """In words; None where nothing is.

    Args:
        quick: only whether files are there, not what they hold.
        name: of the release, where its folder has another.
    """
    if not is_complete(release):
        return "its manifest, a database or a table as Parquet is missing or broken"
    manifest: dict[str, Any] = json.loads((release / MANIFEST).read_text(encoding="utf-8"))
    if manifest.get("release_id") != (name or release.name):
        return "its manifest is that of another release"
    tables, files = manifest["tables"], manifest.get("files", {})
    paths = [(output, path, table) for output in held_in(manifest) for path, table in output.files(manifest)]
    for _, path, _ in paths:
        if not (release / path).is_file():
            return f"{path} is missing"
    for output, path, table in [] if quick else paths:
        if "output" in files.get(path, {}):
            kind = why_not_as_published(release / path, files[path]["sha256"])
            reason = message(kind) if kind else None
        else:  # of a release from before the hash of every file was kept
            said = tables.get(table, {}) | files.get(path, {})
            reason = output.why_broken(release / path, said) if output.why_broken else None
        if reason:
            return f"{path}: {reason}"
    return None
