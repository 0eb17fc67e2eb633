"""Damaged lines of the journal of receipts, put back from the build database, which keeps what runs have loaded."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime

import duckdb

from sciculture_etl.errors import LakeError
from sciculture_etl.extract import Receipt
from sciculture_etl.load.builds import read_build
from sciculture_etl.settings import Settings
from sciculture_etl.storage.access import OWN_FILE
from sciculture_etl.storage.atomic import write_atomically
from sciculture_etl.storage.journal import Journal, as_line

RECEIPTS = """
SELECT sha256, path, submitter, size, modified_at, arrival, received_at FROM log.receipt ORDER BY seq
"""


def restore_receipts(settings: Settings) -> list[Receipt]:
    """Puts damaged lines back where the build database has them, and only where they fit to the byte.

    A hole may have swallowed the ends of lines, so how many lines are missing is told by their length alone.

    Returns:
        The receipts that were put back; none where nothing is damaged or it can't be proved what stood there.
    """
    path = settings.archive / "receipts.jsonl"
    lines = [line + b"\n" for line in Journal(path).whole_lines()]
    damaged = [number for number, line in enumerate(lines) if _receipt(line) is None]
    if not damaged:
        return []
    before, between, after = lines[: damaged[0]], lines[damaged[0] : damaged[-1] + 1], lines[damaged[-1] + 1 :]
    kept = _kept(settings)
    end, size = len(before), 0
    while end < len(kept) and size < sum(map(len, between)):
        size += len(as_line(asdict(kept[end])))
        end += 1
    put_back = kept[len(before) : end]
    restored = [*before, *(as_line(asdict(receipt)) for receipt in put_back), *after]
    if size != sum(map(len, between)) or [_receipt(line) for line in restored[: len(kept)]] != kept:
        return []
    write_atomically(path, b"".join(restored), OWN_FILE)
    return put_back


def _receipt(line: bytes) -> Receipt | None:
    try:
        return Receipt(**json.loads(line))
    except (ValueError, TypeError):
        return None


def _kept(settings: Settings) -> list[Receipt]:
    """Of the build database, those before the first that doesn't tell all that a line does; none where it has none."""
    try:
        with read_build(settings) as connection:
            rows = connection.execute(RECEIPTS).fetchall()
    except (duckdb.Error, LakeError):
        return []
    found = []
    for sha256, path, submitter, size, modified, arrival, received in rows:
        if modified is None:  # undated
            break
        seen_at = _utc(received, "seconds") if arrival else ""
        found.append(Receipt(sha256, path, submitter, size, _utc(modified, "microseconds"), "", arrival, seen_at))
    return found


def _utc(moment: datetime, timespec: str) -> str:
    return moment.astimezone(UTC).isoformat(timespec=timespec)
