"""Whether a release has everything that it says of itself."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from sciculture_etl.publish.current import MODES, is_whole
from sciculture_etl.storage.parquet import first_unreadable
from sciculture_etl.storage.proof import why_unreadable


def what_is_wrong(release: Path, quick: bool = False) -> str | None:
    """In words; None where nothing is. quick: only whether files are there, not what they hold."""
    if not is_whole(release):
        return "its manifest, a database or a table as Parquet is missing or broken"
    manifest: dict[str, Any] = json.loads((release / "manifest.json").read_text(encoding="utf-8"))
    if manifest.get("release_id") != release.name:
        return "its manifest is that of another release"
    hashes = {name: table["sha256"] for name, table in manifest["tables"].items() if table["audience"] == "public"}
    for name in hashes:
        if not (release / "csv" / f"{name}.csv").exists():
            return f"{name} is missing as CSV"
    if quick:
        return None
    if found := first_unreadable((release / "parquet" / f"{name}.parquet" for name in hashes), "count(*)"):
        return f"parquet/{found[0].name}: {found[1]}"
    for name, sha256 in hashes.items():
        with (release / "csv" / f"{name}.csv").open("rb") as exported:
            if hashlib.file_digest(exported, "sha256").hexdigest() != sha256:
                return f"csv/{name}.csv was changed"
    for name in MODES:
        if reason := why_unreadable(release / name):
            return f"{name}: {reason}"
    return None
