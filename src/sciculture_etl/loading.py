"""Modules that are loaded by the thousand before there is any work, and one that is kept from being loaded."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def many_modules() -> Iterator[None]:
    """While they are loaded, and ever after, nobody looks for garbage among what they are made of.

    It stays until the process ends, and looking costs a third of the time that loading takes.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def leave_out_pandas() -> None:
    """Has pandas count as not installed until ``let_in_pandas``.

    DuckDB imports it as soon as it is given a parameter, only to tell its missing values apart, which takes 0.3 s of
    CPU. Of all that a run is made of, the suites alone need it.
    """
    sys.modules.setdefault("pandas", None)  # type: ignore[arg-type]


def let_in_pandas() -> None:
    """Has it found by whoever imports it."""
    if "pandas" in sys.modules and sys.modules["pandas"] is None:
        del sys.modules["pandas"]
