"""What is lost of a lake: rows, which the archive brings back, told apart from a storage that just isn't there now."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from sciculture_etl.contracts import load_contracts
from sciculture_etl.errors import BrokenDatabaseError, LakeError
from sciculture_etl.lakes import Lake as Meant
from sciculture_etl.load import Warehouse
from sciculture_etl.load.builds import build_of
from sciculture_etl.pipeline import Run, take_steps
from sciculture_etl.settings import Settings
from sciculture_etl.storage.lake_files import lost_files
from tests.lake.servers import Lake
from tests.nights import NEEDED, hashes
from tests.settled import Settled

SNAPSHOT = "SELECT max(snapshot_id) FROM sciculture_build.ducklake_snapshot"
ROWS = """
CREATE SCHEMA IF NOT EXISTS log;
CREATE TABLE log.rows AS SELECT range AS n, repeat('x', 100) AS text FROM range(1000)
"""
READ = "SELECT count(*) FROM log.rows WHERE text LIKE 'x%'"


@pytest.fixture(params=[pytest.param("s3", marks=pytest.mark.slow), "folder"])
def places(request: pytest.FixtureRequest, lake: Lake, tmp_path: Path) -> Settings:
    """A lake with a table whose rows lie in a file."""
    shared = Meant.from_texts(lake.warehouse, lake.data if request.param == "s3" else "", tmp_path)
    found = Settings(inbox=str(tmp_path / "inbox"), warehouse=tmp_path, lake=shared)
    with build_of(found).connect() as connection:
        connection.execute(ROWS)
    return found


def on_s3(places: Settings) -> bool:
    assert places.lake is not None
    return places.lake.is_on_s3


def take_away(places: Settings, lake: Lake) -> Callable[[], None]:
    """The storage as a whole, as where it isn't mounted; what is returned brings it back."""
    if on_s3(places):
        kept = {key: lake.s3("GET", key) for key in lake.objects()}
        for key in kept:
            lake.s3("DELETE", key)
        lake.s3("DELETE")

        def bring_back() -> None:
            lake.s3("PUT")
            for key, data in kept.items():
                lake.s3("PUT", key, data)

        return bring_back
    folder = places.warehouse / "lake"
    away = folder.rename(folder.with_name("away"))
    folder.mkdir()

    def mount() -> None:
        folder.rmdir()
        away.rename(folder)

    return mount


def spoil(places: Settings, lake: Lake, change: Callable[[bytes], bytes] | None) -> None:
    """Every file of rows that runs build; None: they are gone."""
    if on_s3(places):
        for key in lake.objects("warehouse/build/"):
            lake.s3("PUT", key, change(lake.s3("GET", key))) if change else lake.s3("DELETE", key)
        return
    for path in (places.warehouse / "lake" / "build").rglob("*.parquet"):
        path.write_bytes(change(path.read_bytes())) if change else path.unlink()


def opened(places: Settings) -> str | None:
    """Reads the table whose rows lie in a file, or makes it; why the tables were set aside before."""
    with Warehouse.open(places, load_contracts(), doubtful=True) as warehouse:
        if warehouse.rows("FROM duckdb_tables() WHERE table_name = 'rows'"):
            assert warehouse.value(READ) == 1000
        else:
            warehouse.connection.execute(ROWS)
        return warehouse.set_aside


def test_a_storage_that_is_not_there_is_told_and_nothing_is_changed(places: Settings, lake: Lake) -> None:
    assert places.lake is not None
    before, build, shared = lake.ask(SNAPSHOT), build_of(places), places.lake
    bring_back = take_away(places, lake)
    asked: list[Callable[[], object]] = [build.connect, build.read, lambda: lost_files(shared, "build")]
    for ask in asked:
        with pytest.raises(LakeError):
            ask()
    assert lake.ask(SNAPSHOT) == before
    bring_back()
    with build.connect() as connection:
        assert connection.execute(READ).fetchall() == [(1000,)]


@pytest.mark.parametrize("change", [None, lambda data: data[: len(data) // 2]], ids=["gone", "cut off"])
def test_lost_rows_are_told_from_a_storage_that_goes_under_the_work(
    places: Settings, lake: Lake, change: Callable[[bytes], bytes] | None
) -> None:
    build = build_of(places)
    spoil(places, lake, change)
    with build.connect() as connection, pytest.raises(duckdb.Error) as failed:
        connection.execute(READ)
    assert build.is_broken(failed.value)
    take_away(places, lake)
    with pytest.raises(LakeError):
        build.is_broken(failed.value)


def test_what_is_lost_of_releases_costs_no_table(places: Settings) -> None:
    assert places.lake is not None
    named = f"{places.lake.data}/releases/00001-20260101/mart/a.parquet"
    assert not build_of(places).is_broken(duckdb.IOException(f'Cannot open file "{named}": No such file or directory'))


@pytest.mark.slow
def test_lost_rows_set_the_tables_aside_and_the_next_run_makes_them_anew(places: Settings, lake: Lake) -> None:
    assert opened(places) is None
    spoil(places, lake, None)
    of_a_part = Warehouse.open(places, load_contracts(), part="year 2018")
    with pytest.raises(BrokenDatabaseError, match="sciculture run sets it aside"), of_a_part as warehouse:
        warehouse.value(READ)
    assert build_of(places).is_there()
    with pytest.raises(BrokenDatabaseError):
        opened(places)
    assert not build_of(places).is_there()
    for _ in range(2):
        assert opened(places) is None


@pytest.mark.slow
def test_a_storage_that_is_lost_for_good_is_made_anew_by_a_rebuild(places: Settings, lake: Lake) -> None:
    take_away(places, lake)
    if on_s3(places):
        with pytest.raises(LakeError, match="can't be reached"):
            build_of(places).discard()
        assert build_of(places).is_there()
        lake.s3("PUT")
    build_of(places).discard()
    assert opened(places) is None


@pytest.mark.slow
def test_figures_are_those_of_before_once_rows_are_lost(places: Settings, small: Settled, lake: Lake) -> None:
    places = places.model_copy(update={"inbox": str(small.inbox)})
    for outcome in ("published", "unchanged"):
        with Run.open(places, outputs=NEEDED) as run:
            assert take_steps(run).publication.outcome == outcome
        assert hashes(places.warehouse) == hashes(small.warehouse)
        spoil(places, lake, None)
        with pytest.raises(BrokenDatabaseError), Run.open(places, outputs=NEEDED) as run:
            take_steps(run)
