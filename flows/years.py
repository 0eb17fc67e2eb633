"""The years of a backfill as runs of the deployment ``load-year``, on all workers of its work pool."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import StateType
from prefect.deployments import run_deployment
from prefect.exceptions import ObjectNotFound, PrefectException
from prefect.runtime import flow_run
from prefect.states import Cancelled, Crashed

from sciculture_etl.errors import RunError
from sciculture_etl.messages import message
from sciculture_etl.pipeline import Plan, Run
from sciculture_etl.pipeline.load_year import sign_of
from sciculture_etl.settings import Settings
from sciculture_etl.storage.lock import lock_holder

DEPLOYMENT = "load-year/load-year"
# A year of which the process dies is loaded again, by another, so many times in all.
MAX_TRIES = 3
SECONDS_BETWEEN_LOOKS = 2
# A run that no worker takes in so long is taken back, and its year loaded by the backfill itself.
MAX_SECONDS_UNTAKEN = 120
# A run that is running and gives no sign for so long has lost its process, and its worker with it.
MAX_SECONDS_WITHOUT_SIGN = 30
MAX_SECONDS_WITHOUT_SERVER = 1800


@dataclass
class _YearRun:
    """A run of one year, and since when it is as it is."""

    year: int
    id: UUID
    untaken_since: float = field(default_factory=time.monotonic)
    signless_since: float | None = None


def has_workers() -> bool:
    """Whether this backfill is itself run by a worker, beside which others may load its years."""
    if not _has_pool():
        return False
    try:
        with get_client(sync_client=True) as client:
            client.read_deployment_by_name(DEPLOYMENT)
    except ObjectNotFound:
        return False
    return True


def _has_pool() -> bool:
    with get_client(sync_client=True) as client:
        run_id = flow_run.get_id()
        return bool(run_id and client.read_flow_run(UUID(run_id)).work_pool_name)


def load_by_runs(run: Run, plan: Plan, settings: Settings) -> None:
    """Has the years of a plan loaded by runs of their own: all at once on a lake, else one after the other.

    What no worker takes is left, and so to the backfill itself.

    Raises:
        RunError: Where years could not be loaded, once all others are.
    """
    years = _Years(settings, run.record.run_no, str(plan.scope), list(plan.years))
    with run.away():
        years.load()
    run.note_read_elsewhere(plan)
    if years.lost:
        lost = "; ".join(f"{year}: {why}" for year, why in sorted(years.lost.items()))
        raise RunError(message("years_not_loaded", years=lost))


class _Years:
    def __init__(self, settings: Settings, run_no: int, scope: str, years: list[int]) -> None:
        self._settings = settings
        self._run_no, self._scope = run_no, scope
        self._waiting = years
        self._tries = dict.fromkeys(years, 0)
        self._going: list[_YearRun] = []
        self.lost: dict[int, str] = {}
        # A database that is one file takes one of them after the other.
        self._at_once = len(years) if settings.lake else 1

    def load(self) -> None:
        answered = time.monotonic()
        while self._waiting or self._going:
            try:
                with get_client(sync_client=True) as client:
                    self._look(client)
                answered = time.monotonic()
            except (httpx.HTTPError, PrefectException, OSError):
                # A server that is being started again, say: the years go on meanwhile.
                if time.monotonic() - answered > MAX_SECONDS_WITHOUT_SERVER:
                    raise
            time.sleep(SECONDS_BETWEEN_LOOKS)

    def _look(self, client: SyncPrefectClient) -> None:
        while self._waiting and len(self._going) < self._at_once:
            self._start(self._waiting[0])
            self._waiting.pop(0)
        for going in list(self._going):
            state = client.read_flow_run(going.id).state
            assert state is not None
            if state.is_final():
                self._going.remove(going)
                self._ended(going.year, state.type, f"{state.name}: {state.message or ''}".strip(": "))
            elif state.type in (StateType.SCHEDULED, StateType.PENDING):
                self._untaken(client, going)
            else:
                self._at_work(client, going)

    def _start(self, year: int) -> None:
        self._tries[year] += 1
        made: Any = run_deployment(
            DEPLOYMENT, parameters={"run_no": self._run_no, "year": year}, timeout=0,
            flow_run_name=f"load {year} (backfill {self._scope})", tags=[f"backfill {self._run_no}"],
            # Asked again after a lost answer, it is the same run.
            idempotency_key=f"{flow_run.get_id()} {year} {self._tries[year]}",
        )  # fmt: skip
        self._going.append(_YearRun(year, made.id))

    def _ended(self, year: int, kind: StateType, words: str) -> None:
        if kind == StateType.COMPLETED:
            return
        if kind == StateType.CRASHED and self._tries[year] < MAX_TRIES:
            self._waiting.append(year)
        else:
            self.lost[year] = words

    def _untaken(self, client: SyncPrefectClient, going: _YearRun) -> None:
        is_at_work = any(lock_holder(self._settings.warehouse, sign_of(year)) for year in self._tries)
        if is_at_work:  # workers have something to do
            going.untaken_since = time.monotonic()
        elif time.monotonic() - going.untaken_since > MAX_SECONDS_UNTAKEN:
            text = "no worker took it: the backfill loads it itself / 처리할 작업자가 없어 소급 처리에서 적재합니다"
            client.set_flow_run_state(going.id, Cancelled(message=text), force=True)
            self._going.remove(going)
            self._waiting.clear()  # what nobody has begun, nobody waits for as long again

    def _at_work(self, client: SyncPrefectClient, going: _YearRun) -> None:
        now = time.monotonic()
        if lock_holder(self._settings.warehouse, sign_of(going.year)):
            going.signless_since = None
        elif going.signless_since is None:
            going.signless_since = now
        elif now - going.signless_since > MAX_SECONDS_WITHOUT_SIGN:
            text = "its process and its worker are gone / 프로세스와 작업자가 사라졌습니다"
            client.set_flow_run_state(going.id, Crashed(message=text), force=True)
