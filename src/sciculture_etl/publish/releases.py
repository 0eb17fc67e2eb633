"""The releases that are kept, as the operator asks for them: the list, pins, and what differs between two of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import polars as pl

from sciculture_etl.errors import SciCultureError, UserError
from sciculture_etl.messages import message, nearest_names
from sciculture_etl.publish.candidate import CANDIDATE, read_candidate
from sciculture_etl.publish.current import current_release
from sciculture_etl.publish.journal import PINNED, UNPINNED, ReleaseJournal
from sciculture_etl.publish.release_names import kept_ids
from sciculture_etl.publish.release_version import version_of
from sciculture_etl.publish.retention import find_release, folder_of, read_manifest, to_be_removed
from sciculture_etl.publish.rollback import current_hold
from sciculture_etl.publish.scheduled import SCHEDULED_NAME, ScheduledRelease, find_scheduled, why_not
from sciculture_etl.revisions.diff import HISTORY, count_differences, find_differences, released_tables, table_hashes
from sciculture_etl.rules import apply_rule
from sciculture_etl.settings import Settings, sql_text
from sciculture_etl.storage.disk import size_of
from sciculture_etl.storage.journal import validated_reason
from sciculture_etl.storage.lock import writer_lock
from sciculture_etl.storage.parquet import damage_reported

REVISION = dict.fromkeys(("release_id", "table_name", "row_key", "column_name", "cause"), pl.String)
SEOUL = ZoneInfo("Asia/Seoul")
Row = dict[str, Any]


def list_releases(settings: Settings) -> list[Row]:
    """All kept releases, the newest first.

    receipts: how many it took in; new_receipts: of those, how many its predecessor didn't have. revised: what its
    figures changed, by table; None where a release is too old to tell. reason, note_ko, note_en: what its readers are
    told. scheduled_at: of one that goes out later, ISO 8601, Korean time. fault: why it can't be read.
    """
    current = (current_release(settings.warehouse) or {}).get("release_id")
    hold, pinned, going = current_hold(settings), ReleaseJournal(settings.archive).pinned(), to_be_removed(settings)
    found: list[Row] = []
    receipts: dict[str, int] = {}
    for release_id in kept_ids(settings.releases):
        row: Row = {
            "release_id": release_id,
            "is_current": release_id == current,
            "hold": hold if release_id == current else None,
            "pinned": pinned.get(release_id),
            "is_removed_next": release_id in going,
            "byte_count": size_of(settings.releases / release_id),
        }
        try:
            row |= _causes_of(read_manifest(settings, release_id), receipts)
        except SciCultureError as error:
            if not (settings.releases / release_id).exists():
                continue  # a night has removed it meanwhile
            row["fault"] = str(error)
        found.append(row)
    if scheduled := find_scheduled(settings):
        found.append(_scheduled_row(settings, scheduled, receipts))
    return found[::-1]


def _scheduled_row(settings: Settings, scheduled: ScheduledRelease, receipts: dict[str, int]) -> Row:
    row: Row = {
        "release_id": scheduled.release_id, "is_current": False, "hold": None, "pinned": None,
        "is_removed_next": False, "byte_count": size_of(settings.scheduled) if not scheduled.is_lost else 0,
        "scheduled_at": scheduled.as_dict()["at"],
    }  # fmt: skip
    if scheduled.is_lost:
        return row | {"fault": why_not(settings, scheduled)}
    return row | _causes_of(scheduled.manifest, receipts)


def _causes_of(manifest: Row, receipts: dict[str, int]) -> Row:
    count = len(manifest["inputs"])
    receipts[manifest["release_id"]] = count
    before = receipts.get(manifest["previous_release_id"] or "")
    built_at = datetime.fromisoformat(manifest["built_at"]).astimezone(SEOUL)
    return {
        "version": str(version_of(manifest)),
        "built_at": built_at.isoformat(timespec="seconds"),
        "previous_release_id": manifest["previous_release_id"],
        "receipts": count,
        "new_receipts": count
        if manifest["previous_release_id"] is None
        else None
        if before is None
        else count - before,
        "rows_loaded": manifest["accounts"]["rows_loaded"],
        **{name: manifest.get(name) for name in ("reason", "note_ko", "note_en")},
        "revised": manifest.get("revised"),
    }


def pin(settings: Settings, asked: str, reason: str, undo: bool = False) -> Row:
    """Keeps a release whatever its age, or no longer; returns the journal's entry.

    Raises:
        UserError: Where there is no such release, it is so already, or the reason says nothing or holds personal data.
        BusyError: Where a run is going on.
    """
    reason = validated_reason(reason) if reason.strip() or not undo else ""
    find_release(settings, asked)  # of a wrong name nothing comes, not even a lock
    with writer_lock(settings.warehouse, doing="pin", lake=settings.lake):
        release_id = find_release(settings, asked)
        journal = ReleaseJournal(settings.archive)
        if (release_id in journal.pinned()) != undo:
            if undo:
                raise UserError(message("release_is_not_pinned", release=release_id))
            raise UserError(message("release_is_pinned", release=release_id))
        return journal.decide(UNPINNED if undo else PINNED, release_id, reason)


def compare_releases(settings: Settings, old: str, new: str, table: str | None = None, limit: int | None = None) -> Row:
    """What differs between two kept releases, in either order.

    ``{"old", "new", "versions", "tables": {table: {"changed", "added", "removed"}}, "lines": [...]}``.

    Args:
        old, new: as ``find_release`` takes them, ``candidate`` or ``scheduled``.
        table: only of that.
        limit: so many lines of each table at most.

    Raises:
        UserError: Where a release is unknown or not whole, or none of them has the table.
    """
    old_id, new_id = (_find_compared(settings, asked) for asked in (old, new))
    folders = folder_of(settings, old_id), folder_of(settings, new_id)
    manifests = [read_manifest(settings, release_id) for release_id in (old_id, new_id)]
    was, now = map(table_hashes, manifests)
    same = frozenset(name for name in was if was[name] == now.get(name))
    with duckdb.connect() as connection:
        before, after = (released_tables(connection, folder) for folder in folders)
        differences = find_differences(connection, before, after, same)
        if table is not None:
            if not any((folder / "parquet" / f"{table}.parquet").exists() for folder in folders):
                raise UserError(message("table_unknown", table=table, known=nearest_names(table, [*was, *now])))
            differences = differences.filter(table_name=table)
        with damage_reported(*(path for path in map(_history_of, folders) if path.exists())):
            between_them = _history_between(connection, *folders)
        found = apply_rule(connection, "difference_with_cause", difference=differences, between_them=between_them)
    tables, lines = count_differences(differences), found.to_dicts()
    versions = [str(version_of(manifest)) for manifest in manifests]
    return {"old": old_id, "new": new_id, "versions": versions, "tables": tables, "lines": list(_first(lines, limit))}


def _find_compared(settings: Settings, asked: str) -> str:
    if asked == SCHEDULED_NAME:
        found = find_scheduled(settings)
        if found is None or found.is_lost:
            raise UserError(message("release_not_scheduled", asked=asked, found="-"))
        return SCHEDULED_NAME
    if asked != CANDIDATE:
        return find_release(settings, asked)
    if read_candidate(settings) is None:
        raise UserError(message("no_candidate"))
    return CANDIDATE


def _first(lines: list[Row], limit: int | None) -> Iterable[Row]:
    shown: dict[str, int] = {}
    for line in lines:
        shown[line["table_name"]] = shown.get(line["table_name"], 0) + 1
        if limit is None or shown[line["table_name"]] <= limit:
            yield line


def _history_of(release: Path) -> Path:
    return release / "parquet" / f"{HISTORY}.parquet"


def _history_between(connection: duckdb.DuckDBPyConnection, old: Path, new: Path) -> pl.DataFrame:
    """The revisions that only one of the two knows.

    What only the old one knows was undone on the way to the new one: by a rollback before that was built, or since the
    older release is asked for as the new one.
    """
    known = []
    for path in map(_history_of, (old, new)):
        query = f"SELECT {', '.join(REVISION)} FROM read_parquet({sql_text(path)})"
        known.append(connection.execute(query).pl() if path.exists() else pl.DataFrame(schema=REVISION))
    one, other = known
    undone = one.join(other, on="release_id", how="anti").with_columns(cause=pl.lit("undone: ") + pl.col("cause"))
    return pl.concat([undone, other.join(one, on="release_id", how="anti")])
