"""How a run ends, for Prefect: states that tell the truth, what is shown of it, and who is told."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from prefect import Flow
from prefect.client.schemas.objects import State
from prefect.events.worker import EventsWorker
from prefect.logging import get_run_logger
from prefect.runtime import flow_run
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings
from prefect.states import Cancelled, Completed, Failed
from rich.console import Console

from sciculture_etl.errors import BusyError, RunError, SciCultureError
from sciculture_etl.failures import describe_failure
from sciculture_etl.messages import message
from sciculture_etl.pipeline import Progress, Run, RunReport
from sciculture_etl.pipeline.steps import HOUR
from sciculture_etl.privacy import mask_text
from sciculture_etl.publish import NOTHING, Announcement
from sciculture_etl.publish.scheduled import shown_time
from sciculture_etl.settings import Settings
from sciculture_etl.stopping import print_line
from sciculture_etl.storage.disk import explain
from sciculture_flows.artifacts import Recorded, show_report
from sciculture_flows.assets import report_assets
from sciculture_flows.notify import (
    notify_conflicts,
    notify_missing,
    notify_released,
    notify_waiting,
    on_crash,
    on_failure,
)
from sciculture_flows.schedule import covered_by
from sciculture_flows.steps import Watch, watching
from sciculture_flows.watchdog import SERVED, Watchdog

SEOUL = ZoneInfo("Asia/Seoul")
MAX_SECONDS_TO_RECORD = 10
MAX_RUN_SECONDS = 8 * HOUR
# What hangs is given so long to end by itself once its time is over.
GRACE_SECONDS = 60
# What every flow is made with.
RUN: dict[str, Any] = {
    "validate_parameters": False,
    "persist_result": False,
    "timeout_seconds": MAX_RUN_SECONDS,
    "on_failure": [on_failure],
    "on_crashed": [on_crash],
}

# Set by a worker for the process of a run.
RUN_ID = "PREFECT__FLOW_RUN_ID"


def _fall_silent(console: Console) -> None:
    console.quiet = True


if RUN_ID in os.environ and SERVED not in os.environ:
    # A run goes on where the worker that reads its log has died; at its next line, it would be ended otherwise.
    Console.on_broken_pipe = _fall_silent  # type: ignore[assignment,method-assign]


def run_name(what: str) -> str:
    """``nightly 2026-11-21``: the day in Seoul on which it was due."""
    return f"{what} {flow_run.scheduled_start_time.astimezone(SEOUL):%Y-%m-%d}"


@contextmanager
def open_run(
    settings: Settings,
    wait_seconds: float,
    kind: str,
    reason: str = "",
    announcement: Announcement = NOTHING,
    at: datetime | None = None,
) -> Iterator[Run]:
    """The run with the caller's live view, and its progress in Prefect.

    Raises:
        BusyError: Another run holds the warehouse.
    """
    progress: Progress = Recorded(watching.get().progress)
    with Run.open(settings, progress, wait_seconds, kind, reason, announcement=announcement, at=at) as run:
        yield run
    # Shown only when the warehouse is free again.
    watching.get().report = run.report


def concluded(work: Callable[[], None]) -> State[Any]:
    """Does the work of a flow, which opens a run by ``open_run``, and says how it ended.

    Completed ``Published`` (whatever was rejected), ``Scheduled``, ``Preview`` or ``Nothing new``; Failed ``Refused``,
    ``Busy``, ``TimedOut`` or ``Failed``; Cancelled ``Skipped`` for a schedule that a newer one covers.
    """
    if covering := covered_by():
        return Cancelled(name="Skipped", message=covering)
    watch = watching.get()
    watchdog = Watchdog(MAX_RUN_SECONDS + GRACE_SECONDS)
    try:
        work()
        report = watch.report
        assert report is not None, "the flow opened no run"
        state = state_of(report)
        report_steps = (
            show_report, report_assets, notify_released, notify_missing, notify_waiting, notify_conflicts
        )  # fmt: skip
        for report_step in report_steps[: 1 if report.is_preview else None]:
            _ignoring_failures(report_step, report)
    except Exception as error:
        watch.error = error
        state = state_of_error(error)
    finally:
        if watch.stuck:
            watchdog.allow(GRACE_SECONDS)
        else:
            watchdog.rest()
    if os.environ.get(SERVED):
        now = datetime.now(SEOUL)
        print_line(f"{now:%Y-%m-%d %H:%M} {flow_run.name}: {state.name}: {state.message}", sys.stdout)
    return state


def _ignoring_failures(action: Callable[[RunReport], None], report: RunReport) -> None:
    """What can't be shown or told is no reason for a run to fail."""
    try:
        action(report)
    except Exception as error:
        get_run_logger().warning("%s: %s", action.__name__, describe_failure(error))


