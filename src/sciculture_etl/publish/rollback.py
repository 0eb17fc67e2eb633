"""Going back to an earlier release, and the hold on publication that keeps it there.

The hold stands in ``current.json`` beside the release's name, so that both change in the same instant: its entry in the
journal (``rolled back``, ``from_release_id``, when and why). While it lasts, a night publishes nothing that differs.
"""

from __future__ import annotations

import hashlib
from typing import Any

import duckdb

from sciculture_etl.extract.journal import checked_reason
from sciculture_etl.load.lock import writer_lock
from sciculture_etl.publish.current import PUBLIC, current_release, finish_swap, point_to, swap_to
from sciculture_etl.publish.journal import HOLD_ENDED, ROLLED_BACK, ReleaseJournal, new_entry
from sciculture_etl.publish.kept import find_release, read_manifest
from sciculture_etl.settings import Settings, UserMistake

Hold = dict[str, Any]


def current_hold(settings: Settings) -> Hold | None:
    """The hold on publication, if there is one."""
    return (current_release(settings.warehouse) or {}).get("hold")


def check_whole(settings: Settings, release_id: str) -> None:
    """Raises UserMistake unless every file of a release is there as it was made."""
    folder, manifest = settings.releases / release_id, read_manifest(settings, release_id)
    wrong = [] if manifest.get("release_id") == release_id else ["manifest.json is that of another release"]
    for name, table in manifest["tables"].items():
        if table["audience"] != "public":
            continue
        exported = folder / "csv" / f"{name}.csv"
        if not exported.exists() or not (folder / "parquet" / f"{name}.parquet").exists():
            wrong.append(f"{name} is missing")
        else:
            with exported.open("rb") as source:
                if hashlib.file_digest(source, "sha256").hexdigest() != table["sha256"]:
                    wrong.append(f"csv/{name}.csv was changed")
    try:
        with duckdb.connect(str(folder / PUBLIC), read_only=True) as database:
            if database.execute("SELECT release_id FROM release_info").fetchall() != [(release_id,)]:
                wrong.append(f"{PUBLIC} is that of another release")
    except duckdb.Error as error:
        wrong.append(f"{PUBLIC} doesn't open ({str(error).splitlines()[0]})")
    if wrong:
        raise UserMistake(
            f"release {release_id} isn't whole, so nothing was changed: {'; '.join(wrong)}"
            " / 릴리스가 온전하지 않아 되돌리지 않았습니다"
        )


def rollback(settings: Settings, asked: str, reason: str = "") -> dict[str, Any]:
    """Makes an earlier release the current one and puts publication on hold; returns the journal's entry.

    Going on to the release that the hold came from ends it. The operator's file stays that of the last run. Raises
    UserMistake where the release is unknown, current already or not whole; Busy where a run is going on. Killed at any
    instruction it ends in one of the two releases.
    """
    reason = checked_reason(reason) if reason.strip() else ""
    with writer_lock(settings.warehouse, doing="rollback"):
        finish_swap(settings.warehouse)
        settle_rollback(settings)
        release_id = find_release(settings, asked)
        current = current_release(settings.warehouse)
        if current is None:
            raise UserMistake(f"{settings.warehouse / 'current.json'} names no release: run `sciculture run` first")
        if current["release_id"] == release_id:
            raise UserMistake(f"release {release_id} is the current one already / 이미 현재 릴리스입니다")
        check_whole(settings, release_id)
        entry = new_entry(ROLLED_BACK, release_id, reason, from_release_id=current["release_id"])
        hold: Hold | None = entry
        if before := current.get("hold"):
            # However often one goes back, the hold is that of the release which was published last.
            hold = {**entry, "from_release_id": before["from_release_id"]}
            if before["from_release_id"] == release_id:
                hold = None
        swap_to(settings.warehouse, release_id, (PUBLIC,), hold=hold, told=entry)
        settle_rollback(settings)
    return entry


def settle_rollback(settings: Settings) -> None:
    """Tells the journal of a rollback that was killed before it could."""
    entry = (current_release(settings.warehouse) or {}).get("told")
    journal = ReleaseJournal(settings.archive)
    if entry and entry not in journal.entries():
        journal.add(entry)


def end_hold(settings: Settings) -> Hold | None:
    """Lets the next publication through. Returns the hold that ended, or None where there was none. Call it under the
    writer's lock, as within ``Run.open``."""
    current = current_release(settings.warehouse)
    hold: Hold | None = current.get("hold") if current else None
    if current is None or hold is None:
        return None
    settle_rollback(settings)
    ReleaseJournal(settings.archive).decide(HOLD_ENDED, current["release_id"], "")
    point_to(settings.warehouse, {**current, "hold": None})
    return hold


def why_held(hold: Hold, release_id: str, tables: list[str]) -> str:
    """The sentence for a night whose figures differ from those of the release that was gone back to."""
    reason = f" ({hold['reason']})" if hold["reason"] else ""
    named = ", ".join(tables[:5]) + (f" and {len(tables) - 5} more" if len(tables) > 5 else "")
    return (
        f"publication is on hold since {hold['decided_at']}, when {hold['from_release_id']} was rolled back to "
        f"{release_id}{reason}. This run's figures differ from that release in {named}. Once they are right, "
        "`sciculture publish` ends the hold / 공표 보류 중입니다. 수치가 바로잡혔으면 `sciculture publish`를 실행하세요"
    )
