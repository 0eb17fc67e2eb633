"""DuckDB's own command line, with which people look around in a release."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from sciculture_etl.errors import NotReadyError
from sciculture_etl.messages import message

PACKAGE, PROGRAM = "duckdb_cli", "duckdb"


def find_shell() -> Path:
    """The program: of the package ``duckdb-cli``, else where programs are looked for.

    Raises:
        NotReadyError: Where there is none.
    """
    for path in _candidates():
        if path.is_file() and os.access(path, os.X_OK):
            return path
    raise NotReadyError(message("query_no_shell"))


def _candidates() -> Iterator[Path]:
    spec = find_spec(PACKAGE)
    if spec is not None and spec.origin is not None:
        yield Path(spec.origin).with_name(PROGRAM)
    yield Path(sys.executable).with_name(PROGRAM)
    if found := shutil.which(PROGRAM):
        yield Path(found)
