"""One run over the whole sample and one over a small one, for all tests of this folder; they only read them.

Each is made once, by the first of pytest's workers that asks for it; the others wait and read what it left.
"""

import fcntl
import json
import os
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from nights import night, night_of_figures

from sciculture_etl.pipeline import RunReport
from sciculture_sample import DAILY_SCIENCE_CLASS, write_sample


@dataclass(frozen=True)
class Settled:
    """An inbox and the warehouse after one run over it."""

    inbox: Path
    warehouse: Path
    truth: dict[str, Any]
    report: RunReport


def _settle(
    temporary: pytest.TempPathFactory, name: str, one: Callable[[Path, Path], RunReport] = night, **sample: Any
) -> Settled:
    own = temporary.getbasetemp()  # a worker's own lies in the folder of all of them
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / name
    folder.mkdir(exist_ok=True)
    made = folder / "settled.pickle"
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            inbox, warehouse = folder / "inbox", folder / "warehouse"
            truth = json.loads(write_sample(inbox, **sample).truth.read_text(encoding="utf-8"))
            made.write_bytes(pickle.dumps((inbox, warehouse, truth, one(inbox, warehouse))))
    return Settled(*pickle.loads(made.read_bytes()))


@pytest.fixture(scope="session")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Settled:
    """Daily Science Class in 2020, whole."""
    return _settle(tmp_path_factory, "settled", datasets=DAILY_SCIENCE_CLASS)


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Settled:
    """Daily Science Class in 2020, told by three institutions."""
    return _settle(tmp_path_factory, "small", institutions=3, datasets=DAILY_SCIENCE_CLASS)


@pytest.fixture(scope="session")
def decade(tmp_path_factory: pytest.TempPathFactory) -> Settled:
    """All sixteen datasets over ten years."""
    return _settle(tmp_path_factory, "decade", night_of_figures, years=range(2016, 2026))
