"""``sciculture trace``: from a published number back to the rows of the submissions behind it."""

from __future__ import annotations

import json
import unicodedata
from typing import Annotated

import typer

from sciculture_etl.cli.app import app
from sciculture_etl.messages import message
from sciculture_etl.settings import Settings


@app.command()
def trace(
    table: Annotated[str, typer.Argument(help="A table, or the number of a published figure (K16).")],
    column: Annotated[str | None, typer.Argument(help="A column of the table; left out with a figure.")] = None,
    year: Annotated[int | None, typer.Option(help="Only this program year, or the year of an event or a day.")] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN=VALUE",
            help="Only rows with this value (sido_name=강원도), of the table or behind it; several times allowed.",
        ),
    ] = None,
    rows: Annotated[bool, typer.Option("--rows", help="List every row with its values, too.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Leave out no line of a long list.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
) -> None:
    """Show which submissions, files, sheets and rows a published number is made of, and that they add up to it."""
    from sciculture_etl.cli.views.console import operators_console
    from sciculture_etl.cli.views.trace import MAX_LINES, MAX_WIDTH, show_trace
    from sciculture_etl.trace import as_json as trace_as_json
    from sciculture_etl.trace import trace_cell, trace_figure
    from sciculture_etl.trace.question import refuse_without_column

    settings, conditions = Settings.from_environment(), [_condition(given) for given in where or []]
    if column is not None:
        found = trace_cell(settings, table, column, year, conditions, with_values=rows)
    else:
        refuse_without_column(table)
        if year is not None or conditions:
            raise typer.BadParameter(message("trace_figure_takes_no_more"))
        found = trace_figure(settings, table, with_values=rows)
    if as_json:
        print(json.dumps(trace_as_json(found), ensure_ascii=False, indent=1))
    else:
        show_trace(operators_console(width=MAX_WIDTH), found, None if everything else MAX_LINES, with_rows=rows)


def _condition(given: str) -> tuple[str, str]:
    name, sign, value = given.partition("=")
    if not sign or not name.strip():
        raise typer.BadParameter(message("trace_where_invalid", given=given))
    return unicodedata.normalize("NFC", name.strip()), unicodedata.normalize("NFC", value.strip())
