"""One year of a backfill, loaded by a process of its own while the backfill waits for it."""

from __future__ import annotations

from sciculture_etl.contracts import load_contracts
from sciculture_etl.errors import NotReadyError
from sciculture_etl.extract import Archive
from sciculture_etl.load import Warehouse
from sciculture_etl.messages import message
from sciculture_etl.pipeline.backfill import files_left, planned_scope
from sciculture_etl.pipeline.hold import backfill_at_work
from sciculture_etl.pipeline.reading import Intake
from sciculture_etl.pipeline.report import Noted, Progress, Silent
from sciculture_etl.settings import Settings
from sciculture_etl.storage.disk import machine_errors_described
from sciculture_etl.storage.lock import AS_LONG_AS_IT_TAKES, sign, writer_lock


def sign_of(year: int) -> str:
    """What a process gives as long as it is at work on a year, or waits for the warehouse to load it."""
    return f"year {year}"


def load_year(settings: Settings, run_no: int, year: int, progress: Progress | None = None) -> int:
    """Archive → build database, for what is left of a year of the backfill that is at work.

    Args:
        run_no: of that backfill.

    Returns:
        How many submissions were read.

    Raises:
        NotReadyError: Where that backfill is at work no more.
        BusyError: Where another process is at work on that year.
    """
    name = sign_of(year)
    with (
        machine_errors_described(settings),
        sign(settings.warehouse, name, run_no=run_no),
        writer_lock(
            settings.warehouse,
            AS_LONG_AS_IT_TAKES,
            f"backfill {run_no}, {name}",
            is_shared=True,
            gives_way=True,
            lake=settings.lake,
        ),
    ):
        record = backfill_at_work(settings)
        if record is None or record.run_no != run_no:
            raise NotReadyError(message("backfill_gone", run_no=run_no))
        contracts = load_contracts()
        with Warehouse.open(settings, contracts, part=name) as warehouse:
            archive, noted = Archive(settings.archive), Noted(settings.warehouse, progress or Silent())
            intake = Intake(settings, contracts, warehouse, archive, noted)
            left = files_left(warehouse, intake, archive.receipts(), planned_scope(record.plan))
            receipts = [file.receipt for file in left if file.years[0] == year]
            if receipts:
                noted.start(f"read {year}", len(receipts))
                noted.start(f"validate {year}", len(receipts))
                try:
                    intake.read(receipts, f" {year}")
                finally:
                    intake.end_reading()
            return len(receipts)
