"""The first run over a warehouse of an earlier version: what was published long ago is closed, on record."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date, timedelta

from sciculture_etl.contracts import Contract
from sciculture_etl.extract import Archive, Closing, Closings
from sciculture_etl.settings import Settings
from sciculture_etl.storage.atomic import write_atomically
from sciculture_etl.versions.published import counted_years
from sciculture_etl.versions.years import CLOSED

CLOSED_AFTER = timedelta(days=90)
REASON = "closed by the upgrade: its last reports were due more than 90 days before / 판올림: 제출 기한 90일 경과"


def close_published_years(settings: Settings, contracts: dict[str, Contract], today: date) -> list[Closing]:
    """Closes the years that were published and whose last due day is long past; returns what it closed.

    It does so once: where a release stands and nothing has been received since arrivals are counted. What it writes is
    there complete or not at all. A warehouse that begins with this version closes nothing by itself.
    """
    closings = Closings(settings.archive)
    receipts = Archive(settings.archive).receipts()
    if closings.has_begun or not receipts or any(receipt.arrival for receipt in receipts):
        return []
    if not (settings.warehouse / "current.json").exists():
        return []
    closed = [
        Closing.now(dataset, year, CLOSED, REASON, len(receipts), counted=counted)
        for (dataset, year), counted in sorted(counted_years(settings.warehouse / "operations.duckdb").items())
        if dataset in contracts and contracts[dataset].due.last_due_on(year) + CLOSED_AFTER < today
    ]
    lines = "".join(json.dumps(asdict(closing), ensure_ascii=False) + "\n" for closing in closed)
    write_atomically(settings.archive / "closings.jsonl", lines.encode())
    return closed
