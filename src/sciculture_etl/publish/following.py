"""How a release that is made stands to those before it: what changed of its structure, and which version it gets."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from sciculture_etl.contracts import TableContract
from sciculture_etl.contracts.removal import check_removals, load_removals
from sciculture_etl.load import Warehouse
from sciculture_etl.publish.announced import why_unannounced
from sciculture_etl.publish.code_changes import renamed_codes
from sciculture_etl.publish.current import is_complete, read_pointer
from sciculture_etl.publish.journal import ReleaseJournal
from sciculture_etl.publish.release_names import kept_ids
from sciculture_etl.publish.release_version import FIRST, Version, parse_version, released_version
from sciculture_etl.publish.structure import (
    LEVELS,
    MINOR,
    Structure,
    StructureChange,
    code_lists_of,
    highest_level,
    model_structure,
    released_structure,
    structure_changes,
)
from sciculture_etl.settings import Settings

INITIAL = "first"


@dataclass(frozen=True)
class Following:
    """What follows from the release before.

    Attributes:
        version: that the release gets.
        level: by which part of a version it differs: first, major, minor or patch.
        structure: of the public tables now.
        changes: of the structure, against the release that is followed.
        refusals: a text for each change that wasn't announced.
        followed: folder of that release; None for the first.
    """

    version: Version
    level: str
    structure: Structure
    changes: list[StructureChange] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    followed: Path | None = None

    @property
    def previous_version(self) -> str | None:
        return str(released_version(self.followed)) if self.followed else None

    def described(self) -> list[dict[str, Any]]:
        """The changes as a manifest has them, with what was said of them."""
        listed = {(removal.what, bool(removal.steps)): removal for removal in load_removals()}
        found = []
        for change in self.changes:
            removal = listed.get((change.what, change.kind not in ("removed", "added", "deprecated")))
            said = (
                {"use": change.use or ", ".join(removal.use), "reason": removal.reason.model_dump()} if removal else {}
            )
            found.append(change.as_dict() | {"level": change.level} | said)
        return found


def follow(
    settings: Settings,
    warehouse: Warehouse,
    table_contracts: dict[str, TableContract],
    current_id: str | None,
    today: date,
) -> Following:
    """Compares the model with the current release; where that is lost, with the newest that is kept.

    Raises:
        ReleaseError: Where that one is damaged.
        ContractError: Where the lists of removals or renamed codes can't be meant.
    """
    removals = load_removals()
    check_removals(removals, table_contracts)
    now = model_structure(warehouse.connection)
    renamed = renamed_codes(warehouse, now)
    versions = {name: released_version(settings.releases / name) for name in kept_ids(settings.releases)}
    complete = (name for name in reversed(versions) if is_complete(settings.releases / name))
    followed_id = current_id or next(complete, None)
    if followed_id is None:
        highest = max([*versions.values(), *_recorded(settings)], default=None)
        return Following(highest.after(MINOR) if highest else FIRST, INITIAL, now)
    followed = settings.releases / followed_id
    before = released_structure(warehouse.connection, followed, code_lists_of(now))
    changes = structure_changes(before, now)
    level = highest_level(changes)
    highest = max([*versions.values(), *_recorded(settings)])
    bump = level
    if highest != versions[followed_id]:
        bump = max(level, _level_against(settings, warehouse, versions, highest, now), key=LEVELS.index)
    refusals = why_unannounced(changes, before, removals, renamed, today)
    return Following(highest.after(bump), bump, now, changes, refusals, followed)


def _recorded(settings: Settings) -> list[Version]:
    """Versions that were given out by what outlives the folders of releases: the pointer and the journal."""
    said = [(read_pointer(settings.warehouse) or {}).get("version")]
    entries = ReleaseJournal(settings.archive).entries()
    said += [entry.get(name) for entry in entries for name in ("version", "from_version")]
    return [version for version in map(parse_version, said) if version]


def _level_against(
    settings: Settings, warehouse: Warehouse, versions: dict[str, Version], highest: Version, now: Structure
) -> str:
    """After a rollback: by what it differs from the release that was gone back from, which readers had as well.

    Where that one isn't kept, what it held can't be told.
    """
    release_id = next((name for name, version in versions.items() if version == highest), None)
    if release_id is None:
        return MINOR
    held = released_structure(warehouse.connection, settings.releases / release_id, code_lists_of(now))
    return highest_level(structure_changes(held, now))
