"""The ``sciculture`` command: a module a group of commands, each registered on ``app``."""

from __future__ import annotations

import os
import sys

from sciculture_etl.cli import files, region, release, runs, serve, submissions, template
from sciculture_etl.cli.app import BUSY, FAILED, app
from sciculture_etl.settings import UserMistake

__all__ = ["app", "files", "main", "region", "release", "runs", "serve", "submissions", "template"]


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
        from sciculture_etl.failures import failure_in_words

        print(
            f"sciculture: failed: {failure_in_words(error)}. The last good release stays; run it again when mended",
            file=sys.stderr,
        )
        if os.environ.get("SCICULTURE_TRACEBACK"):
            raise
        sys.exit(FAILED)
