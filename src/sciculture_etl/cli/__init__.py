"""The ``sciculture`` command: a module a group of commands, each registered on ``app``."""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path

from sciculture_etl.cli import files, region, release, runs, submissions, template
from sciculture_etl.cli.app import BUSY, FAILED, app
from sciculture_etl.settings import UserMistake

__all__ = ["app", "files", "main", "region", "release", "runs", "submissions", "template"]


def main() -> None:
    """Entry point: a user's mistake is one sentence, never a traceback."""
    from sciculture_etl.load.warehouse import Busy

    try:
        app()
    except Busy as error:
        print(f"sciculture: {error}", file=sys.stderr)
        sys.exit(BUSY)
    except UserMistake as error:
        print(f"sciculture: {error}", file=sys.stderr)
        sys.exit(FAILED)
    except BrokenPipeError:
        sys.exit(FAILED)
    except Exception as error:
        print(
            f"sciculture: failed: {_where(error)}. The last good release stays; run it again when mended",
            file=sys.stderr,
        )
        if os.environ.get("SCICULTURE_TRACEBACK"):
            raise
        sys.exit(FAILED)


def _where(error: Exception) -> str:
    """Kind and place of a failure. Its message is given only where it can't hold a cell's value."""
    from sciculture_etl.personal import mask_text

    own = [frame for frame in traceback.extract_tb(error.__traceback__) if "sciculture_etl" in frame.filename]
    place = f" at {Path(own[-1].filename).name}:{own[-1].lineno}" if own else ""
    told = f" ({mask_text(str(error))})" if isinstance(error, OSError | RuntimeError) else ""
    return f"{type(error).__name__}{place}{told}"
