"""``sciculture serve``: one process that keeps the schedule and starts the runs, one at a time."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from prefect import Flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.runner import Runner
from prefect.schedules import Cron
from prefect.types.entrypoint import EntrypointType

from sciculture_etl.errors import LakeError, RunError, SciCultureError, UserError
from sciculture_etl.failures import describe_failure
from sciculture_etl.messages import message
from sciculture_etl.pipeline.steps import HOUR
from sciculture_etl.publish.going_out import publish_if_due
from sciculture_etl.settings import Settings
from sciculture_etl.stopping import print_line
from sciculture_flows.backfill import backfill
from sciculture_flows.nightly import nightly
from sciculture_flows.notify import notify_subscribers
from sciculture_flows.publish import publish
from sciculture_flows.rebuild import rebuild
from sciculture_flows.watchdog import SERVED

TIMEZONE = "Asia/Seoul"
MINUTE = 60
MAX_SECONDS_TO_ANSWER = 120
SECONDS_BETWEEN_LOOKS = 15
WAIT = {"wait_seconds": HOUR}
# What is served, with the parameters that it has unless told otherwise. A further flow: one line here, one entry in
# prefect.yaml.
DEPLOYMENTS: list[tuple[Flow[..., Any], dict[str, Any]]] = [
    (nightly, WAIT | {"retry_seconds": [1 * MINUTE, 5 * MINUTE, 15 * MINUTE]}),
    (backfill, WAIT),
    (rebuild, WAIT),
    (publish, WAIT),
]
SCHEDULED = nightly.name
# What was last said of a scheduled release that can't go out: once, and not every few seconds.
_stated = ""


def schedule_of(cron: str) -> Any:
    """Raises UserError for what is no cron expression."""
    try:
        return Cron(cron, timezone=TIMEZONE)
    except ValueError:
        raise UserError(message("cron_invalid", cron=cron)) from None


def serve(schedule: Any, ready: Callable[[], None]) -> None:
    """Serves until SIGINT or SIGTERM; a run that is at work then is cancelled, and the next one finishes its work.

    Runs are processes of their own, with the environment of this one.
    """
    os.environ[SERVED] = "1"
    for place in ("SCICULTURE_WAREHOUSE", "PREFECT_HOME"):
        if os.environ.get(place):
            os.environ[place] = str(Path(os.environ[place]).absolute())
    asyncio.run(_serve(schedule, ready))


async def _answers() -> None:
    """Waits for a server that is still starting, as after a reboot.

    Raises:
        RunError: Where it doesn't come.
    """
    async with get_client() as client:
        for _ in range(MAX_SECONDS_TO_ANSWER):
            if not (fault := await client.api_healthcheck()):
                return
            await asyncio.sleep(1)
        raise RunError(message("prefect_unreachable", url=client.api_url, error=type(fault).__name__))


async def _serve(schedule: Any, ready: Callable[[], None]) -> None:
    await _answers()
    # Schedules go on by themselves when it is started again, so they aren't paused when it stops.
    # A backfill gives way to one other run at a time, so that is the second.
    runner = Runner(name="sciculture", limit=2, pause_on_shutdown=False)
    for flow, parameters in DEPLOYMENTS:
        await runner.aadd_flow(
            flow, name=flow.name, parameters=parameters, schedule=schedule if flow.name == SCHEDULED else None,
            entrypoint_type=EntrypointType.MODULE_PATH, description=flow.description,
            # Holds across machines, should the same server have further runners.
            concurrency_limit=ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.ENQUEUE),
        )  # fmt: skip
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, runner.handle_sigterm)
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # as nohup does
        loop.add_signal_handler(signal.SIGHUP, runner.handle_sigterm)
    looking = loop.create_task(_look_at_the_clock())
    ready()
    try:
        await runner.start()
    finally:
        looking.cancel()


async def _look_at_the_clock() -> None:
    """Lets a scheduled release out when its time comes, beside the runs; while one is at work, that one does."""
    while True:
        await asyncio.to_thread(_publish_if_due)
        await asyncio.sleep(SECONDS_BETWEEN_LOOKS)


def _publish_if_due() -> None:
    global _stated
    try:
        if released := publish_if_due(Settings.from_environment()):
            print_line(f"release {released} is out / 공표했습니다", sys.stdout)
            notify_subscribers(Settings.from_environment())
        _stated = ""
    except Exception as error:  # the next look tries again; the server goes on
        if isinstance(error, LakeError):  # it may be out, and only readers of a lake don't see it yet
            notify_subscribers(Settings.from_environment())
        text = str(error) if isinstance(error, SciCultureError) else describe_failure(error)
        if text != _stated:
            print_line(f"sciculture: {text}", sys.stderr)
        _stated = text
