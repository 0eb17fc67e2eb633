"""The build database rebuilt from the archive alone: ``sciculture_flows.rebuild.rebuild``."""

from __future__ import annotations

from typing import Any

from prefect import State, flow

from sciculture_etl.pipeline import take_steps
from sciculture_etl.settings import Settings
from sciculture_flows.outcome import RUN, concluded, open_run, run_name
from sciculture_flows.steps import as_task


@flow(name="rebuild", flow_run_name=lambda: run_name("rebuild"), **RUN)
def rebuild(wait_seconds: float = 0) -> State[Any]:
    """Makes the build database anew from the archive alone; the release stays unless figures change.

    Args:
        wait_seconds: how long to wait for another run to end.
    """

    def rebuild_all() -> None:
        with open_run(Settings.from_environment(), wait_seconds, "rebuild") as run:
            take_steps(run, take=as_task)

    return concluded(rebuild_all)
