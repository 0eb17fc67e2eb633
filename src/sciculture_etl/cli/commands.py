"""All commands by name, each imported only when it is asked for: a command pays for nothing that another needs."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import typer.main
from typer.core import TyperCommand, TyperGroup

# Command → the module of this package that registers it, and the first paragraph of its help, as the list shows it.
COMMANDS = {
    "doctor": (
        "doctor",
        "Diagnose the installation and the warehouse; --fix repairs. Exit code: 0 healthy, 3 remarks, 5 faults.",
    ),
    "check": (
        "files",
        "Validate a file exactly as the nightly run would: exit code 0 accepted, 3 accepted in part, 4 rejected.",
    ),
    "sample": ("files", "Write invented sample submissions whose true totals are the published figures."),
    "init": (
        "init",
        "Lay out a project of your own: contracts, SQL, figures and settings that override the installed ones.",
    ),
    "move": (
        "move",
        "Move the tables of the warehouse to a lake that several machines share, or back; compared before the old go.",
    ),
    "figures": (
        "release",
        "Print every published figure with what the current release gives for it and where it was published.",
    ),
    "diff": ("release", "Tell what differs between the figures of two releases, and what caused it."),
    "rollback": (
        "release",
        "Go back to an earlier release. Nights go on but publish nothing that differs until `sciculture publish`.",
    ),
    "run": ("runs", "Run the nightly flow: what is new in the inbox goes all the way to a published release."),
    "rebuild": (
        "runs",
        "Make the build database anew from the archive alone; the release stays unless figures change.",
    ),
    "backfill": ("runs", "Read a part of history again: shows the plan, asks, reads year by year, publishes once."),
    "runs": ("runs", "List the last runs: when, why, and how each ended; what was killed shows as not ended."),
    "publish": (
        "publish",
        "Publish what has been read so far, without looking for new files; it ends the hold that follows a rollback.",
    ),
    "query": (
        "query",
        "Ask the current release, or another, one question in SQL; nothing else is read, and nothing is changed.",
    ),
    "open": ("query", "Open a shell on the current release, or another: DuckDB's own, read-only, until Ctrl-D."),
    "region": ("region", "Resolve a Korean place text on a day: status, codes, official name, candidates, as JSON."),
    "serve": (
        "serve",
        "Run the nightly flow on schedule, with Prefect's pages to watch it and to start the other flows.",
    ),
    "withdraw": (
        "submissions",
        "Exclude a submission from the figures; the one it replaced counts again with the next run.",
    ),
    "template": ("template", "Write the form of a dataset and year as a workbook to be filled in."),
    "trace": (
        "trace",
        "Show which submissions, files, sheets and rows a published number is made of, and that they add up to it.",
    ),
    "verify": (
        "verify",
        "Compare every file of a release, or of a copy of one, with what was published. Exit code: 0 complete, 5 not.",
    ),
    "desk": ("desk", "Serve the desk of institutions and operators; invite to it."),
    "disclosure": ("disclosure", "List what is withheld of few persons; let through what the gate refuses."),
    "releases": ("publish", "List the releases that are kept; pin and unpin them."),
    "submissions": ("submissions", "List submissions and overdue reports; show the history of one."),
    "years": ("years", "List the years of datasets and their states; close and reopen them."),
}


class Commands(TyperGroup):
    """The group of all commands. Its list is shown without any of them; asked for one, it imports that one."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.imported = dict(self.commands)
        self.commands = {name: TyperCommand(name=name, help=summary) for name, (_, summary) in COMMANDS.items()}
        self._is_listing = False

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if self._is_listing or cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        if cmd_name not in self.imported:
            self.imported |= _commands_of(COMMANDS[cmd_name][0])
        return self.imported[cmd_name]

    def format_help(self, ctx: Any, formatter: Any) -> None:
        self._is_listing = True
        try:
            super().format_help(ctx, formatter)
        finally:
            self._is_listing = False


def _commands_of(module: str) -> dict[str, Any]:
    """The commands that have been imported, those of a module among them."""
    from sciculture_etl.cli.app import app

    import_module(f"sciculture_etl.cli.{module}")
    group = typer.main.get_command(app)
    assert isinstance(group, Commands)
    return group.imported
