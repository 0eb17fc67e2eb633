"""The nightly flow: extract → read, validate, load → accept → model → publish → answer.

Also a deployment's entry point (``flows/nightly.py:nightly``): the places come from the environment.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from prefect import flow, task
from prefect.blocks.system import Secret
from prefect.cache_policies import NO_CACHE
from prefect.events.worker import EventsWorker
from prefect.runtime import flow_run
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

from sciculture_etl.extract import with_blocks
from sciculture_etl.pipeline import Progress, Run, RunReport, Silent
from sciculture_etl.settings import Settings

SEOUL = ZoneInfo("Asia/Seoul")
SECONDS_TO_RECORD = 10
# The live view of whoever calls the flow in this process; a deployment has none.
watching: ContextVar[Progress] = ContextVar("watching", default=Silent())  # noqa: B039


class PublicationRefusedError(Exception):
    """The run ended well but its figures failed a check: the last good release stays current."""

    def __init__(self, report: RunReport) -> None:
        super().__init__("; ".join(report.publication.refusals))
        self.report = report


def step(name: str, function: Callable[[], Any]) -> Any:
    """One step as a Prefect task: seen in its records, never cached, its result kept to this process."""
    watching.get().start(name, 1)
    outcome = task(function, name=name, cache_policy=NO_CACHE, persist_result=False)()
    watching.get().advance(name)
    return outcome


def _run_name() -> str:
    kind = "nightly" if flow_run.parameters.get("extract", True) else "rebuild"
    return f"{kind} {datetime.now(SEOUL):%Y-%m-%d}"


@flow(name="nightly", flow_run_name=_run_name, validate_parameters=False, persist_result=False)
def nightly(extract: bool = True, wait_seconds: float = 0) -> RunReport:
    """One night. extract: whether to look into the inbox (a rebuild reads the archive alone). wait_seconds: how long
    to wait for another run to end. Raises PublicationRefusedError, Busy and whatever a step raises."""
    settings = Settings.from_environment()
    if extract:
        settings = with_blocks(settings, lambda name: Secret.load(name).get())
    with Run.open(settings, watching.get(), wait_seconds, "nightly" if extract else "rebuild") as run:
        if extract:
            step("extract", run.extract)
        step("load", run.read_and_load)
        step("accept", run.accept)
        step("model", run.model)
        step("publish", run.publish)
        step("answer", run.answer)
    if run.report.publication.outcome == "refused":
        raise PublicationRefusedError(run.report)
    return run.report


def watch_nightly(progress: Progress, extract: bool, wait_seconds: float) -> RunReport:
    """Runs the flow in this process under a live view; a refusal comes back in the report."""
    token = watching.set(progress)
    try:
        # The heartbeat would cost a second at the end of the flow run.
        with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
            report: RunReport = nightly(extract=extract, wait_seconds=wait_seconds)
            return report
    except PublicationRefusedError as refusal:
        return refusal.report
    finally:
        watching.reset(token)
        # The server of this run is stopped next: what it hasn't been told by then is lost.
        EventsWorker.drain_all(timeout=SECONDS_TO_RECORD, at_exit=False)
