"""The ``sciculture`` application, which every command registers on, and what all commands share."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

import typer

from sciculture_etl.cli.commands import Commands
from sciculture_etl.errors import PARTIAL, REFUSED, LakeError, SciCultureError, StorageError, UserError
from sciculture_etl.messages import message
from sciculture_etl.storage.access import write_privately

HELP = """The ``sciculture`` command.

Exit codes: 0 published, previewed, or nothing new; 2 the command was used wrongly; 3 published, but of what this run
received something was rejected or accepted in part, a file or a channel couldn't be reached, a dataset-year is held, a
submission waits for approval, or a correction no longer fits; 4 publication refused (or would be), the last good
release stays; 5 failed; 6 another run holds the warehouse; 129 stopped by a hang-up, 130 by Ctrl-C, 143 by SIGTERM.
"""
FAILED = SciCultureError.exit_code
__all__ = [
    "DEFAULT_LINES", "FAILED", "PARTIAL", "REFUSED", "Language", "app", "notified_if_behind", "notify_readers",
    "write_asked",
]  # fmt: skip
# Of each table, so many lines of what differs are shown unless asked otherwise.
DEFAULT_LINES = 20


class Language(StrEnum):
    ko = "ko"
    en = "en"


app = typer.Typer(
    name="sciculture", cls=Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
    help=HELP,
)  # fmt: skip


# Commands that open the current release, or say which it is.
OPENS_THE_RELEASE = ("diff", "doctor", "figures", "open", "query", "releases", "rollback", "trace", "verify")


@app.callback()
def before_each(context: typer.Context) -> None:
    """Let a scheduled release out whose time has come, before anybody looks at the current one."""
    if context.invoked_subcommand not in OPENS_THE_RELEASE or "--help" in sys.argv:
        return
    from sciculture_etl.publish.going_out import publish_if_due
    from sciculture_etl.settings import Settings

    try:
        with notified_if_behind():
            released = publish_if_due(Settings.from_environment())
        if released:
            notify_readers()
    except StorageError as error:  # who only wants to look may; a run and the doctor say it as well
        print(f"sciculture: {error}", file=sys.stderr)


def notify_readers() -> None:
    """Of a release that went out, or was gone back from, outside a run."""
    from sciculture_etl.settings import Settings

    settings = Settings.from_environment()
    if settings.subscribers:
        from sciculture_flows.notify import notify_subscribers  # with Prefect, which takes its time

        notify_subscribers(settings)


@contextmanager
def notified_if_behind() -> Iterator[None]:
    """Around what makes another release current: readers are notified also where a lake doesn't show it yet."""
    try:
        yield
    except LakeError:
        notify_readers()
        raise


def write_asked(path: Path, data: bytes, is_private: bool = False) -> None:
    """Writes the file that the user named.

    Args:
        is_private: it holds findings, and is for this user alone whatever the umask.

    Raises:
        UserError: Where there can be none.
    """
    try:
        write_privately(path, data) if is_private else path.write_bytes(data)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError, PermissionError) as error:
        raise UserError(message("file_not_writable", path=path, error=error.strerror)) from None
