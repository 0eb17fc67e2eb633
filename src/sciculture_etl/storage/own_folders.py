"""Folders that a process makes for moments: named by its number, so that what a killed one left can be cleared away."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

_made: set[str] = set()  # by this process


def make_own_folder(parent: Path) -> Path:
    """A new folder of this process, for this user alone."""
    made = Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=parent))
    _made.add(made.name)
    return made


def sweep_of_the_dead(parent: Path) -> None:
    """Removes the folders of processes that live no more."""
    for left in parent.iterdir():
        number = left.name.partition("-")[0]
        is_own = number == str(os.getpid())  # or of one that had the same number before
        if left.name not in _made and (is_own or not (number.isdigit() and _is_alive(int(number)))):
            shutil.rmtree(left, ignore_errors=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
