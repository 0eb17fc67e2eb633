"""``sciculture disclosure``: what is withheld of few persons, what was given away, and letting something through."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from sciculture_etl.cli.app import app
from sciculture_etl.messages import message
from sciculture_etl.settings import Settings

disclosure = typer.Typer(
    invoke_without_command=True, help="List what is withheld of few persons; let through what the gate refuses."
)
app.add_typer(disclosure, name="disclosure")
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]


@disclosure.callback()
def listing(context: typer.Context, as_json: AsJson = False) -> None:
    """List what the last release withholds by table, what the gate refuses, what was given away and let through."""
    if context.invoked_subcommand:
        return
    from sciculture_etl.cli.views.console import operators_console
    from sciculture_etl.cli.views.disclosure import show_disclosures
    from sciculture_etl.publish import disclosures

    found = disclosures.list_disclosures(Settings.from_environment())
    if as_json:
        print(disclosures.as_json(found))
    else:
        show_disclosures(operators_console(width=160), found)


@disclosure.command()
def show(
    cell: Annotated[str, typer.Argument(help="Number, as a refusal names it; or a table: what it withholds.")],
    as_json: AsJson = False,
) -> None:
    """Show between what a number must lie by all that was published. For the operator's eyes: don't pass it on."""
    from sciculture_etl.cli.views.console import operators_console
    from sciculture_etl.cli.views.disclosure import show_number, show_withheld
    from sciculture_etl.publish import disclosures

    settings = Settings.from_environment()
    if "/" not in cell:
        rows = disclosures.list_withheld(settings, cell)
        if as_json:
            print(disclosures.as_json(rows))
        else:
            show_withheld(operators_console(width=160), rows)
        return
    found = disclosures.show_cell(settings, cell)
    if as_json:
        print(disclosures.as_json(found))
    else:
        show_number(operators_console(width=160), found)


@disclosure.command()
def accept(
    cell: Annotated[str, typer.Argument(help="Number, as the refusal names it.")],
    reason: Annotated[str, typer.Option(help="The reason; it is recorded and shown. No personal data.")],
    as_json: AsJson = False,
) -> None:
    """Let a number through for which the gate refused to publish, and no other; `sciculture publish` then publishes."""
    from sciculture_etl.publish import disclosures

    line = disclosures.accept_cell(Settings.from_environment(), cell, reason)
    if as_json:
        print(disclosures.as_json(asdict(line)))
    elif line.kind == "requested":
        print(message("approval_requested", what=f"{line.cell} {line.wanted}", name=line.by))
    else:
        print(f"{line.cell} accepted; now `sciculture publish` / 허용했습니다. `sciculture publish`를 실행해 주세요")
