"""Taking what lies in further channels, without the patience that real servers need."""

from __future__ import annotations

from typing import Any

from sciculture_etl.extract import Archive, Extraction, extract_submissions
from sciculture_etl.settings import Settings, Timeouts

QUICK = Timeouts(attempts=3, first_pause=0.02, silence=1, copy=20, stable_seconds=0)


def take(archive: Archive, options: dict[str, str], timeouts: Timeouts = QUICK, **more: Any) -> Extraction:
    settings = Settings(warehouse=archive.folder.parent, inbox_options=options, timeouts=timeouts, **more)
    return extract_submissions(settings, archive)
