"""``sciculture figures``: what the current release says."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from sciculture_etl.cli.app import PARTIAL, app
from sciculture_etl.settings import Settings, UserMistake


@app.command()
def figures(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON list and nothing else.")] = False,
) -> None:
    """Print every published figure with what the current release gives for it and where it was published."""
    import duckdb

    from sciculture_etl.console import figures_table, operators_console
    from sciculture_etl.publish import read_figures_checked

    path = Settings.from_environment().warehouse / "sciculture.duckdb"
    if not path.exists():
        raise UserMistake(f"{path} isn't there yet: run `sciculture run` first / 먼저 `sciculture run`을 실행하세요")
    with duckdb.connect(str(path), read_only=True) as release:
        checked = read_figures_checked(release)
    if as_json:
        print(json.dumps([figure.as_dict() for figure in checked], ensure_ascii=False, indent=1))
    else:
        operators_console(width=200).print(figures_table(checked))
    raise typer.Exit(PARTIAL if any(figure.status == "differs" for figure in checked) else 0)
