"""A night on a lake: the same figures as in a file, and no more left behind than a night needs."""

from __future__ import annotations

from pathlib import Path

import pytest

from sciculture_etl.lakes import Lake as Meant
from sciculture_etl.pipeline import Run, take_steps
from sciculture_etl.settings import Settings
from tests.lake.servers import Lake
from tests.nights import NEEDED, hashes
from tests.settled import Settled


@pytest.mark.slow
@pytest.mark.parametrize("data", ["s3", "folder"])
def test_figures_are_those_of_a_file(small: Settled, lake: Lake, tmp_path: Path, data: str) -> None:
    place = Meant.from_texts(lake.warehouse, lake.data if data == "s3" else "", tmp_path)
    settings = Settings(inbox=str(small.inbox), warehouse=tmp_path / "warehouse", lake=place)
    for outcome in ("published", "unchanged"):
        with Run.open(settings, outputs=NEEDED) as run:
            report = take_steps(run)
        assert report.publication.outcome == outcome
        assert hashes(settings.warehouse) == hashes(small.warehouse)
        assert lake.ask("SELECT count(*) FROM sciculture_build.ducklake_snapshot") == [(1,)]
