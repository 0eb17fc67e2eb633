"""``sciculture verify``: whether a release, or a copy of one, holds what was published."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from sciculture_etl.cli.app import FAILED, app
from sciculture_etl.settings import Settings


@app.command()
def verify(
    release: Annotated[
        str,
        typer.Argument(help="Release: its number (4), the beginning of its name, current, or the folder of a copy."),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Compare every file of a release, or of a copy of one, with what was published. Exit code: 0 complete, 5 not.

    A copy may lie anywhere: it needs no warehouse and no settings. A folder of that name goes before a release.
    """
    from sciculture_etl.cli.views.console import operators_console
    from sciculture_etl.cli.views.verification import show_verification
    from sciculture_etl.publish.verification import verify_folder

    if is_path(release):
        found = verify_folder(Path(release))
    else:
        from sciculture_etl.publish.retention import find_release

        settings = Settings.from_environment()
        found = verify_folder(settings.releases / find_release(settings, release), is_in_warehouse=True)
    if as_json:
        print(json.dumps(found.as_dict(), ensure_ascii=False, indent=1))
    else:
        show_verification(operators_console(width=200), found)
    raise typer.Exit(0 if found.is_complete else FAILED)


def is_path(asked: str) -> bool:
    """Whether a folder or file is meant, and not a release by its name."""
    return Path(asked).exists() or Path(asked).name != asked or asked in (".", "..")