def state_of(report: RunReport) -> State[Any]:
    """What became of the release; what was rejected is no failure."""
    publication = report.publication
    refusals = mask_text("\n".join(publication.refusals))
    if publication.outcome == "refused" and report.is_preview:
        # Nothing failed: it was asked, and this is the answer.
        return Completed(name="Preview", message=f"would be refused / 공표할 수 없습니다: {refusals}")
    if publication.outcome == "refused":
        return Failed(name="Refused", message=refusals)
    counts = {
        "received / 접수": len(report.extraction.received),
        "rejected / 반려": report.new_verdicts.get("rejected", 0),
        "partially accepted / 일부 승인": report.new_verdicts.get("partially_accepted", 0),
        "not copied / 가져오지 못함": len(report.extraction.unreadable),
        "missing from the archive / 보관소에 없음": len(report.extraction.lost),
        "unreachable channels / 연결 불가 접수 경로": len(report.extraction.unreachable),
        "dataset-years held / 보류": len(report.acceptance.held),
        "waiting for approval / 승인 대기": report.waiting_count,
    }
    counted = [f"{number:,} {what}" for what, number in counts.items() if number]
    if publication.outcome == "previewed":
        lines = sum(sum(changes.values()) for changes in publication.revised.values())
        would = f"{lines:,} values and rows of {len(publication.revised):,} tables would change / 변경될 값과 행"
        return Completed(name="Preview", message="; ".join([would, *counted]))
    if scheduled := publication.scheduled:
        counted.insert(0, f"release {scheduled.release_id} goes out at / 공표 예약 {shown_time(scheduled.at)}")
    if publication.outcome == "scheduled":
        return Completed(name="Scheduled", message="; ".join(counted))
    if publication.outcome == "unchanged":
        return Completed(
            name="Nothing new", message="; ".join([f"release {publication.named} stays / 그대로", *counted])
        )
    return Completed(name="Published", message="; ".join([f"release {publication.named}", *counted]))


def state_of_error(error: Exception) -> State[Any]:
    """In words that hold no value of a cell."""
    if isinstance(error, BusyError):
        return Failed(name="Busy", message=mask_text(str(error)))
    if isinstance(error, SciCultureError):
        return Failed(message=mask_text(str(error)))
    if text := explain(error, Settings.from_environment()):
        return Failed(message=text)
    text = f"{describe_failure(error)}. The last good release stays / 마지막 공표본은 그대로입니다"
    return Failed(name="TimedOut" if isinstance(error, TimeoutError) else "Failed", message=text)


def watch(flow: Flow[..., Any], progress: Progress, **parameters: Any) -> RunReport:
    """Runs a flow in this process under a live view; a refusal comes back in the report.

    Raises what the run failed of, and RunError where it took too long.
    """
    seen = Watch(progress)
    token = watching.set(seen)
    try:
        # The heartbeat would cost a second at the end of the flow run.
        with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
            state: State[Any] = flow(**parameters, return_state=True)  # type: ignore[assignment]
        if seen.error:
            raise seen.error
        if seen.report is None:
            raise RunError(message("run_not_finished", state=state.name, message=state.message))
        return seen.report
    finally:
        watching.reset(token)
        # The server of this run is stopped next: what it hasn't been told by then is lost.
        EventsWorker.drain_all(timeout=MAX_SECONDS_TO_RECORD, at_exit=False)
