"""Who holds a lake: one at a time on all machines, told to the others, and nobody commits who has lost it."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb
import pytest

from sciculture_etl.contracts import load_contracts
from sciculture_etl.errors import BusyError, LakeError
from sciculture_etl.lakes import Lake as Meant
from sciculture_etl.load import Warehouse
from sciculture_etl.settings import Settings
from sciculture_etl.storage.lake_lock import KEY, lake_holder
from sciculture_etl.storage.lock import note_progress, writer_lock
from tests.lake.conftest import GatedLake
from tests.lake.gates import Gate
from tests.lake.servers import Lake

# In this test's database alone: the server is shared.
END_HOLDER = f"""
SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database AS d ON d.oid = database
WHERE locktype = 'advisory' AND objid = {KEY % 2**32} AND d.datname = current_database()
"""


def meant(lake: Lake, folder: Path) -> Meant:
    return Meant.from_texts(lake.warehouse, "", folder)


def test_a_lake_is_held_by_one_machine_which_the_others_are_told(lake: Lake, tmp_path: Path) -> None:
    place = meant(lake, tmp_path)
    here, there = tmp_path / "here", tmp_path / "there"  # two machines whose folders know nothing of each other
    assert lake_holder(place) is None
    with writer_lock(here, doing="nightly", lake=place):
        note_progress(here, step="load")
        with pytest.raises(BusyError, match="nightly"), writer_lock(there, lake=place):
            pass
        words = lake_holder(place)
        assert words is not None
        assert (words["pid"], words["doing"], words["step"]) == (os.getpid(), "nightly", "load")
    assert lake_holder(place) is None
    with writer_lock(there, lake=place):
        pass


def test_who_has_lost_the_lock_commits_nothing(lake: Lake, tmp_path: Path) -> None:
    settings = Settings(warehouse=tmp_path, lake=meant(lake, tmp_path))
    with writer_lock(tmp_path, lake=settings.lake), Warehouse.open(settings, load_contracts()) as warehouse:
        warehouse.set_state("kept", "yes")
        assert lake.ask(END_HOLDER)
        with pytest.raises(LakeError, match="nothing more was written"), warehouse.transaction():
            warehouse.set_state("lost", "yes")
    with writer_lock(tmp_path, lake=settings.lake), Warehouse.open(settings, load_contracts()) as warehouse:
        assert (warehouse.state("kept"), warehouse.state("lost")) == ("yes", None)


def write_without_lock(settings: Settings, lake: Lake, statement: str) -> None:
    """Outside a transaction that asks for the lock, as single statements are."""
    with writer_lock(settings.warehouse, lake=settings.lake), Warehouse.open(settings, load_contracts()) as warehouse:
        warehouse.connection.execute(statement.format(name="kept"))
        assert lake.ask(END_HOLDER)
        warehouse.connection.execute(statement.format(name="lost"))


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE log.{name} AS SELECT range AS n FROM range(1000)",
        pytest.param("CREATE VIEW log.{name} AS SELECT 1", marks=pytest.mark.slow),
    ],
)
def test_postgresql_refuses_every_commit_of_who_has_lost_the_lock(lake: Lake, tmp_path: Path, statement: str) -> None:
    settings = Settings(warehouse=tmp_path, lake=meant(lake, tmp_path))
    with pytest.raises(LakeError, match="has lost the lock"):
        write_without_lock(settings, lake, statement)
    with Warehouse.open(settings, load_contracts()) as warehouse:
        warehouse.connection.execute("FROM log.kept")
        with pytest.raises(duckdb.CatalogException):
            warehouse.connection.execute("FROM log.lost")


def test_a_role_that_may_only_read_is_turned_away_in_words(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.add_role(f"reader_of_{lake.database}", "p4ss-never-shown")
    way = lake.conninfo.replace("user=sciculture", f"user=reader_of_{lake.database}")
    reader = Meant.from_texts(f"ducklake:postgres:{way}", "", tmp_path)
    for password, told in (("p4ss-never-shown", "permission denied"), ("other-never-shown", "password")):
        monkeypatch.setenv("PGPASSWORD", password)
        with pytest.raises(LakeError, match=told) as turned_away, writer_lock(tmp_path, lake=reader):
            pass
        assert "never-shown" not in str(turned_away.value)


def write_while_it_closes(places: Settings, server: Gate) -> None:
    rows = "SELECT range AS n, repeat('x', 100) AS text FROM range(1000)"
    with Warehouse.open(places, load_contracts()) as warehouse, warehouse.transaction() as connection:
        connection.execute(f"CREATE TABLE log.lost AS {rows}")
        server.close()
        connection.execute(f"CREATE TABLE log.lost_as_well AS {rows}")


@pytest.mark.parametrize("lost", ["postgres", "s3"])
def test_a_server_that_is_lost_is_told_in_words(gated: GatedLake, tmp_path: Path, lost: str) -> None:
    shared = Meant.from_texts(gated.lake.warehouse, gated.lake.data, tmp_path)
    places = Settings(inbox=str(tmp_path), warehouse=tmp_path, lake=shared)
    server = gated.postgres if lost == "postgres" else gated.s3
    with pytest.raises(LakeError, match="can't be reached"):
        write_while_it_closes(places, server)
    gated.postgres.open()
    gated.s3.open()
    with Warehouse.open(places, load_contracts()) as warehouse:
        assert warehouse.rows("FROM duckdb_tables() WHERE table_name LIKE 'lost%'") == []
