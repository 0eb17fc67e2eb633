"""What the tests of this folder share besides the samples that all folders do."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from nights import night_of_figures

from tests.settled import Settled, sample, settle, settle_ten_years

# What something was published about in other years than the one that most figures are of.
OF_OTHER_YEARS = ("event_edition", "event_attendance", "overseas_association_membership")


def _published_years(inbox: Path) -> Any:
    truth, other = sample(inbox, years=(2019, 2020)), inbox.with_name("other years")
    more = sample(other, years=(2017, 2021, 2023), datasets=OF_OTHER_YEARS)
    shutil.copytree(other, inbox, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".truth.json"))
    files = {file["path"]: file for file in truth["files"] + more["files"]}  # some tell of all years, in both
    return {"files": list(files.values()), "published": truth["published"] | more["published"]}


@pytest.fixture(scope="session", params=["published years", pytest.param("ten years", marks=pytest.mark.slow)])
def years(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Settled:
    """All sixteen datasets: of the years that something was published about, and among the slow tests of ten years."""
    if request.param == "ten years":
        return settle_ten_years(tmp_path_factory)
    return settle(tmp_path_factory, "published years", _published_years, night_of_figures)
