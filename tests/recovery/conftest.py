"""A warehouse of three small files, and what a second day makes of it; every test damages a copy of its own."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from once import made_once, shared_folder

from tests.forms import CLASS, FACILITY, INSTITUTION, SUBMITTER, as_csv, table
from tests.nights import CSV, hashes, night, submit


@dataclass(frozen=True)
class Days:
    """Inboxes of two days, the warehouses after the first and after both, and the hashes of the tables in each."""

    first_inbox: Path
    second_inbox: Path
    warehouse: Path
    undisturbed: Path
    first: dict[str, str]
    second: dict[str, str]

    def copy(self, folder: Path) -> Path:
        """The warehouse after the first day, to be damaged."""
        return copy_of(self.warehouse, folder / "warehouse")


def copy_of(warehouse: Path, target: Path) -> Path:
    return Path(shutil.copytree(warehouse, target, symlinks=True))


@pytest.fixture(scope="session")
def days(tmp_path_factory: pytest.TempPathFactory) -> Days:
    return Days(*made_once(shared_folder(tmp_path_factory, "recovery"), _two_days))


def _two_days(folder: Path) -> tuple[Any, ...]:
    """The fields of ``Days``: what workers hand to one another is of no class of a test's own."""
    first, second = folder / "first day", folder / "second day"
    submit(first, "한국과학창의재단", "등록부.csv", as_csv(table(INSTITUTION)))
    submit(first, SUBMITTER, "강좌.csv", as_csv(table(CLASS, {}, {"기수": "2"})))
    submit(first, SUBMITTER, "시설.csv", as_csv(table(FACILITY)))
    shutil.copytree(first, second, symlinks=True)
    newer = table(CLASS, {"운영횟수": "20"}, {"기수": "2"}, {"기수": "3"})
    submit(second, SUBMITTER, "강좌 고침.csv", as_csv(newer), "2020-05-01T09:00:00")
    night(first, folder / "warehouse", outputs=CSV)
    night(second, copy_of(folder / "warehouse", folder / "undisturbed"), outputs=CSV)
    after_one, after_both = folder / "warehouse", folder / "undisturbed"
    return first, second, after_one, after_both, hashes(after_one), hashes(after_both)
