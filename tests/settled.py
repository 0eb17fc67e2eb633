"""Warehouses that are made once a session, by the first of pytest's workers that asks for one; the others wait and read
what it left. Tests read them, or change a copy."""

from __future__ import annotations

import fcntl
import json
import os
import pickle
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sciculture_etl.pipeline import RunReport
from sciculture_sample import write_sample
from tests.nights import night


@dataclass(frozen=True)
class Settled:
    """An inbox and the warehouse after one run over it."""

    inbox: Path
    warehouse: Path
    truth: dict[str, Any]
    report: RunReport

    def copy(self, folder: Path) -> Path:
        """The warehouse, to be changed."""
        return Path(shutil.copytree(self.warehouse, folder / "warehouse"))


def shared_folder(temporary: pytest.TempPathFactory, name: str) -> Path:
    """The same for all workers of the session."""
    own = temporary.getbasetemp()  # a worker's own lies in the folder of all of them
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / name
    folder.mkdir(exist_ok=True)
    return folder


def settle(
    temporary: pytest.TempPathFactory, name: str, one: Callable[[Path, Path], RunReport] = night, **sample: Any
) -> Settled:
    folder = shared_folder(temporary, name)
    made = folder / "settled.pickle"
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            inbox, warehouse = folder / "inbox", folder / "warehouse"
            truth = json.loads(write_sample(inbox, **sample).truth.read_text(encoding="utf-8"))
            made.write_bytes(pickle.dumps((inbox, warehouse, truth, one(inbox, warehouse))))
    return Settled(*pickle.loads(made.read_bytes()))
