"""Moves the tables of a warehouse between a file and a lake: copied, proved, and only then left where they were.

Killed at any point, the tables are complete in the old place or in the new one, and the same command finishes.
Journals, archive and releases lie in the folder of the warehouse before and after.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb

from sciculture_etl.errors import MachineError, NotReadyError, UserError
from sciculture_etl.lakes import Lake, is_lake
from sciculture_etl.load import writer_lock
from sciculture_etl.load.layout import LAYOUT
from sciculture_etl.load.moving import copy_tables, differences, seal, sealed_layout, tables_of
from sciculture_etl.load.places import Place, place_of
from sciculture_etl.messages import message
from sciculture_etl.pipeline.journal import MOVE, MOVED, Runs
from sciculture_etl.pipeline.report import Progress, Silent
from sciculture_etl.settings import Settings
from sciculture_etl.storage.disk import machine_errors_described
from sciculture_etl.storage.lake_lock import check_locks
from sciculture_etl.storage.lock import BACKFILL, sign

OLD, NEW = "old_place", "new_place"
MAX_NAMED = 5


@dataclass(frozen=True)
class Moved:
    """Where the tables lie now.

    Attributes:
        was_complete: the copy was there already: a move was broken off after it.
        settings: variables with which runs find the tables.
    """

    source: str
    target: str
    tables: int = 0
    rows: int = 0
    was_complete: bool = False
    settings: dict[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """For machines."""
        return asdict(self)


def target_settings(settings: Settings, to: str, data: str = "") -> Settings:
    """The settings with which the tables are found in the new place.

    Args:
        to: ``ducklake:postgres:…``, or the folder of the warehouse.
        data: of a lake, where its rows lie; empty: as the settings say.

    Raises:
        UserError: Where they lie there already, or can't.
    """
    if is_lake(to):
        lake = Lake.from_texts(to, data or settings.warehouse_data, settings.warehouse)
        if settings.lake:
            raise UserError(message("move_from_lake", place=settings.lake.address, folder=settings.warehouse))
        return settings.model_copy(update={"lake": lake})
    if data:
        raise UserError(message("move_data_without_lake"))
    if Path(to).absolute() != settings.warehouse:
        raise UserError(message("move_other_folder", given=to, folder=settings.warehouse))
    if not settings.lake:
        raise UserError(message("move_already_there", place=settings.warehouse))
    return settings.model_copy(update={"lake": None})


def move_tables(
    settings: Settings,
    to: Settings,
    progress: Progress | None = None,
    wait_seconds: float = 0,
    without_tables: bool = False,
) -> Moved:
    """Moves all tables, under the writer's lock of both places.

    Args:
        to: from ``target_settings``.
        without_tables: nothing is copied, since the old place is lost: the next run reads the archive.

    Raises:
        BusyError: Where a run is going on.
        NotReadyError: Where there is nothing to move, or something else in the new place.
        MachineError: Where the copy isn't equal.
    """
    old, new = place_of(settings), place_of(to)
    moved = Moved(old.name, new.name, settings=_variables(to))
    with (
        machine_errors_described(settings),
        sign(settings.warehouse, BACKFILL, wait_seconds),  # not between two years of one, either
        writer_lock(settings.warehouse, wait_seconds, MOVE, lake=settings.lake or to.lake),
        Runs(settings.archive).record(MOVE) as record,
    ):
        if not without_tables:
            moved = _moved(old, new, moved, progress or Silent())
            check_locks()
            old.remove()
        record.outcome = MOVED
        record.details = {
            "to": moved.target, "is_lake": to.lake is not None, "tables": moved.tables, "rows": moved.rows,
        }  # fmt: skip
    return moved


@contextmanager
def in_force(settings: Settings) -> Iterator[None]:
    """Lets nobody work where the tables have left: two places would have two writers at once.

    Raises:
        NotReadyError: Where the settings name another place than the last move.
    """
    last = Runs(settings.archive).last_move()
    if last and last.details["is_lake"] != (settings.lake is not None):
        given = place_of(settings).name
        raise NotReadyError(message("moved_elsewhere", place=last.details["to"], when=last.ended_at, given=given))
    yield


def _moved(old: Place, new: Place, moved: Moved, progress: Progress) -> Moved:
    """The tables are complete and proved in the new place when it returns."""
    has_old, has_new = _is_build_database(old), _is_build_database(new)
    if has_new:
        if has_old:
            with _both(old, new) as connection:
                wrong = differences(connection, OLD, NEW)
            if wrong:
                raise NotReadyError(message("move_target_taken", place=new.name, examples=", ".join(wrong[:MAX_NAMED])))
        return replace(moved, was_complete=True)
    if not has_old:
        raise NotReadyError(message("move_nothing", place=old.name))
    draft = new.draft()
    with _both(old, draft, writes=True) as connection:
        progress.start("copy", len(tables_of(connection, OLD)))
        copied = copy_tables(connection, OLD, NEW, lambda: progress.advance("copy"))
    # Opened anew, so that nothing is proved by what the engine remembers of it.
    with _both(old, draft, writes=True) as connection:
        progress.start("prove", copied.tables)
        if wrong := differences(connection, OLD, NEW, lambda: progress.advance("prove")):
            raise MachineError(message("move_unequal", place=new.name, examples=", ".join(wrong[:MAX_NAMED])))
        check_locks()
        seal(connection, OLD, NEW)
    new.put_in_force(draft)
    return replace(moved, tables=copied.tables, rows=copied.rows)


def _is_build_database(place: Place) -> bool:
    """Whether a build database of this version lies there, complete."""
    if not place.is_there():
        return False
    with _connection() as connection:
        place.attach(connection, OLD, writes=False)
        return sealed_layout(connection, OLD) == LAYOUT


@contextmanager
def _both(old: Place, new: Place, writes: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    with _connection() as connection:
        old.attach(connection, OLD, writes=False)
        new.attach(connection, NEW, writes=writes)
        yield connection


@contextmanager
def _connection() -> Iterator[duckdb.DuckDBPyConnection]:
    config: dict[str, Any] = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}
    with duckdb.connect(config=config) as connection:
        yield connection


def _variables(settings: Settings) -> dict[str, str]:
    if settings.lake is None:
        return {"SCICULTURE_WAREHOUSE": str(settings.warehouse)}
    return {
        "SCICULTURE_WAREHOUSE": settings.lake.address, "SCICULTURE_WAREHOUSE_DATA": settings.lake.data,
        "SCICULTURE_WAREHOUSE_FILES": str(settings.warehouse),
    }  # fmt: skip
