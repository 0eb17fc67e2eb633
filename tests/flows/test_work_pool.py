"""A work pool on a Prefect server on PostgreSQL: three workers load the years of a backfill, one of which loses its
process, and a night comes in the middle. Every institution here is invented."""

from __future__ import annotations

import os
import signal
from contextlib import ExitStack
from pathlib import Path

import pytest
from nights import hashes, night, submit

from sciculture_etl.pipeline.load_year import sign_of
from sciculture_etl.storage.lock import lock_holder
from tests.commands import Places
from tests.flows.pools import work_pool, year_runs
from tests.flows.postgres import binaries
from tests.flows.serving import until
from tests.pipeline.test_backfill import CENTRE, OTHER, classes

YEARS = range(2018, 2021)


@pytest.mark.slow
@pytest.mark.skipif(binaries() is None, reason="no PostgreSQL here")
def test_years_are_loaded_by_the_workers_of_a_pool_and_a_night_comes_between_them(tmp_path: Path) -> None:
    places = Places(tmp_path / "inbox", tmp_path / "warehouse")
    for year in YEARS:
        submit(places.inbox, CENTRE, f"{year} 실적.csv", classes(year), f"{year}-05-01T00:00:00")
        submit(places.inbox, OTHER, f"{year} 실적.csv", classes(year, sessions=9), f"{year}-05-02T00:00:00")
    night(places.inbox, places.warehouse)
    before = hashes(places.warehouse)
    with work_pool(tmp_path) as pool, ExitStack() as stack:
        api = pool.api
        queues = {one["name"]: one for one in api.post("/work_pools/sciculture/queues/filter", {})}
        order = sorted(("nights", "backfills", "years"), key=lambda name: int(queues[name]["priority"]))
        assert order == ["nights", "backfills", "years"]
        for number in range(3):
            stack.enter_context(pool.worker(f"worker {number}", places))
        started = api.start("backfill", years="2018:2020", reason="가상의 사유", everything=True)
        victim = until(lambda: (lock_holder(places.warehouse, sign_of(2018)) or {}).get("pid"), "the first year")
        os.kill(victim, signal.SIGKILL)
        due = api.start("nightly")
        assert api.ended(started)[:2] == ("COMPLETED", "Nothing new"), api.state(started)
        assert api.ended(due)[:2] == ("COMPLETED", "Nothing new"), api.state(due)
        runs = year_runs(api, started)
        states = [(run["name"], run["state_name"]) for run in runs]
        assert states[0] == ("load 2018 (backfill 2018-2020)", "Crashed")
        assert sorted(states[1:]) == [(f"load {year} (backfill 2018-2020)", "Loaded") for year in YEARS]
        assert all(run["parent_task_run_id"] for run in runs)
        assert api.run(due)["end_time"] < api.run(started)["end_time"]
    assert hashes(places.warehouse) == before
