"""The backfill flow: plan → read again, year by year → accept → model → publish once → answer.

Also a deployment's entry point (``flows/backfill.py:backfill``): who starts it has seen the plan, so it asks nothing.
"""

from __future__ import annotations

from prefect import flow
from prefect.runtime import flow_run

from flows.nightly import PublicationRefusedError, step, watching
from sciculture_etl.pipeline import Run, RunReport, Scope
from sciculture_etl.settings import Settings


def _run_name() -> str:
    given = flow_run.parameters
    scope = Scope.from_words(given["years"], given.get("datasets") or [], given.get("submitters") or [])
    return f"backfill {scope}"


@flow(name="backfill", flow_run_name=_run_name, validate_parameters=False, persist_result=False)
def backfill(
    years: str,
    datasets: list[str] | None = None,
    submitters: list[str] | None = None,
    reason: str = "",
    everything: bool = False,
    wait_seconds: float = 0,
) -> RunReport:
    """Reads a part of history again and publishes once. years: ``2016:2020``. everything: also what was read with all
    that is of today. Killed at any point, it goes on where it stood when it is started again. Raises UserMistake,
    PublicationRefusedError, Busy and whatever a step raises."""
    settings = Settings.from_environment()
    scope = Scope.from_words(years, datasets or [], submitters or [])
    with Run.open(settings, watching.get(), wait_seconds, "backfill", reason) as run:
        plan = run.begin_backfill(scope, everything)
        for year in plan.years:
            step(f"load {year}", lambda year=year: run.read_year(plan, year))
        step("accept", run.accept)
        step("model", run.model)
        step("publish", run.publish)
        step("answer", run.answer)
    if run.report.publication.outcome == "refused":
        raise PublicationRefusedError(run.report)
    return run.report
