"""A part of history read again, year by year, and published once: ``sciculture_flows.backfill.backfill``.

Who starts it has seen its plan (``sciculture backfill --plan``), so it asks nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from prefect import State, flow
from prefect.runtime import flow_run

from sciculture_etl.errors import SciCultureError
from sciculture_etl.pipeline import Made, Scope, Step, take_steps
from sciculture_etl.pipeline.steps import PLAN
from sciculture_etl.settings import Settings
from sciculture_etl.storage.journal import validated_reason
from sciculture_flows.artifacts import show_plan
from sciculture_flows.outcome import RUN, concluded, open_run
from sciculture_flows.steps import as_task
from sciculture_flows.years import has_workers, load_by_runs


def _scope(given: dict[str, Any]) -> Scope:
    return Scope.from_texts(given["years"], given.get("datasets") or [], given.get("submitters") or [])


def _run_name() -> str:
    """``backfill 2016-2020 dsc_class``; a scope that is none fails in the run itself, where that is told."""
    try:
        return f"backfill {_scope(flow_run.parameters)}"
    except (SciCultureError, KeyError):
        return "backfill"


@flow(name="backfill", flow_run_name=_run_name, **RUN)
def backfill(
    years: str,
    reason: str,
    datasets: list[str] | None = None,
    submitters: list[str] | None = None,
    everything: bool = False,
    wait_seconds: float = 0,
) -> State[Any]:
    """Reads a part of history again and publishes once.

    Killed at any point, it continues where it stood when it is started again.

    Args:
        years: program years, both ends included: 2016:2020, or 2020.
        reason: why; it is kept in the journal of runs. No personal data.
        datasets: only these.
        submitters: only these institutions.
        everything: also what was read with all that is of today.
        wait_seconds: how long to wait for another run to end.
    """

    def reread() -> None:
        scope, settings = Scope.from_texts(years, datasets or [], submitters or []), Settings.from_environment()
        why = validated_reason(reason)
        with open_run(settings, wait_seconds, "backfill", why) as run:

            def shown(step: Step, work: Callable[[], Made]) -> Made:
                made = as_task(step, work)
                if step.name == PLAN and made.plan:
                    show_plan(made.plan)
                    if made.plan.years and has_workers():
                        load_by_runs(run, made.plan, settings)
                return made

            take_steps(run, Made(scope, everything), shown)

    return concluded(reread)
