"""The ``sciculture`` command: a module a group of commands, each registered on ``app`` and listed in ``commands``."""

from __future__ import annotations

import atexit
import gc
import io
import json
import os
import sys
import threading
from typing import NoReturn

from sciculture_etl import stopping
from sciculture_etl.cli.app import FAILED, app
from sciculture_etl.errors import SciCultureError
from sciculture_etl.loading import leave_out_pandas
from sciculture_etl.messages import message
from sciculture_etl.project import project_folder
from sciculture_etl.storage.access import let_this_user_use_what_it_makes

# What a command imports and builds lives as long as it does: to look through it again and again finds nothing.
OBJECTS_BETWEEN_LOOKS = 200_000
gc.set_threshold(OBJECTS_BETWEEN_LOOKS, 20, 20)
# numpy starts a thread a core for products of matrices, of which no command makes any.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Those that are called every night or by many. Where pandas counts as not installed, pyarrow makes no array of a list,
# as an answer to a question does.
WITHOUT_PANDAS = ("run", "rebuild", "backfill", "publish", "check")

__all__ = ["app", "command", "main"]


def main() -> None:
    """Entry point: a mistake, a fault of the machine or a signal is one sentence, never a traceback.

    With ``--json`` it is also told as an object: ``{"exit_code", "error"}``.
    """
    let_this_user_use_what_it_makes()
    _fill_closed_streams()
    _speak_any_locale()
    if sys.argv[1:2] and sys.argv[1] in WITHOUT_PANDAS:
        leave_out_pandas()
    try:
        _warn_of_unknown_settings()
        app()
    except Exception as error:
        sys.exit(_described(error))
    except BaseException as error:
        if isinstance(error, SystemExit) or (number := stopping.signal_received()) is None:
            raise
        stopping.leave(number)


def command() -> None:
    """The process of a command: ``main``, and for what many wait for an end at once."""
    try:
        main()
    except SystemExit as ended:
        if sys.argv[1:2] != ["check"]:
            raise
        _leave(ended)


def _leave(ended: SystemExit) -> NoReturn:
    """Ends the process as Python does, but for taking apart all modules one by one, a sixth of a short command's time.

    Raises:
        SystemExit: Where what is left to print can't be: Python says so.
    """
    if not isinstance(ended.code, int):
        raise ended
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        raise ended from None
    os._exit(ended.code)


def _fill_closed_streams() -> None:
    """Where the process was started without standard streams, its own files would get their numbers."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    sys.stdout = sys.stdout or open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", closefd=False)  # noqa: SIM115


def _warn_of_unknown_settings() -> None:
    """One line each; a stale variable must not stop a night."""
    if "--help" in sys.argv or not (project_folder() or any(name.startswith("SCICULTURE_") for name in os.environ)):
        return
    from sciculture_etl.settings import read_settings_file, unknown_settings

    read_settings_file()
    for name, nearest in unknown_settings().items():
        near = message("setting_unknown_near", name=name, nearest=nearest)
        print(f"sciculture: {near if nearest else message('setting_unknown', name=name)}", file=sys.stderr)


def _speak_any_locale() -> None:
    """Korean names and texts pass whatever the locale: what it can't show comes escaped (``LC_ALL=C``)."""
    if sys.getfilesystemencoding().lower() != "utf-8" and not sys.flags.utf8_mode:
        # Names of files couldn't even be held. Python decides this as it starts, so it starts again.
        os.environ["PYTHONUTF8"] = "1"
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _described(error: BaseException) -> int:
    """Says what went wrong; returns the exit code."""
    from sciculture_etl.failures import describe_failure

    if (number := stopping.signal_received()) is not None:  # whatever a library made of it
        stopping.leave(number)
    if isinstance(error, BrokenPipeError):
        return FAILED
    if isinstance(error, SciCultureError):
        return _failed(str(error), error.exit_code)
    if (text := _of_the_machine(error)) is None:
        text = f"failed: {describe_failure(error)}. The last good release stays; correct the cause and run it again"
    _failed(text, FAILED)
    if os.environ.get("SCICULTURE_TRACEBACK"):
        raise error
    return FAILED


def _failed(text: str, exit_code: int) -> int:
    if "--json" in sys.argv:
        print(json.dumps({"exit_code": exit_code, "error": text}, ensure_ascii=False, indent=1))
    print(f"sciculture: {text}", file=sys.stderr)
    return exit_code


def _of_the_machine(error: BaseException) -> str | None:
    from sciculture_etl.settings import Settings
    from sciculture_etl.storage.disk import explain

    try:
        return explain(error, Settings.from_environment())
    except SciCultureError:  # of settings that can't be read there is nothing to tell
        return None
