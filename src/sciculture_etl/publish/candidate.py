"""The candidate: what a release would hold that was previewed, refused or kept back by a hold.

``<warehouse>/candidate/`` holds every public table as Parquet and a manifest. It is the operator's alone, is replaced
by the next one, and goes with the next release, or once nothing differs from the current one any more.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from sciculture_etl.publish.outputs import BY_NAME, MANIFEST, Output
from sciculture_etl.settings import Settings
from sciculture_etl.storage.access import OWN_FILE, OWN_FOLDER
from sciculture_etl.storage.atomic import put_in_place

CANDIDATE = "candidate"
ASIDE, REMOVED = f".{CANDIDATE}.aside", f".{CANDIDATE}-removed.aside"
OUTPUTS: list[Output] = [BY_NAME["parquet"], BY_NAME["manifest"]]


def begin_candidate(settings: Settings) -> Path:
    """An empty folder of the operator's own, to be filled and kept."""
    sweep_candidate(settings)
    aside = settings.warehouse / ASIDE
    aside.mkdir(mode=OWN_FOLDER)
    return aside


def keep_candidate(settings: Settings, aside: Path) -> None:
    """Makes a filled folder the candidate. Killed in between, there is none, and the next run makes it again."""
    for path in (aside, *aside.rglob("*")):
        path.chmod(OWN_FOLDER if path.is_dir() else OWN_FILE)
    remove_candidate(settings)
    put_in_place(aside, settings.candidate)


def remove_candidate(settings: Settings) -> None:
    """It goes by its name first, so that one that is half removed is none."""
    if settings.candidate.exists():
        removed = settings.warehouse / REMOVED
        shutil.rmtree(removed, ignore_errors=True)
        shutil.rmtree(settings.candidate.replace(removed), ignore_errors=True)


def sweep_candidate(settings: Settings) -> None:
    """Removes what a killed run left of one."""
    for name in (ASIDE, REMOVED):
        shutil.rmtree(settings.warehouse / name, ignore_errors=True)


def read_candidate(settings: Settings) -> dict[str, Any] | None:
    """What the candidate says of itself; None where there is none, or it can't be read."""
    try:
        found: dict[str, Any] = json.loads((settings.candidate / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if why_incomplete(settings, found) is None else None


def why_incomplete(settings: Settings, manifest: dict[str, Any]) -> str | None:
    """In words; None where every table is there."""
    for output in OUTPUTS:
        for path, _ in output.files({"tables": {}} | manifest):
            if not (settings.candidate / path).is_file():
                return f"{path} is missing"
    return None
