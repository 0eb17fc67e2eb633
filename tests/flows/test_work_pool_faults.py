"""A work pool that loses its server, a worker, a backfill, or has nobody for its years: told, and nothing is lost.

Every institution here is invented. What is to be met in the middle is stopped there meanwhile (SIGSTOP).
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from nights import hashes, night, submit

from sciculture_etl.pipeline.load_year import sign_of
from sciculture_etl.storage.lock import BACKFILL, lock_holder
from tests.commands import Places
from tests.flows.pools import Pool, work_pool, year_runs
from tests.flows.postgres import binaries
from tests.flows.serving import until
from tests.pipeline.test_backfill import CENTRE, OTHER, classes

pytestmark = [pytest.mark.slow, pytest.mark.skipif(binaries() is None, reason="no PostgreSQL here")]
YEARS = (2019, 2020)
UNCHANGED = ("COMPLETED", "Nothing new")


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pool]:
    with work_pool(tmp_path_factory.mktemp("pool")) as made:
        yield made


@pytest.fixture(scope="module")
def first_night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("first")
    for year in YEARS:
        submit(folder / "inbox", CENTRE, f"{year} 실적.csv", classes(year), f"{year}-05-01T00:00:00")
        submit(folder / "inbox", OTHER, f"{year} 실적.csv", classes(year, sessions=9), f"{year}-05-02T00:00:00")
    night(folder / "inbox", folder / "warehouse")
    return folder


@pytest.fixture
def places(first_night: Path, tmp_path: Path) -> Iterator[Places]:
    shutil.copytree(first_night, tmp_path / "own", symlinks=True)
    own = Places(tmp_path / "own" / "inbox", tmp_path / "own" / "warehouse")
    yield own
    for name in (BACKFILL, *map(sign_of, YEARS)):  # of a test that failed: processes have sessions of their own
        if left := lock_holder(own.warehouse, name):
            os.kill(left["pid"], signal.SIGKILL)


def start_backfill(pool: Pool) -> str:
    return pool.api.start("backfill", years="2019:2020", reason="가상의 사유", everything=True)


def stopped(places: Places, name: str = "", doing: str = "") -> int:
    """The process that gives a sign, or holds the warehouse for what is said, stopped where it is."""

    def holder() -> int | None:
        found = lock_holder(places.warehouse, name) or {}
        return found.get("pid") if str(found.get("doing", "")).startswith(doing) else None

    pid = int(until(holder, name or doing, 0.02))
    os.kill(pid, signal.SIGSTOP)
    return pid


def test_a_server_that_is_started_again_costs_neither_a_backfill_nor_a_night(pool: Pool, places: Places) -> None:
    before = hashes(places.warehouse)
    with pool.worker("steady", places):
        started = start_backfill(pool)
        year = stopped(places, sign_of(2019))
        between = pool.api.start("nightly")
        pool.api.running(between)  # a worker that has a backfill and a year of it takes a night all the same
        pool.stop()
        os.kill(year, signal.SIGCONT)  # it comes to its end without a server
        until(lambda: lock_holder(places.warehouse, sign_of(2019)) is None, "the end of the year")
        pool.start()
        assert pool.api.ended(between)[:2] == UNCHANGED, pool.api.state(between)
        assert pool.api.ended(started)[:2] == UNCHANGED, pool.api.state(started)
        assert [run["state_name"] for run in year_runs(pool.api, started)] == ["Loaded", "Loaded"]
        due = pool.api.start("nightly")
        at_work = stopped(places, doing="nightly")
        pool.stop()
        os.kill(at_work, signal.SIGCONT)
        pool.start()
        assert pool.api.ended(due)[:2] == UNCHANGED, pool.api.state(due)
    assert hashes(places.warehouse) == before


def test_a_worker_that_dies_with_the_year_that_it_loads_costs_nothing(pool: Pool, places: Places) -> None:
    before = hashes(places.warehouse)
    with pool.worker("first", places) as first:
        started = start_backfill(pool)
        year = stopped(places, sign_of(2019))
        first.kill()  # the backfill, which it runs as well, goes on
        os.kill(year, signal.SIGKILL)
    with pool.worker("second", places):
        assert pool.api.ended(started)[:2] == UNCHANGED, pool.api.state(started)
        states = [(run["name"], run["state_name"]) for run in year_runs(pool.api, started)]
        assert states[0] == ("load 2019 (backfill 2019-2020)", "Crashed")
        assert sorted(state for _, state in states[1:]) == ["Loaded", "Loaded"]
    assert hashes(places.warehouse) == before


def test_a_backfill_whose_process_dies_is_told_and_resumed(pool: Pool, places: Places) -> None:
    before = hashes(places.warehouse)
    with pool.worker("alone", places):
        started = start_backfill(pool)
        year = stopped(places, sign_of(2019))
        os.kill(lock_holder(places.warehouse, BACKFILL)["pid"], signal.SIGKILL)  # type: ignore[index]
        assert pool.api.ended(started)[0] == "CRASHED"
        os.kill(year, signal.SIGCONT)
        (run,) = year_runs(pool.api, started)
        assert pool.api.ended(str(run["id"]))[0] in ("COMPLETED", "CANCELLED")
    listed = places.command("runs", "--json").answer
    assert [(run["kind"], run["outcome"]) for run in listed][:1] == [("backfill", "unfinished")]
    assert places.command("backfill", "--resume", "--yes", "--json").returncode == 0
    assert hashes(places.warehouse) == before


def test_years_that_no_worker_takes_are_loaded_by_the_backfill_itself(pool: Pool, places: Places) -> None:
    before = hashes(places.warehouse)
    with pool.worker("backfills alone", places, "--work-queue", "backfills"):
        started = start_backfill(pool)
        assert pool.api.ended(started)[:2] == UNCHANGED, pool.api.state(started)
        # One that is not taken says enough: nobody waits for the second year as long again.
        assert [run["state_name"] for run in year_runs(pool.api, started)] == ["Cancelled"]
    assert hashes(places.warehouse) == before
