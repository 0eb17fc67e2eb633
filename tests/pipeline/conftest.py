"""One run over the whole sample and one over a small one, for all tests of this folder; they only read them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from nights import night, night_of_figures

from sciculture_etl.pipeline import RunReport
from sciculture_etl.sample import DAILY_SCIENCE_CLASS, write_sample


@dataclass(frozen=True)
class Settled:
    """An inbox and the warehouse after one run over it."""

    inbox: Path
    warehouse: Path
    truth: dict[str, Any]
    report: RunReport


def _settle(folder: Path, one: Callable[[Path, Path], RunReport] = night, **sample: Any) -> Settled:
    written = write_sample(folder / "inbox", **sample)
    truth = json.loads(written.truth.read_text(encoding="utf-8"))
    return Settled(folder / "inbox", folder / "warehouse", truth, one(folder / "inbox", folder / "warehouse"))


@pytest.fixture(scope="session")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Settled:
    """Daily Science Class in 2020, whole."""
    return _settle(tmp_path_factory.mktemp("settled"), datasets=DAILY_SCIENCE_CLASS)


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Settled:
    """Daily Science Class in 2020, told by three institutions."""
    return _settle(tmp_path_factory.mktemp("small"), institutions=3, datasets=DAILY_SCIENCE_CLASS)


@pytest.fixture(scope="session")
def decade(tmp_path_factory: pytest.TempPathFactory) -> Settled:
    """All sixteen datasets over ten years."""
    return _settle(tmp_path_factory.mktemp("decade"), night_of_figures, years=range(2016, 2026))
