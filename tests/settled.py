"""Warehouses that are made once a session, by the first of pytest's workers that asks for one; the others wait and read
what it left. Tests read them, or change a copy."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from once import made_once, shared_folder

from sciculture_etl.pipeline import RunReport
from sciculture_sample import write_sample
from tests.nights import ALL, CSV, night, night_of_figures

WHOLE_NIGHT, NIGHT_OF_TABLES = partial(night, outputs=ALL), partial(night, outputs=CSV)
TEN_YEARS = range(2016, 2026)


@dataclass(frozen=True)
class Settled:
    """An inbox and the warehouse after one run over it."""

    inbox: Path
    warehouse: Path
    truth: dict[str, Any]
    report: RunReport

    def copy(self, folder: Path) -> Path:
        """The warehouse, to be changed."""
        return Path(shutil.copytree(self.warehouse, folder / "warehouse", symlinks=True))


def settle(
    temporary: pytest.TempPathFactory,
    name: str,
    write: Callable[[Path], Any],
    one: Callable[..., RunReport] = NIGHT_OF_TABLES,
) -> Settled:
    """write: puts the sample into an inbox and returns the truth of it."""

    def make(folder: Path) -> tuple[Path, Path, dict[str, Any], RunReport]:
        inbox, warehouse = folder / "inbox", folder / "warehouse"
        truth = write(inbox)
        return inbox, warehouse, truth, one(inbox, warehouse)

    return Settled(*made_once(shared_folder(temporary, name), make))


def sample(inbox: Path, **wanted: Any) -> Any:
    """The truth of a sample that is written into the inbox."""
    return json.loads(write_sample(inbox, **wanted).truth.read_text(encoding="utf-8"))


def settle_ten_years(temporary: pytest.TempPathFactory) -> Settled:
    """All sixteen datasets of ten years, and what is published of them."""
    whole = partial(night_of_figures, outputs=ALL)
    return settle(temporary, "ten years", lambda inbox: sample(inbox, years=TEN_YEARS), whole)
