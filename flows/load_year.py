"""One year of a backfill, on whichever worker has time: ``sciculture_flows.load_year.load_year``.

The backfill starts these runs and waits for them (``years.py``); nobody else does.
"""

from __future__ import annotations

from typing import Any

from prefect import State, flow
from prefect.states import Cancelled, Completed

from sciculture_etl.errors import NotReadyError
from sciculture_etl.pipeline import load_year as loading
from sciculture_etl.pipeline.steps import HOUR
from sciculture_etl.settings import Settings
from sciculture_flows.outcome import state_of_error


@flow(name="load-year", validate_parameters=False, persist_result=False, timeout_seconds=8 * HOUR)
def load_year(run_no: int, year: int) -> State[Any]:
    """Reads a year of a backfill again and loads it; nothing is published.

    Args:
        run_no: of the backfill, as ``sciculture runs`` lists it.
        year: program year.
    """
    try:
        count = loading.load_year(Settings.from_environment(), run_no, year)
    except NotReadyError as error:
        return Cancelled(name="Skipped", message=str(error))
    except Exception as error:
        return state_of_error(error)
    return Completed(name="Loaded", message=f"{count:,} submissions read / 제출본 처리")
