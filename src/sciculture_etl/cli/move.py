"""``sciculture move``: the tables of a warehouse from a file to a lake, or back."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from sciculture_etl.cli.app import app
from sciculture_etl.cli.runs import AsJson, Wait
from sciculture_etl.settings import Settings


@app.command()
def move(
    to: Annotated[
        str, typer.Option(help="Where to: ducklake:postgres:host=… dbname=…, or the folder of the warehouse.")
    ],
    data: Annotated[
        str, typer.Option(help="Of a lake: the folder or s3://bucket/prefix of its rows; else as the settings say.")
    ] = "",
    without_tables: Annotated[
        bool,
        typer.Option(
            "--without-tables", help="Copy nothing, since the old place is lost: the next run reads the archive."
        ),
    ] = False,
    as_json: AsJson = False,
    wait: Wait = 0,
) -> None:
    """Move the tables of the warehouse to a lake that several machines share, or back; compared before the old go."""
    from sciculture_etl.cli.views.console import operators_console
    from sciculture_etl.cli.views.doctor import Examining
    from sciculture_etl.cli.views.moving import show_moved
    from sciculture_etl.pipeline.moving import move_tables, target_settings

    settings, console = Settings.from_environment(), operators_console(quiet=as_json)
    target = target_settings(settings, to, data)
    with Examining(console) as progress:
        moved = move_tables(settings, target, progress, wait, without_tables)
    if as_json:
        print(json.dumps({"exit_code": 0} | moved.as_dict(), ensure_ascii=False, indent=1))
    else:
        show_moved(console, moved)
