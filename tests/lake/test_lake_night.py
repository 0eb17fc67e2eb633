"""A night on a lake: the same figures as in a file, and no more left behind than a night needs."""

from __future__ import annotations

from pathlib import Path

import pytest

from sciculture_etl.doctor import Case, Status, examine
from sciculture_etl.errors import LakeError
from sciculture_etl.lakes import Lake as Meant
from sciculture_etl.load.builds import LakeBuild
from sciculture_etl.pipeline import Run, take_steps
from sciculture_etl.publish.lake_releases import follow_releases
from sciculture_etl.settings import Settings
from sciculture_etl.storage.ducklake import MAX_FILES
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
    refuse_a_folder_that_is_not_mounted(settings, lake)
    looked_at = [check for check in examine(Case(settings, quick=True)) if check.area in ("lake", "build database")]
    assert {check.verdict for check in looked_at} == {Status.ok}
    assert "rows add up; 0 wait to be read" in looked_at[-1].found[0]


def refuse_a_folder_that_is_not_mounted(settings: Settings, lake: Lake) -> None:
    shown = "SELECT schema_name FROM sciculture_releases.ducklake_schema WHERE end_snapshot IS NULL ORDER BY 1"
    before = lake.ask(shown)
    away = settings.model_copy(update={"warehouse": settings.warehouse.with_name("not mounted")})
    with pytest.raises(LakeError, match="another archive"), Run.open(away, outputs=NEEDED):
        pass
    with pytest.raises(LakeError, match="is it mounted"):
        follow_releases(away)
    assert lake.ask(shown) == before
    assert len(before) == 3


def test_rows_in_many_files_are_merged_and_those_in_a_few_left_alone(lake: Lake, tmp_path: Path) -> None:
    build = LakeBuild(Meant.from_texts(lake.warehouse, "", tmp_path))
    added = {"many": MAX_FILES + 1, "few": 2}
    with build.connect() as connection:
        connection.execute("CREATE SCHEMA log")
        for table, times in added.items():
            connection.execute(f"CREATE TABLE log.{table} (n INTEGER)")
            for _ in range(times):
                connection.execute(f"INSERT INTO log.{table} FROM range(1000)")
        build.tidy(connection)
        for table, times in added.items():
            assert connection.execute(f"SELECT count(*) FROM log.{table}").fetchall() == [(1000 * times,)]
    files = (
        "SELECT t.table_name, CAST(count(*) AS integer) FROM sciculture_build.ducklake_data_file AS f "
        "JOIN sciculture_build.ducklake_table AS t USING (table_id) GROUP BY 1 ORDER BY 1"
    )
    assert lake.ask(files) == [("few", 2), ("many", 1)]
    assert len(list(tmp_path.rglob("*.parquet"))) == 3
    assert lake.ask("SELECT count(*) FROM sciculture_build.ducklake_snapshot") == [(1,)]
