"""``sciculture submissions`` and ``withdraw``: what came, what became of it, and what is taken back."""

from __future__ import annotations

import json
from contextlib import nullcontext
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sciculture_etl.cli.app import app
from sciculture_etl.messages import message
from sciculture_etl.settings import Settings

if TYPE_CHECKING:
    from sciculture_etl.extract import Decision

STATES = (
    "received", "waiting", "rejected", "partially_accepted", "accepted", "superseded", "withdrawn", "duplicate",
)  # fmt: skip
STATUSES = ("received", "late", "missing", "due")

submissions = typer.Typer(
    invoke_without_command=True, help="List submissions and overdue reports; show the history of one."
)
app.add_typer(submissions, name="submissions")
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]


def _print(rows: Any) -> None:
    print(json.dumps(rows, ensure_ascii=False, indent=1))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(message("date_invalid", text=text)) from None


def _one_of(known: tuple[str, ...], given: str | None) -> str | None:
    if given is not None and given not in known:
        raise typer.BadParameter(message("choice_invalid", given=given, known=", ".join(known)))
    return given


@submissions.callback()
def listing(
    context: typer.Context,
    state: Annotated[
        str | None,
        typer.Option(help=f"One of {', '.join(STATES)}."),
    ] = None,
    status: Annotated[str | None, typer.Option(help=f"List expected reports by status: {', '.join(STATUSES)}.")] = None,
    missing: Annotated[bool, typer.Option("--missing", help="The same as --status missing.")] = False,
    submitter: Annotated[str | None, typer.Option(help="Institution, or a part of its name.")] = None,
    dataset: Annotated[str | None, typer.Option(help="Only this dataset.")] = None,
    year: Annotated[int | None, typer.Option(help="Only this program year.")] = None,
    since: Annotated[str | None, typer.Option(help="Received on this day (YYYY-MM-DD) or later.")] = None,
    as_json: AsJson = False,
) -> None:
    """List submissions, newest first; with --status or --missing, the reports expected and whether they arrived."""
    if context.invoked_subcommand:
        return
    from sciculture_etl.cli.views.console import operators_console
    from sciculture_etl.cli.views.submissions import show_list, show_status
    from sciculture_etl.submissions import SubmissionFilter, list_status, list_submissions

    if (status or missing) and (state or since):
        raise typer.BadParameter(message("owed_takes_no_state"))
    if missing and status not in (None, "missing"):
        raise typer.BadParameter(message("choice_invalid", given=status, known="missing"))
    wanted = SubmissionFilter(
        state=_one_of(STATES, state), status="missing" if missing else _one_of(STATUSES, status), submitter=submitter,
        dataset=dataset, year=year, since=_day(since) if since else None,
    )  # fmt: skip
    find, show = (list_status, show_status) if wanted.status else (list_submissions, show_list)
    rows = find(Settings.from_environment(), wanted)
    if as_json:
        _print(rows)
    else:
        show(operators_console(width=200), rows)


Which = Annotated[
    str,
    typer.Argument(help="Number of the submission or its first digits, the name of its file, or a part of its path."),
]


@submissions.command()
def show(
    submission: Which,
    page: Annotated[
        int | None, typer.Option(min=1, help="Show this page of its findings, 20 to a page.", show_default="all")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the history of one submission, and of each quarantined row what is written beside what was read."""
    from sciculture_etl.cli.views.console import operators_console
    from sciculture_etl.cli.views.submissions import page_count, show_history
    from sciculture_etl.submissions import submission_history

    history = submission_history(Settings.from_environment(), submission)
    if as_json:
        _print(history)
        return
    if page is not None and page > page_count(history):
        raise typer.BadParameter(message("page_unknown", page=page, count=page_count(history)))
    console = operators_console(width=160)
    is_long = page is None and page_count(history) > 1
    with console.pager() if console.is_terminal and is_long else nullcontext():
        show_history(console, history, page)


@submissions.command()
def waiting(as_json: AsJson = False) -> None:
    """List what waits for approval: since when, why, what it would change, and the commands that decide."""
    from sciculture_etl.cli.views.console import operators_console
    from sciculture_etl.cli.views.waiting import show_waiting
    from sciculture_etl.submissions import list_waiting

    rows = list_waiting(Settings.from_environment())
    if as_json:
        _print(rows)
    else:
        show_waiting(operators_console(width=160), rows)


Named = Annotated[str, typer.Argument(help="Number of the submission, its first digits, or a part of its file name.")]
Reason = Annotated[str, typer.Option(help="The reason; it is recorded and shown. No personal data.")]
Undo = Annotated[bool, typer.Option("--undo", help="Take the decision back: it is judged again.")]


@submissions.command()
def approve(submission: Named, reason: Reason, undo: Undo = False) -> None:
    """Let a submission that waits take effect with the next run."""
    _decide_waiting(submission, reason, "undone" if undo else "approved")


@submissions.command()
def reject(submission: Named, reason: Reason, undo: Undo = False) -> None:
    """Leave a submission that waits out of the figures; the one before it goes on counting."""
    _decide_waiting(submission, reason, "undone" if undo else "rejected")


def _decide_waiting(submission: str, reason: str, kind: str) -> None:
    from sciculture_etl.submissions import decide_waiting

    decision = decide_waiting(Settings.from_environment(), submission, reason, kind)
    _print_decision(decision)


@submissions.command("prefer")
def prefer_submission(
    submission: Which,
    reason: Annotated[str, typer.Option(help="The reason; it is recorded and shown. No personal data.")],
    undo: Annotated[bool, typer.Option("--undo", help="Revoke the preference.")] = False,
) -> None:
    """Say that a submission is the newest of those received so far; what is received later competes by evidence."""
    from sciculture_etl.submissions import prefer

    decision = prefer(Settings.from_environment(), submission, reason, undo=undo)
    _print_decision(decision)


@app.command()
def withdraw(
    submission: Which,
    reason: Annotated[str, typer.Option(help="The reason; it is recorded and shown. No personal data.")],
    undo: Annotated[bool, typer.Option("--undo", help="Revoke a withdrawal.")] = False,
) -> None:
    """Exclude a submission from the figures; the one it replaced counts again with the next run."""
    from sciculture_etl.submissions import decide

    decision = decide(Settings.from_environment(), submission, reason, reinstate=undo)
    _print_decision(decision)


def _print_decision(decision: Decision) -> None:
    if decision.kind == "requested":
        print(message("approval_requested", what=decision.submission_id, name=decision.by))
    else:
        print(
            f"{decision.submission_id} {decision.kind}; the figures follow with the next `sciculture run`"
            " / 다음 실행 때 집계에 반영됩니다"
        )
