"""``sciculture run``, ``rebuild`` and ``backfill``: flows, watched; and ``runs``, their journal."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from sciculture_etl.cli.app import PARTIAL, REFUSED, app
from sciculture_etl.settings import Settings, UserMistake

if TYPE_CHECKING:
    from sciculture_etl.pipeline import Plan, RunReport, Scope

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
Wait = Annotated[float, typer.Option(help="Seconds to wait for another run to end.")]
Explain = Annotated[bool, typer.Option("--explain", help="Say why each thing was read, accepted and made again.")]


@app.command()
def run(as_json: AsJson = False, wait: Wait = 0, explain: Explain = False) -> None:
    """Run the nightly flow: what is new in the inbox goes all the way to a published release."""
    _watch(lambda flows: flows.nightly(wait_seconds=wait), as_json, explain, looks_into_inbox=True)


@app.command()
def rebuild(as_json: AsJson = False, wait: Wait = 0, explain: Explain = False) -> None:
    """Make the build database anew from the archive alone; the release stays unless figures change."""
    _watch(lambda flows: flows.nightly(extract=False, wait_seconds=wait), as_json, explain)


@app.command()
def backfill(
    years: Annotated[str, typer.Option(help="Program years, both ends included: 2016:2020, or 2020.")] = "",
    dataset: Annotated[list[str] | None, typer.Option(help="Only this dataset; may be given more than once.")] = None,
    submitter: Annotated[
        list[str] | None, typer.Option(help="Only this institution, or a part of its name; may be given more than once.")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why; it is kept in the journal of runs. No personal data.")] = "",
    plan_only: Annotated[bool, typer.Option("--plan", help="Show the plan and do nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="Read also what was read with today's contracts and reader.")
    ] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the last backfill that came to no end.")] = False,
    as_json: AsJson = False,
    wait: Wait = 0,
    explain: Explain = False,
) -> None:
    """Read a part of history again: shows the plan, asks, reads year by year, publishes once."""
    from sciculture_etl.console import operators_console
    from sciculture_etl.pipeline import Run, Runs, Scope
    from sciculture_etl.pipeline.backfill import planned_scope
    from sciculture_etl.run_views import show_plan
    from sciculture_etl.submissions import check_reason

    settings = Settings.from_environment()
    unfinished = Runs(settings.archive).unfinished_backfill()
    if resume:
        if unfinished is None:
            raise UserMistake("no backfill is unfinished / 끝나지 않은 소급 처리가 없습니다")
        scope, reason = planned_scope(unfinished.plan), reason or unfinished.reason
        everything = False  # what is left of those asked for is kept in the build database
    elif not years:
        raise typer.BadParameter("say which: --years 2016:2020 (or --resume) / 연도를 적어 주세요")
    else:
        scope = Scope.from_words(years, dataset or [], submitter or [])
    plan = Run.plan_backfill(settings, scope, everything)
    goes_on = unfinished is not None and planned_scope(unfinished.plan) == plan.scope
    if plan_only or (plan.is_empty and not goes_on):
        if as_json:
            print(json.dumps(plan.as_dict(), ensure_ascii=False, indent=1))
        else:
            show_plan(operators_console(), plan)
        return
    if not reason:
        raise typer.BadParameter('say why: --reason "…" / 사유를 적어 주세요')
    check_reason(reason)
    if not yes:
        _ask(plan, as_json)
    _watch(
        lambda flows: flows.backfill(
            f"{scope.first_year}:{scope.last_year}", list(scope.datasets), list(plan.scope.submitters), reason,
            everything, wait,
        ),
        as_json, explain,
    )  # fmt: skip
