"""The first step of a real flow in this process, over channels that fail, with Prefect's API beside it."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from channel_servers import Pages, WebDoor

from sciculture_etl.extract import Extraction
from sciculture_etl.pipeline import Made, Run
from sciculture_etl.pipeline.steps import STEPS
from sciculture_etl.settings import Settings, Timeouts
from tests.commands import within

# One request a try, so that what is tried again is the step.
AT_ONCE = Timeouts(attempts=1, first_pause=0, stable_seconds=0)


def settings_for(folder: Path, door: WebDoor, inbox: str = "") -> Settings:
    return Settings(inbox=inbox, warehouse=folder / "warehouse", inbox_options=door.options(), timeouts=AT_ONCE)


def extracted(
    prefect: Mapping[str, str], settings: Settings, retries: Sequence[float], seconds: float = 60
) -> Extraction:
    """What the step ends in. Raises what it raises."""
    with within(os.environ | prefect):
        from prefect import flow

        from sciculture_flows.steps import as_task

        step = replace(STEPS["nightly"][0], seconds=seconds)

        def attempt() -> Any:
            with Run.open(settings) as run:
                return as_task(step, partial(step.function, run, Made()), retries).extraction

        found: Extraction = flow(attempt, name="attempt", persist_result=False)()
    return found


def stuck_until(released: threading.Event) -> type[Pages]:
    """A server that takes every request and says nothing."""

    def say_nothing(_: Pages) -> None:
        released.wait(60)

    return type("Stuck", (Pages,), {"do_GET": say_nothing, "do_HEAD": say_nothing})
