"""What is dear to make and only read afterwards: the first of the workers that asks makes it, the others read it."""

import fcntl
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

T = TypeVar("T")


def shared_folder(temporary: pytest.TempPathFactory, name: str) -> Path:
    """The same for all workers of the session."""
    own = temporary.getbasetemp()  # a worker's own lies in the folder of all of them
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / name
    folder.mkdir(exist_ok=True)
    return folder


def made_once(folder: Path, make: Callable[[Path], T]) -> T:
    """What ``make`` returns of the folder; the others wait and get a copy of it."""
    made = folder / "made.pickle"
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            made.write_bytes(pickle.dumps(make(folder)))
    found: T = pickle.loads(made.read_bytes())
    return found
