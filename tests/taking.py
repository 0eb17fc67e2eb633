"""Taking what lies in further channels, without the patience that real servers need."""

from __future__ import annotations

from typing import Any

from sciculture_etl.extract import Archive, Extraction, extract_submissions
from sciculture_etl.settings import Patience, Settings

QUICK = Patience(attempts=3, first_pause=0.02, silence=1, copy=20, settle=0)


def take(archive: Archive, options: dict[str, str], patience: Patience = QUICK, **more: Any) -> Extraction:
    settings = Settings(warehouse=archive.folder.parent, inbox_options=options, patience=patience, **more)
    return extract_submissions(settings, archive)
