"""Of what waits for approval its operators are told once, and every week again until somebody decides."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sciculture_etl.storage.atomic import write_atomically

WAITING_REPORTED = "waiting_told.json"
REMINDED_AFTER = timedelta(days=7)


def newly_waiting(waiting: list[dict[str, Any]], archive: Path, today: date) -> list[dict[str, Any]]:
    """What is to be told today, which is kept beside the journals: a lost record only has it told once more.

    Args:
        waiting: as in ``mart_submission_waiting``.
    """
    path = archive / WAITING_REPORTED
    try:
        reported = {name: date.fromisoformat(day) for name, day in json.loads(path.read_text("utf-8")).items()}
    except (FileNotFoundError, ValueError, AttributeError):
        reported = {}
    due = [
        row
        for row in waiting
        if (last_day := reported.get(row["submission_id"])) is None or last_day + REMINDED_AFTER <= today
    ]
    now = {row["submission_id"]: reported.get(row["submission_id"], today) for row in waiting}
    now |= {row["submission_id"]: today for row in due}
    if now != reported:
        write_atomically(path, json.dumps({name: day.isoformat() for name, day in sorted(now.items())}).encode())
    return due
