"""``sciculture figures``, ``releases``, ``diff`` and ``rollback``: what was published."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sciculture_etl.cli.app import DEFAULT_LINES, PARTIAL, app, notified_if_behind, notify_readers
from sciculture_etl.errors import NotReadyError
from sciculture_etl.messages import message
from sciculture_etl.settings import Settings

if TYPE_CHECKING:
    from sciculture_etl.publish import Figure

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
Release = Annotated[str, typer.Argument(help="Release: its number (4), the beginning of its name (00004) or current.")]
Compared = Annotated[
    str,
    typer.Argument(help="Release: its number (4), the beginning of its name (00004), current, candidate or scheduled."),
]
releases = typer.Typer(invoke_without_command=True, help="List the releases that are kept; pin and unpin them.")
app.add_typer(releases, name="releases")


def _print(rows: Any) -> None:
    print(json.dumps(rows, ensure_ascii=False, indent=1))


@app.command()
def figures(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON list and nothing else.")] = False,
) -> None:
    """Print every published figure with what the current release gives for it and where it was published.

    After a preview or a refusal it shows the candidate's values beside them, and why it was refused.
    """
    import duckdb

    from sciculture_etl.cli.views.console import operators_console
    from sciculture_etl.cli.views.figures import show_figures
    from sciculture_etl.publish import read_figures_checked
    from sciculture_etl.publish.candidate import read_candidate
    from sciculture_etl.publish.figures import read_figures_of

    settings = Settings.from_environment()
    path, candidate = settings.warehouse / "sciculture.duckdb", read_candidate(settings)
    if not path.exists() and candidate is None:
        raise NotReadyError(message("not_made_yet", path=path))
    checked = []
    if path.exists():
        with duckdb.connect(str(path), read_only=True) as release:
            checked = read_figures_checked(release)
    coming = {figure.figure_id: figure for figure in read_figures_of(settings.candidate)} if candidate else {}
    if not checked:  # nothing was published yet
        checked = [replace(figure, actual=None, status="no_data") for figure in coming.values()]
    if as_json:
        _print([figure.as_dict() | _coming(coming.get(figure.figure_id)) for figure in checked])
    else:
        show_figures(operators_console(width=200), checked, coming, candidate)
    raise typer.Exit(PARTIAL if any(figure.status == "differs" for figure in checked) else 0)


def _coming(figure: Figure | None) -> dict[str, Any]:
    """What the candidate gives; None where there is none."""
    found = figure.as_dict() if figure else {}
    return {"candidate": found.get("actual"), "candidate_status": found.get("status")}


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
    old: Compared,
    new: Compared,
    table: Annotated[str | None, typer.Option(help="Only this table.")] = None,
    limit: Annotated[
        int | None, typer.Option(min=0, help=f"Lines of each table (default {DEFAULT_LINES}, with --json all); 0: all.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tell what differs between the figures of two releases, and what caused it.

    candidate is what the last run would have released, where it was a preview or refused to publish; scheduled is what
    goes out at a set time.
    """
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
    with notified_if_behind():
        entry = roll_back(settings, release, reason)
    notify_readers()
    print(f"{entry['release_id']} is the current release again / 다시 현재 릴리스입니다")
    if current_hold(settings):
        print(
            "Publication is on hold: nights go on, `sciculture publish` publishes again"
            " / 공표를 보류합니다. `sciculture publish`로 다시 공표합니다"
        )
    else:
        print("Publication is no longer on hold / 공표 보류가 풀렸습니다")
