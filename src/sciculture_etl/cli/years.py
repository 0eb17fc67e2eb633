"""``sciculture years``: which years of which datasets are open, provisional or closed; closing and reopening them."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from sciculture_etl.cli.app import app
from sciculture_etl.messages import message
from sciculture_etl.settings import Settings

if TYPE_CHECKING:
    from sciculture_etl.extract import Closing

years = typer.Typer(
    invoke_without_command=True, help="List the years of datasets and their states; close and reopen them."
)
app.add_typer(years, name="years")
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
Reason = Annotated[str, typer.Option(help="The reason; it is recorded and shown. No personal data.")]
Dataset = Annotated[str, typer.Argument(help="Dataset, as `sciculture years` lists it.")]
Years = Annotated[str, typer.Argument(help="Program years, both ends included: 2016:2020, or 2020.")]


@years.callback()
def listing(
    context: typer.Context,
    dataset: Annotated[str | None, typer.Option(help="Only this dataset.")] = None,
    year: Annotated[int | None, typer.Option(help="Only this program year.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the years of each dataset: open until its last report is due, then provisional, closed once decided so."""
    if context.invoked_subcommand:
        return
    from sciculture_etl.cli.views.console import operators_console
    from sciculture_etl.cli.views.years import show_years
    from sciculture_etl.submissions import list_years

    rows = list_years(Settings.from_environment(), dataset, year)
    if as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        show_years(operators_console(width=160), rows)


@years.command()
def close(dataset: Dataset, program_years: Years, reason: Reason, as_json: AsJson = False) -> None:
    """Close years of a dataset: what comes for them from now on waits for approval."""
    from sciculture_etl.submissions import close_years

    _print(close_years(Settings.from_environment(), dataset, _years(program_years), reason), as_json)


@years.command()
def reopen(
    dataset: Dataset,
    program_years: Years,
    reason: Reason,
    submitter: Annotated[str | None, typer.Option(help="Only for this institution; needs --until.")] = None,
    until: Annotated[str | None, typer.Option(help="Only for what is received by this day (YYYY-MM-DD).")] = None,
    as_json: AsJson = False,
) -> None:
    """Reopen years of a dataset, for all or for one institution until a day; what waited for that is let in."""
    from sciculture_etl.submissions import reopen_years

    day = _day(until) if until else None
    settings = Settings.from_environment()
    _print(reopen_years(settings, dataset, _years(program_years), reason, submitter, day), as_json)


def _years(text: str) -> list[int]:
    from sciculture_etl.pipeline import Scope

    scope = Scope.from_texts(text, [], [])
    return list(range(scope.first_year, scope.last_year + 1))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(message("date_invalid", text=text)) from None


def _print(lines: list[Closing], as_json: bool) -> None:
    if as_json:
        print(json.dumps([asdict(line) for line in lines], ensure_ascii=False, indent=1))
        return
    for line in lines:
        what = f"{line.dataset} {line.program_year}"
        if line.kind == "requested":
            print(message("approval_requested", what=f"{what} {line.wanted}", name=line.by))
            continue
        only = f" for {line.submitter}" if line.submitter else ""
        day = f" until {line.until}" if line.until else ""
        print(f"{what} {line.kind}{only}{day}; it shows with the next `sciculture run` / 다음 실행 때 반영됩니다")
