"""A folder that is filled beside the releases, and becomes a release, a scheduled one, or the candidate."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection
from datetime import datetime
from pathlib import Path
from typing import Any

from sciculture_etl.contracts import TableContract
from sciculture_etl.load import Warehouse
from sciculture_etl.publish.candidate import CANDIDATE, begin_candidate, keep_candidate, sweep_candidate
from sciculture_etl.publish.candidate import OUTPUTS as CANDIDATE_OUTPUTS
from sciculture_etl.publish.files import Content, Previous, hash_tables
from sciculture_etl.publish.journal import moment
from sciculture_etl.publish.outputs import FOR_OPERATORS, OUTPUTS_BEFORE_CHOICE, Output, write_outputs
from sciculture_etl.publish.scheduled import begin_scheduled, keep_scheduled, sweep_scheduled
from sciculture_etl.settings import Settings
from sciculture_etl.stopping import stop_if_asked
from sciculture_etl.storage.access import let_all_read, make_folder_for_all
from sciculture_etl.storage.atomic import put_in_place

# Where a publication is tried without one, on a copy.
REHEARSAL = ".rehearsal.aside"


def sweep_builds(settings: Settings) -> None:
    """Removes what a killed run left half-built."""
    for left in settings.releases.glob(".building-*"):
        shutil.rmtree(left, ignore_errors=True)
    shutil.rmtree(settings.warehouse / REHEARSAL, ignore_errors=True)
    sweep_candidate(settings)
    sweep_scheduled(settings)


class Build:
    """One such folder.

    Attributes:
        release_id: of what it becomes, or ``CANDIDATE``.
        followed: the release before it.
        gate: what a release has to pass once its files are written; it raises where it may not.
    """

    def __init__(
        self, settings: Settings, warehouse: Warehouse, release_id: str, followed: Previous,
        at: datetime | None = None,
    ) -> None:  # fmt: skip
        self.settings = settings
        self.warehouse = warehouse
        self.release_id = release_id
        self.followed = followed
        self.gate: Callable[[Path], None] = lambda _: None
        if release_id == CANDIDATE:
            self.folder = begin_candidate(settings)
        elif at is not None:
            self.folder = begin_scheduled(settings)
        else:
            make_folder_for_all(settings.releases)
            sweep_builds(settings)
            self.folder = settings.releases / f".building-{release_id}"
            self.folder.mkdir()
        self.hashed = self.folder / ".hashed"

    def hash(self, table_contracts: dict[str, TableContract], contents: dict[str, str]) -> dict[str, dict[str, Any]]:
        """What a manifest says of the tables."""
        return hash_tables(
            self.warehouse.connection, table_contracts, self.hashed, contents, self.followed, self.release_id
        )

    def _write(
        self, outputs: Collection[Output], table_contracts: dict[str, TableContract], manifest: dict[str, Any],
        followed: Previous,
    ) -> None:  # fmt: skip
        content = Content(self.warehouse.connection, table_contracts, manifest, self.hashed, followed)
        write_outputs(outputs, content, self.folder)
        shutil.rmtree(self.hashed)
        stop_if_asked()

    def keep_as_candidate(self, table_contracts: dict[str, TableContract], manifest: dict[str, Any]) -> None:
        # Files of its own alone: a second name of a released one would have that one's mode.
        self._write(CANDIDATE_OUTPUTS, table_contracts, manifest, Previous())
        keep_candidate(self.settings, self.folder)

    def keep_as_release(
        self, table_contracts: dict[str, TableContract], manifest: dict[str, Any], outputs: Collection[Output]
    ) -> None:
        self._write_release(table_contracts, manifest, outputs)
        let_all_read(self.folder, but=FOR_OPERATORS)
        put_in_place(self.folder, self.settings.releases / self.release_id)

    def keep_as_scheduled(
        self, table_contracts: dict[str, TableContract], manifest: dict[str, Any], outputs: Collection[Output],
        at: datetime,
    ) -> None:  # fmt: skip
        manifest["scheduled_at"] = moment(at)
        self._write_release(table_contracts, manifest, outputs)
        keep_scheduled(self.settings, self.folder, manifest)

    def _write_release(
        self, table_contracts: dict[str, TableContract], manifest: dict[str, Any], outputs: Collection[Output]
    ) -> None:
        if (names := [output.name for output in outputs]) != list(OUTPUTS_BEFORE_CHOICE):
            manifest["outputs"] = names
        self._write(outputs, table_contracts, manifest, self.followed)
        self.gate(self.folder)
