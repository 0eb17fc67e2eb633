"""The operator's static edition: every view as a file, which each run writes, also one that publishes nothing.

It lies in ``<warehouse>/operations/``, outside the releases, for this user alone, and opens from the folder. A file
is put in place as a whole, so that a kill leaves the old one or the new one. A view that shows what it showed is left
as it is: what its pages were made from is kept beside them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sciculture_etl.pages import LANGUAGES
from sciculture_etl.pages.assets import asset_names, read_asset
from sciculture_etl.pages.environment import template_fingerprint
from sciculture_etl.pipeline.overview.sources import Row, Sources, shown_moment
from sciculture_etl.pipeline.overview.views import VIEWS, WORDS, View, render_view
from sciculture_etl.settings import fingerprint
from sciculture_etl.storage.access import OWN_FILE, OWN_FOLDER
from sciculture_etl.storage.atomic import write_atomically

FRAME = "operators/static.html"
MADE_FROM = "made_from.json"
ASSETS = "assets"
# The look alone: no page here asks for a script.
ASSET_SUFFIXES = (".css", ".svg", ".woff2")


def write_edition(sources: Sources, folder: Path) -> list[str]:
    """Writes what is new; returns the paths of the pages that were.

    Args:
        folder: made if missing.
    """
    for place in (folder, folder / ASSETS, *(folder / language for language in LANGUAGES)):
        place.mkdir(mode=OWN_FOLDER, exist_ok=True)
    _write_assets(folder / ASSETS)
    before, now, written = _read_made_from(folder), {}, []
    edition = {"moment": shown_moment(sources.now), "run": sources.runs[0].run_no if sources.runs else 0}
    for view in VIEWS:
        data = view.collect(sources)
        made_from = _made_from(view, data)
        for language in LANGUAGES:
            path = f"{language}/{view.name}.html"
            now[path] = made_from
            if before.get(path) == made_from and (folder / path).is_file():
                continue
            page = render_view(view, data, language, FRAME, WORDS, _link, assets=f"../{ASSETS}/", edition=edition)
            write_atomically(folder / path, page.encode(), OWN_FILE)
            written.append(path)
    if now != before:
        write_atomically(folder / MADE_FROM, json.dumps(now, indent=1).encode(), OWN_FILE)
    return written


def _made_from(view: View, data: Row) -> str:
    shown = json.dumps(data, ensure_ascii=False, default=str)
    frame = (template_fingerprint(name, WORDS) for name in (FRAME, f"operators/{view.name}.html"))
    return fingerprint(shown, *frame)


def _link(view: str, **narrowed: Any) -> str | None:
    """A view as a whole has a file here; a list narrowed to something, a single submission or an act has none."""
    is_here = not narrowed and any(one.name == view for one in VIEWS)
    return f"{view}.html" if is_here else None


def _read_made_from(folder: Path) -> dict[str, str]:
    try:
        found = json.loads((folder / MADE_FROM).read_text(encoding="utf-8"))
        return found if isinstance(found, dict) else {}
    except (OSError, ValueError):
        return {}


def _write_assets(folder: Path) -> None:
    """Style sheet, fonts and icon, so that the folder can be opened as it is."""
    for name in asset_names():
        if Path(name).suffix not in ASSET_SUFFIXES:
            continue
        path, data = folder / name, read_asset(name)
        if not path.is_file() or path.stat().st_size != len(data) or path.read_bytes() != data:
            write_atomically(path, data, OWN_FILE)
