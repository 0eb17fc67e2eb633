"""``sciculture run`` and ``rebuild``: the nightly flow, watched."""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING, Annotated

import typer

from sciculture_etl import stopping
from sciculture_etl.cli.app import PARTIAL, REFUSED, app
from sciculture_etl.settings import Settings, UserMistake

if TYPE_CHECKING:
    from sciculture_etl.pipeline import RunReport


@app.command()
def run(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
    wait: Annotated[float, typer.Option(help="Seconds to wait for another run to end.")] = 0,
) -> None:
    """Run the nightly flow: what is new in the inbox goes all the way to a published release."""
    _nightly(extract=True, as_json=as_json, wait=wait)


@app.command()
def rebuild(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
    wait: Annotated[float, typer.Option(help="Seconds to wait for another run to end.")] = 0,
) -> None:
    """Make the build database anew from the archive alone; the release stays unless figures change."""
    _nightly(extract=False, as_json=as_json, wait=wait)


def _nightly(extract: bool, as_json: bool, wait: float) -> None:
    from flows.embedded import prefect_api

    stopping.listen()
    settings = Settings.from_environment()
    started = time.monotonic()
    with prefect_api(settings.warehouse):
        _load_what_a_busy_night_needs(settings, extract)
        from flows.nightly import watch_nightly
        from sciculture_etl.console import LiveView, as_machine_report, operators_console, show_summary

        console = operators_console(quiet=as_json)
        with LiveView(console) as view:
            report = watch_nightly(view, extract, wait)
    ended = time.monotonic()
    began = view.work_began or ended
    # What Prefect needs after the work, to write down how it ended, counts as its own.
    done = view.work_ended or ended
    seconds = {"startup": began - started, "work": done - began, "shutdown": ended - done}
    exit_code = _exit_code(report)
    if as_json:
        print(json.dumps(as_machine_report(report, settings, exit_code, seconds), ensure_ascii=False, indent=1))
    else:
        show_summary(console, settings, report, seconds)
    raise typer.Exit(exit_code)


def _load_what_a_busy_night_needs(settings: Settings, extract: bool) -> None:
    """Imports Great Expectations, which takes seconds, while Prefect's API starts; not for a night with nothing new."""
    from sciculture_etl.extract import Archive, anything_new
    from sciculture_etl.validate.suites import preload

    try:
        busy = not extract or anything_new(settings, Archive(settings.archive))
    except UserMistake:
        return  # said by the run itself, where it is recorded
    if busy:
        threading.Thread(target=preload, daemon=True).start()


def _exit_code(report: RunReport) -> int:
    if report.publication.outcome == "refused":
        return REFUSED
    faulty = report.new_verdicts.get("rejected", 0) + report.new_verdicts.get("partially_accepted", 0)
    untaken = report.extraction.unreadable or report.extraction.unreachable
    return PARTIAL if faulty or untaken or report.acceptance.held or report.unfit_corrections else 0
