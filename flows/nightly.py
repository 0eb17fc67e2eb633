"""The nightly flow; its steps stand in ``sciculture_etl/pipeline/steps.py``.

Also a deployment's entry point (``sciculture_flows.nightly.nightly``): the places come from the environment.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from prefect import State, flow
from prefect.blocks.system import Secret
from prefect.runtime import flow_run

from sciculture_etl.extract import with_blocks
from sciculture_etl.pipeline import Made, Step, take_steps
from sciculture_etl.pipeline.journal import PREVIEW
from sciculture_etl.pipeline.steps import STEPS
from sciculture_etl.settings import Settings
from sciculture_flows.outcome import RUN, concluded, open_run, run_name
from sciculture_flows.steps import as_task

(EXTRACT,) = (step for step in STEPS["nightly"] if step.awaits_channels)


def _kind(preview: bool) -> str:
    return PREVIEW if preview else "nightly"


@flow(name="nightly", flow_run_name=lambda: run_name(_kind(bool(flow_run.parameters.get("preview")))), **RUN)
def nightly(
    wait_seconds: float = 0,
    retry_seconds: Sequence[float] = (),
    extract_seconds: float = EXTRACT.seconds,
    preview: bool = False,
) -> State[Any]:
    """One night: what is new in the channels goes all the way to a published release.

    Args:
        wait_seconds: how long to wait for another run to end.
        retry_seconds: the pauses before each further try of the channels, where a fault may pass.
        extract_seconds: how long the channels may take before the run is given up.
        preview: everything but the release: what it would change is shown and kept as the candidate; nobody is
            answered or notified.
    """

    def awaiting(step: Step, work: Callable[[], Made]) -> Made:
        return as_task(replace(step, seconds=extract_seconds) if step.awaits_channels else step, work, retry_seconds)

    def night() -> None:
        settings = with_blocks(Settings.from_environment(), lambda name: Secret.load(name).get())  # type: ignore[union-attr]
        with open_run(settings, wait_seconds, _kind(preview)) as run:
            take_steps(run, take=awaiting)

    return concluded(night)
