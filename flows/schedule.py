"""Schedules that were missed, or came due while an earlier run was at work, don't pile up: the newest covers them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.context import FlowRunContext
from prefect.states import Cancelled

if TYPE_CHECKING:
    from prefect.client.schemas.objects import FlowRun

SEOUL = ZoneInfo("Asia/Seoul")
# Of a schedule of every minute, more than three hours.
MAX_LISTED = 200


def covered_by() -> str | None:
    """Why this flow run needn't do anything, if a newer one of the same schedule is due.

    Ends all older ones that are due as Cancelled ``Skipped``, so that each needn't begin to find that out. None for
    what a person started.
    """
    context = FlowRunContext.get()
    if not context or not context.flow or not context.flow_run or not isinstance(context.client, SyncPrefectClient):
        return None
    this, client = context.flow_run, context.client
    if not this.auto_scheduled or not this.deployment_id:
        return None
    due = [this, *_other_runs_due(client, this, this.deployment_id)]
    newest = max(due, key=_when)
    text = (
        f"covered by the run that was due at {_when(newest).astimezone(SEOUL):%Y-%m-%d %H:%M}"
        " / 더 나중 예정 실행이 모두 처리합니다"
    )
    for older in due:
        if older.id not in (newest.id, this.id):
            name = f"{context.flow.name} {_when(older).astimezone(SEOUL):%Y-%m-%d}"
            client.set_flow_run_name(older.id, name)
            client.set_flow_run_state(older.id, Cancelled(name="Skipped", message=text), force=True)
    return text if newest.id != this.id else None


def _when(run: FlowRun) -> datetime:
    assert run.expected_start_time is not None
    return run.expected_start_time


def _other_runs_due(client: SyncPrefectClient, this: FlowRun, deployment_id: UUID) -> list[FlowRun]:
    """Scheduled runs of the same deployment that do the same and have come due."""
    waiting = client.read_flow_runs(
        flow_run_filter=FlowRunFilter(
            deployment_id=FlowRunFilterDeploymentId(any_=[deployment_id]),
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED, StateType.PENDING])),
            expected_start_time=FlowRunFilterExpectedStartTime(before_=datetime.now(UTC)),  # type: ignore[arg-type]
        ),
        sort=FlowRunSort.EXPECTED_START_TIME_DESC,
        limit=MAX_LISTED,
    )
    return [run for run in waiting if run.id != this.id and run.auto_scheduled and run.parameters == this.parameters]
