"""What stands in the build database, published (``sciculture_flows.publish.publish``): a SELECT or promise changed."""

from __future__ import annotations

from typing import Any

from prefect import State, flow

from sciculture_etl.pipeline import take_steps
from sciculture_etl.settings import Settings
from sciculture_flows.outcome import RUN, concluded, open_run, run_name
from sciculture_flows.steps import as_task


@flow(name="publish", flow_run_name=lambda: run_name("publish"), **RUN)
def publish(wait_seconds: float = 0) -> State[Any]:
    """Publishes what stands in the build database, without looking for new submissions.

    It ends the hold that follows a rollback.

    Args:
        wait_seconds: how long to wait for another run to end.
    """

    def as_it_stands() -> None:
        with open_run(Settings.from_environment(), wait_seconds, "publish") as run:
            take_steps(run, take=as_task)

    return concluded(as_it_stands)
