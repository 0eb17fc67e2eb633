"""``sciculture run``, ``rebuild`` and ``backfill``: flows, watched; ``runs``: their journal."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sciculture_etl import stopping
from sciculture_etl.cli.app import DEFAULT_LINES, app
from sciculture_etl.errors import NotReadyError, UserError
from sciculture_etl.loading import many_modules
from sciculture_etl.messages import message, nearest_names
from sciculture_etl.settings import Settings

if TYPE_CHECKING:
    from sciculture_etl.pipeline import Plan, RunReport, Scope

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


def _seconds(value: float) -> float:
    if not 0 <= value < float("inf"):  # NaN neither
        raise typer.BadParameter(message("wait_invalid", value=value))
    return value


Wait = Annotated[float, typer.Option(help="Seconds to wait for another run to end.", callback=_seconds)]
Explain = Annotated[bool, typer.Option("--explain", help="Say why each thing was read, accepted and rebuilt.")]


@app.command()
def run(
    preview: Annotated[
        bool, typer.Option("--preview", help="Show what a release would change; publish and answer nothing.")
    ] = False,
    as_json: AsJson = False,
    wait: Wait = 0,
    explain: Explain = False,
) -> None:
    """Run the nightly flow: what is new in the inbox goes all the way to a published release."""
    with watched(as_json, explain, looks_into_inbox=True) as watch:
        from sciculture_flows.nightly import nightly

        watch(nightly, wait_seconds=wait, preview=preview)


@app.command()
def rebuild(as_json: AsJson = False, wait: Wait = 0, explain: Explain = False) -> None:
    """Make the build database anew from the archive alone; the release stays unless figures change."""
    with watched(as_json, explain, needs_receipts=True) as watch:
        from sciculture_flows.rebuild import rebuild as flow

        watch(flow, wait_seconds=wait)


@app.command()
def backfill(
    years: Annotated[str, typer.Option(help="Program years, both ends included: 2016:2020, or 2020.")] = "",
    dataset: Annotated[list[str] | None, typer.Option(help="Only this dataset; may be repeated.")] = None,
    submitter: Annotated[
        list[str] | None, typer.Option(help="Only this institution, or a part of its name; may be repeated.")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why; it is kept in the journal of runs. No personal data.")] = "",
    plan_only: Annotated[bool, typer.Option("--plan", help="Show the plan and do nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="Read also what was read with all that is of today.")
    ] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the last backfill that did not finish.")] = False,
    as_json: AsJson = False,
    wait: Wait = 0,
    explain: Explain = False,
) -> None:
    """Read a part of history again: shows the plan, asks, reads year by year, publishes once."""
    from sciculture_etl.cli.views.console import operators_console
    from sciculture_etl.cli.views.runs import show_plan
    from sciculture_etl.pipeline import Run
    from sciculture_etl.storage.disk import check_places
    from sciculture_etl.storage.journal import validated_reason

    settings = Settings.from_environment()
    if reason:
        reason = validated_reason(reason)
    check_places(settings)
    scope, scope_reason, begun = _wanted(settings, years, dataset, submitter, resume)
    # What is left of those that were asked for is kept in the build database.
    everything = everything and not resume
    plan = Run.plan_backfill(settings, scope, everything, wait)
    ends_here = plan_only or (plan.is_empty and plan.scope != begun)
    if as_json and ends_here:
        print(json.dumps(plan.as_dict(), ensure_ascii=False, indent=1))
    elif not as_json:
        show_plan(operators_console(), plan)
    if ends_here:
        return
    reason = validated_reason(reason or scope_reason)
    if not yes:
        _ask(plan, as_json)
    with watched(as_json, explain) as watch:
        from sciculture_flows.backfill import backfill as flow

        watch(
            flow, years=f"{scope.first_year}:{scope.last_year}", datasets=list(scope.datasets),
            submitters=list(plan.scope.submitters), reason=reason, everything=everything, wait_seconds=wait,
        )  # fmt: skip


@app.command()
def runs(
    last: Annotated[int, typer.Option(help="How many.", min=1)] = 20,
    kind: Annotated[str | None, typer.Option(help="Only these: nightly, preview, backfill, rebuild, publish.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON list and nothing else.")] = False,
) -> None:
    """List the last runs: when, why, and how each ended; what was killed shows as not ended."""
    from sciculture_etl.cli.views.console import operators_console
    from sciculture_etl.cli.views.runs import show_runs
    from sciculture_etl.pipeline import Runs
    from sciculture_etl.pipeline.journal import at_work
    from sciculture_etl.pipeline.steps import STEPS
    from sciculture_etl.storage.lock import BACKFILL, lock_holder

    if kind is not None and kind not in STEPS:
        raise UserError(message("name_unknown", option="--kind", given=kind, known=nearest_names(kind, STEPS)))
    settings = Settings.from_environment()
    every = Runs(settings.archive).all()
    records = [r for r in every if kind in (None, r.kind)][: -last - 1 : -1]
    if as_json:
        print(json.dumps([record.as_dict() for record in records], ensure_ascii=False, indent=1))
    else:
        going_on = at_work(every, lock_holder(settings.warehouse), lock_holder(settings.warehouse, BACKFILL))
        show_runs(operators_console(width=160), records, going_on)


def _wanted(
    settings: Settings, years: str, datasets: list[str] | None, submitters: list[str] | None, resume: bool
) -> tuple[Scope, str, Scope | None]:
    """The scope, the reason given when it was begun, and the scope of the backfill that did not finish, if one did."""
    from sciculture_etl.pipeline import Runs, Scope
    from sciculture_etl.pipeline.backfill import planned_scope

    unfinished = Runs(settings.archive).unfinished_backfill()
    begun = planned_scope(unfinished.plan) if unfinished else None
    if resume:
        if years or datasets or submitters:
            raise typer.BadParameter(message("resume_takes_no_scope"))
        if begun is None or unfinished is None:
            raise UserError(message("backfill_none_unfinished"))
        return begun, unfinished.reason, begun
    if not years:
        raise typer.BadParameter(message("backfill_needs_years"))
    scope = Scope.from_texts(years, datasets or [], submitters or [])
    return scope, "", begun


def _ask(plan: Plan, as_json: bool) -> None:
    if as_json or not sys.stdin.isatty():
        raise UserError(message("backfill_needs_yes"))
    if not typer.confirm(f"Read {len(plan.files):,} files again? / 파일 {len(plan.files):,}개를 다시 읽을까요?"):
        raise typer.Exit(0)


class _Watch:
    """Runs one flow under a live view."""

    def __init__(self, view: Any) -> None:
        self.view = view
        self.report: RunReport

    def __call__(self, flow: Any, **parameters: Any) -> None:
        from sciculture_flows.outcome import watch

        self.report = watch(flow, self.view, **parameters)


@contextmanager
def watched(
    as_json: bool, explain: bool, looks_into_inbox: bool = False, needs_receipts: bool = False
) -> Iterator[_Watch]:
    """Prefect's API, the live view, and at the end the summary and the exit code of the flow that the block runs."""
    from sciculture_etl.extract import Archive, check_channels
    from sciculture_etl.storage.disk import check_places
    from sciculture_flows.embedded import prefect_api

    stopping.listen()
    settings = Settings.from_environment()
    started = time.monotonic()
    check_places(settings)
    if looks_into_inbox:
        check_channels(settings)
    if needs_receipts and not Archive(settings.archive).receipts():
        raise NotReadyError(message("nothing_received", path=settings.archive))
    with prefect_api(settings.warehouse):
        with many_modules():
            # Told before anything is done, and looked at while Prefect's API comes up.
            from sciculture_etl.contracts import load_contracts

            load_contracts()
            import sciculture_flows.outcome  # noqa: F401  Prefect and all that a run is made of
            from sciculture_etl.cli.views.console import LiveView, as_machine_report, operators_console, show_summary

        console = operators_console(quiet=as_json)
        with LiveView(console) as view:
            watch = _Watch(view)
            yield watch
    report = watch.report
    ended = time.monotonic()
    began = view.work_began or ended
    # What Prefect needs after the work, to write down how it ended, counts as its own.
    done = view.work_ended or ended
    seconds = {"startup": began - started, "work": done - began, "shutdown": ended - done}
    exit_code = report.exit_code
    if as_json:
        found = as_machine_report(report, settings, exit_code, seconds) | _previewed(settings, report)
        print(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        show_summary(console, settings, report, seconds)
        if previewed := _previewed(settings, report, DEFAULT_LINES).get("preview"):
            from sciculture_etl.cli.views.releases import show_difference

            show_difference(console, previewed)
        if explain:
            from sciculture_etl.cli.views.runs import show_reasons

            show_reasons(console, report.reasons)
    raise typer.Exit(exit_code)


def _previewed(settings: Settings, report: RunReport, limit: int | None = None) -> dict[str, Any]:
    """What a release would change, as ``sciculture diff current candidate`` gives it, under ``preview``."""
    publication = report.publication
    if not report.is_preview or not publication.has_candidate or publication.release_id is None:
        return {}
    from sciculture_etl.publish.releases import compare_releases

    return {"preview": compare_releases(settings, "current", "candidate", limit=limit)}
