"""``sciculture figures``, ``releases``, ``diff`` and ``rollback``: what was published."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from sciculture_etl.cli.app import PARTIAL, app
from sciculture_etl.errors import NotReadyError
from sciculture_etl.messages import message
from sciculture_etl.settings import Settings

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
Release = Annotated[str, typer.Argument(help="Release: its number (4) or the beginning of its name (00004).")]
DEFAULT_LINES = 20
releases = typer.Typer(invoke_without_command=True, help="List the releases that are kept; pin and unpin them.")
app.add_typer(releases, name="releases")


def _print(rows: Any) -> None:
    print(json.dumps(rows, ensure_ascii=False, indent=1))


@app.command()
def figures(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON list and nothing else.")] = False,
) -> None:
    """Print every published figure with what the current release gives for it and where it was published."""
    import duckdb

    from sciculture_etl.cli.views.console import figures_table, operators_console
    from sciculture_etl.publish import read_figures_checked

    path = Settings.from_environment().warehouse / "sciculture.duckdb"
    if not path.exists():
        raise NotReadyError(message("not_made_yet", path=path))
    with duckdb.connect(str(path), read_only=True) as release:
        checked = read_figures_checked(release)
    if as_json:
        _print([figure.as_dict() for figure in checked])
    else:
        operators_console(width=200).print(figures_table(checked))
    raise typer.Exit(PARTIAL if any(figure.status == "differs" for figure in checked) else 0)


@releases.callback()
def listing(context: typer.Context, as_json: AsJson = False) -> None:
    """List the releases that are kept, the newest first: what each took in and changed, and which go next."""
    if context.invoked_subcommand:
        return
    from sciculture_etl.cli.views.console import operators_console
    from sciculture_etl.cli.views.releases import show_releases
    from sciculture_etl.publish.releases import list_releases

    rows = list_releases(Settings.from_environment())
    if as_json:
        _print(rows)
    else:
        show_releases(operators_console(width=200), rows)


@releases.command()
def pin(
    release: Release,
    reason: Annotated[str, typer.Option(help="The reason; it is recorded and shown. No personal data.")],
) -> None:
    """Keep a release whatever its age."""
    from sciculture_etl.publish.releases import pin as pin_release

    entry = pin_release(Settings.from_environment(), release, reason)
    print(
        f"{entry['release_id']} pinned: it is kept until it is unpinned / 고정했습니다. 고정을 해제할 때까지 보관합니다"
    )


@releases.command()
def unpin(
    release: Release,
    reason: Annotated[str, typer.Option(help="The reason; it is recorded and shown. No personal data.")] = "",
) -> None:
    """Let a pinned release go when its time comes."""
    from sciculture_etl.publish.releases import pin as pin_release

    entry = pin_release(Settings.from_environment(), release, reason, undo=True)
    print(f"{entry['release_id']} unpinned: removed when its retention ends / 고정을 해제했습니다. 기한 후 삭제합니다")


@app.command()
def diff(
    old: Release,
    new: Release,
    table: Annotated[str | None, typer.Option(help="Only this table.")] = None,
    limit: Annotated[
        int | None, typer.Option(min=0, help=f"Lines of each table (default {DEFAULT_LINES}, with --json all); 0: all.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tell what differs between the figures of two releases, and what caused it."""
    from sciculture_etl.cli.views.console import operators_console
    from sciculture_etl.cli.views.releases import show_difference
    from sciculture_etl.publish.releases import compare_releases

    lines = limit if limit is not None else 0 if as_json else DEFAULT_LINES
    found = compare_releases(Settings.from_environment(), old, new, table, lines or None)
    if as_json:
        _print(found)
    else:
        show_difference(operators_console(width=200), found)


@app.command()
def rollback(
    release: Release,
    reason: Annotated[str, typer.Option(help="The reason; it is recorded and shown. No personal data.")] = "",
) -> None:
    """Go back to an earlier release. Nights go on but publish nothing that differs until `sciculture publish`."""
    from sciculture_etl.publish.rollback import current_hold
    from sciculture_etl.publish.rollback import rollback as roll_back

    settings = Settings.from_environment()
    entry = roll_back(settings, release, reason)
    print(f"{entry['release_id']} is the current release again / 다시 현재 릴리스입니다")
    if current_hold(settings):
        print(
            "Publication is on hold: nights go on, `sciculture publish` publishes again"
            " / 공표를 보류합니다. `sciculture publish`로 다시 공표합니다"
        )
    else:
        print("Publication is no longer on hold / 공표 보류가 풀렸습니다")
