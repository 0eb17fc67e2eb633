"""Who holds a lake: one at a time on all machines, told to the others, and nobody commits who has lost it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sciculture_etl.contracts import load_contracts
from sciculture_etl.errors import BusyError, LakeError
from sciculture_etl.lakes import Lake as Meant
from sciculture_etl.load import Warehouse
from sciculture_etl.settings import Settings
from sciculture_etl.storage.lake_lock import KEY, lake_holder
from sciculture_etl.storage.lock import note_progress, writer_lock
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
