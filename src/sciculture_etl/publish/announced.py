"""Whether what a release lacks was announced: nothing that readers rely on goes without warning."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from sciculture_etl.contracts.removal import Removal
from sciculture_etl.messages import message
from sciculture_etl.publish.structure import DEPRECATED, MAJOR, REMOVED, Notice, Structure, StructureChange

# Table, column, old code.
Renamed = Collection[tuple[str, str, str]]


def why_unannounced(
    changes: Iterable[StructureChange], before: Structure, removals: Iterable[Removal], renamed: Renamed, today: date
) -> list[str]:
    """A text for each change that readers weren't told of in time, with what to do.

    Args:
        before: that of the release which is followed, with what it promises to keep.
        renamed: codes for which the list of renamed codes has a new one.
    """
    listed = {(removal.what, bool(removal.steps)): removal for removal in removals}
    refusals = []
    for change in changes:
        if change.kind == DEPRECATED:
            if change.was and change.now and change.now < change.was:
                refusals.append(message("deprecation_shortened", what=change.what, until=change.was))
        elif change.kind == REMOVED:
            refusals += _why_not_removed(change, before, listed.get((change.what, False)), renamed, today)
        elif change.level == MAJOR:
            step = removal.steps.get(change.kind) if (removal := listed.get((change.what, True))) else None
            if step is None or (step.was, step.now) != (change.was, change.now):
                refusals.append(
                    message(
                        "meaning_unannounced", what=change.what, kind=change.kind, was=change.was or "null",
                        now=change.now or "null",
                    )
                )  # fmt: skip
    return refusals


def _why_not_removed(
    change: StructureChange, before: Structure, removal: Removal | None, renamed: Renamed, today: date
) -> list[str]:
    until = None if change.code else _notice_of(change, before).until
    if until and until > today and not (removal and removal.is_early):
        return [message("removal_too_early", what=change.what, until=until)]
    if until or removal or (change.table, change.column, change.code) in renamed:
        return []
    if change.code:
        return [message("code_removal_unannounced", what=change.what, table=change.table, column=change.column)]
    return [message("removal_unannounced", what=change.what, table=change.table)]


def _notice_of(change: StructureChange, before: Structure) -> Notice:
    table = before[change.table]
    return table.columns[change.column].deprecated if change.column else table.deprecated
