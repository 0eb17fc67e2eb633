"""``sciculture doctor``: the state of everything, and how to mend it."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from sciculture_etl.cli.app import FAILED, PARTIAL, app
from sciculture_etl.settings import Settings


@app.command()
def doctor(
    quick: Annotated[bool, typer.Option("--quick", help="Compare sizes; don't read all bytes again.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
    repair: Annotated[bool, typer.Option("--fix", "--mend", help="Repair first what is safe to repair.")] = False,
) -> None:
    """Diagnose the installation and the warehouse; --fix repairs. Exit code: 0 healthy, 3 remarks, 5 faults."""
    from sciculture_etl.cli.views.console import operators_console
    from sciculture_etl.cli.views.doctor import Examining, as_machine_examination, show_examination
    from sciculture_etl.doctor import Case, Status, examine
    from sciculture_etl.doctor import repair as repair_case

    settings, console = Settings.from_environment(), operators_console(quiet=as_json)
    with Examining(console) as progress:
        done = repair_case(Case(settings, quick, progress)) if repair else []
        checks = examine(Case(settings, quick, progress))
    found = {check.verdict for check in checks}
    exit_code = FAILED if Status.fault in found else PARTIAL if Status.remark in found else 0
    if as_json:
        print(json.dumps(as_machine_examination(checks, done, exit_code), ensure_ascii=False, indent=1))
    else:
        show_examination(console, checks, done)
    raise typer.Exit(exit_code)
