"""What a publication would meet now, without one: tried on a copy, so that nothing of the warehouse changes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from sciculture_etl.contracts import load_contracts
from sciculture_etl.extract import Clock, machine_clock
from sciculture_etl.load import Warehouse, writer_lock
from sciculture_etl.load.builds import copy_lake
from sciculture_etl.pipeline.checklist import Evidence, run_checks
from sciculture_etl.pipeline.journal import PREVIEW, RunRecord
from sciculture_etl.pipeline.report import RunReport, Silent
from sciculture_etl.pipeline.run import Run
from sciculture_etl.publish import NOTHING, Announcement
from sciculture_etl.publish.announcement import left_note
from sciculture_etl.publish.building import REHEARSAL
from sciculture_etl.publish.journal import ReleaseJournal
from sciculture_etl.settings import Settings
from sciculture_etl.storage.access import OWN_FOLDER
from sciculture_etl.storage.disk import machine_errors_described


def rehearse(
    settings: Settings, wait_seconds: float = 0, announcement: Announcement = NOTHING, clock: Clock = machine_clock
) -> RunReport:
    """Goes through acceptance, model and all checks of a publication of what has been read; its report has the list.

    Raises:
        BusyError: Where another run holds the lock.
    """
    contracts = load_contracts()
    with (
        machine_errors_described(settings),
        writer_lock(settings.warehouse, wait_seconds, "check", lake=settings.lake),
        _copied(settings) as places,
        Warehouse.open(places, contracts) as warehouse,
    ):
        run = Run(places, contracts, warehouse, Silent(), RunRecord(0, PREVIEW), (), clock, announcement)
        try:
            unread = run.count_unread()
            run.accept()
            run.try_to_publish(run.model())
            run.sum_up()
        finally:
            run.archive.close()
        said = announcement.over(left_note(ReleaseJournal(settings.archive)).announcement)
        run.report.checklist = run_checks(Evidence(settings, warehouse, run.report, said, unread))
        return run.report


@contextmanager
def _copied(settings: Settings) -> Iterator[Settings]:
    """A warehouse whose releases and files are those of the real one, and everything that is written its own."""
    folder = settings.warehouse / REHEARSAL
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=OWN_FOLDER)
    places = settings.model_copy(update={"warehouse": folder, "lake": None})
    try:
        if settings.lake:
            copy_lake(settings.lake, places.build_database)
        for name in ("warehouse.duckdb", "warehouse.duckdb.wal", "current.json"):
            if (settings.warehouse / name).exists():
                shutil.copy2(settings.warehouse / name, folder / name)
        for name in ("releases", "archive"):
            (folder / name).mkdir()
            for path in (settings.warehouse / name).glob("*"):
                if path.is_dir():
                    (folder / name / path.name).symlink_to(path.resolve())
                else:
                    shutil.copy2(path, folder / name / path.name)
        if settings.scheduled.exists():
            (folder / settings.scheduled.name).symlink_to(settings.scheduled)
        yield places
    finally:
        shutil.rmtree(folder, ignore_errors=True)
