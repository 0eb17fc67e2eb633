"""Whether a release has everything that it says of itself."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from sciculture_etl.publish.current import MODES, is_whole
from sciculture_etl.storage import parquet
from sciculture_etl.storage.proof import why_unreadable


def what_is_wrong(release: Path, quick: bool = False) -> str | None:
    """In words; None where nothing is. quick: only whether files are there, not what they hold."""
    if not is_whole(release):
        return "its manifest, a database or a table as Parquet is missing or broken"
    manifest: dict[str, Any] = json.loads((release / "manifest.json").read_text(encoding="utf-8"))
    if manifest.get("release_id") != release.name:
        return "its manifest is that of another release"
    for name, table in manifest["tables"].items():
        if table["audience"] != "public":
            continue
        exported, columns = release / "csv" / f"{name}.csv", release / "parquet" / f"{name}.parquet"
        if not exported.exists():
            return f"{name} is missing as CSV"
        if not quick:
            if reason := parquet.why_unreadable(columns, "count(*)"):
                return f"parquet/{columns.name}: {reason}"
            with exported.open("rb") as content:
                if hashlib.file_digest(content, "sha256").hexdigest() != table["sha256"]:
                    return f"csv/{exported.name} was changed"
    if not quick:
        for name in MODES:
            if reason := why_unreadable(release / name):
                return f"{name}: {reason}"
    return None
