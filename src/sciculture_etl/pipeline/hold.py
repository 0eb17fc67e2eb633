"""The hold of one run on the warehouse: the writer's lock, and the build database open under it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from types import TracebackType

from sciculture_etl.contracts import Contract
from sciculture_etl.load import Warehouse, writer_lock
from sciculture_etl.load.beside import BackfillAtWork
from sciculture_etl.pipeline.backfill import planned_scope
from sciculture_etl.pipeline.journal import UNFINISHED, RunRecord, Runs
from sciculture_etl.settings import Settings
from sciculture_etl.storage.lock import AS_LONG_AS_IT_TAKES, BACKFILL, is_awaited, lock_holder


class Hold:
    """The lock from the beginning of the block on, and the database from where it is opened; both can be let go of.

    Raises:
        BusyError: Where another process holds the warehouse.
    """

    def __init__(self, settings: Settings, wait_seconds: float, doing: str) -> None:
        self._settings = settings
        self._doing = doing
        self._lock, self._database = ExitStack(), ExitStack()
        self._contracts: dict[str, Contract] = {}
        self._lock.enter_context(writer_lock(settings.warehouse, wait_seconds, doing, lake=settings.lake))

    def __enter__(self) -> Hold:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.__exit__(kind, error, trace)

    @contextmanager
    def opened(self, contracts: dict[str, Contract], doubtful: bool) -> Iterator[Warehouse]:
        """The build database, until the block ends."""
        self._contracts = contracts
        with self._database:
            yield self._open(doubtful)

    @property
    def is_awaited(self) -> bool:
        return is_awaited(self._settings.warehouse)

    def let_go(self) -> None:
        """Closes the database and frees the warehouse."""
        self._database.close()
        self._lock.close()

    def retake(self, record: RunRecord) -> Warehouse:
        """Waits behind everyone else, for as long as that takes, and opens the database.

        Args:
            record: of this run; where one that came in between was killed, the database is proved first.
        """
        self._lock.enter_context(
            writer_lock(
                self._settings.warehouse, AS_LONG_AS_IT_TAKES, self._doing, lake=self._settings.lake, gives_way=True
            )
        )
        return self._open(Runs(self._settings.archive).is_after_a_crash(record))

    def _open(self, doubtful: bool) -> Warehouse:
        return self._database.enter_context(Warehouse.open(self._settings, self._contracts, doubtful))


def backfill_at_work(settings: Settings) -> RunRecord | None:
    """That of the backfill that has a plan and is at work, if there is one."""
    given = lock_holder(settings.warehouse, BACKFILL)
    if given is None:
        return None
    last = Runs(settings.archive).last_planned_backfill()
    if last is None or last.outcome != UNFINISHED or last.began_at < str(given.get("since", "")):
        return None
    return last


def left_to(record: RunRecord | None, warehouse: Warehouse) -> BackfillAtWork | None:
    """What a run leaves to the backfill that is at work.

    Nothing where the build database was made anew since: what isn't in force yet would be missing in the figures. Nor
    where rows lost columns to a changed contract: the figures need all of them read again, whoever does that.
    """
    if record is None or record.plan.get("is_reshaping") or warehouse.state(BACKFILL) != str(record.run_no):
        return None
    if warehouse.value("SELECT 1 FROM log.reshaped LIMIT 1"):
        return None
    return BackfillAtWork(planned_scope(record.plan), record.plan["receipts"], datetime.fromisoformat(record.began_at))
