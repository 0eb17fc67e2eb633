"""Several workers of a pool load years of a backfill into a lake at once. Every institution here is invented."""

from __future__ import annotations

import os
import signal
from contextlib import ExitStack
from pathlib import Path

import pytest
from nights import hashes, night, submit

from sciculture_etl.pipeline.load_year import sign_of
from sciculture_etl.pipeline.moving import move_tables, target_settings
from sciculture_etl.settings import Settings
from sciculture_etl.storage.lake_lock import KEY
from sciculture_etl.storage.lock import lock_holder
from tests.commands import Places
from tests.flows.pools import work_pool, year_runs
from tests.flows.serving import until
from tests.lake.servers import Lake
from tests.pipeline.test_backfill import CENTRE, OTHER, classes

YEARS = range(2018, 2021)
SHARING = f"""
SELECT count(DISTINCT pid) FROM pg_locks JOIN pg_database AS d ON d.oid = database
WHERE locktype = 'advisory' AND mode = 'ShareLock' AND granted AND objid = {KEY % 2**32}
    AND d.datname = current_database()
"""


@pytest.mark.slow
def test_years_are_loaded_into_a_lake_at_once(tmp_path: Path, lake: Lake) -> None:
    inbox, warehouse = tmp_path / "inbox", tmp_path / "warehouse"
    for year in YEARS:
        for number in range(12):
            submit(inbox, CENTRE, f"{year} {number} 실적.csv", classes(year, 반=f"{number}"))
        submit(inbox, OTHER, f"{year} 실적.csv", classes(year, sessions=9))
    night(inbox, warehouse)
    before = hashes(warehouse)
    embedded = Settings(inbox=str(inbox), warehouse=warehouse)
    move_tables(embedded, target_settings(embedded, lake.warehouse, lake.data))
    places = Places(inbox, warehouse, {**lake.environment, "SCICULTURE_WAREHOUSE_FILES": str(warehouse)})
    with work_pool(tmp_path) as pool, ExitStack() as stack:
        for number in range(3):
            stack.enter_context(pool.worker(f"worker {number}", places))
        started = pool.api.start("backfill", years="2018:2020", reason="가상의 사유", everything=True)
        until(lambda: lake.ask(SHARING)[0][0] > 1, "two who load at once", 0.02)
        victim = next(filter(None, (lock_holder(warehouse, sign_of(year)) for year in YEARS)))
        os.kill(victim["pid"], signal.SIGKILL)
        assert pool.api.ended(started)[:2] == ("COMPLETED", "Nothing new"), pool.api.state(started)
        ended = [run["state_name"] for run in year_runs(pool.api, started)]
        assert sorted(ended) == ["Crashed", *["Loaded"] * len(YEARS)]
    assert hashes(warehouse) == before
    assert lake.ask("SELECT count(*) FROM sciculture_build.ducklake_snapshot") == [(1,)]
