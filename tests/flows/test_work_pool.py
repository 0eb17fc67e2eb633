"""A work pool on a Prefect server on PostgreSQL: three workers load the years of a backfill, one of which loses its
process, and a night comes in the middle. Every institution here is invented."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.error
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from nights import hashes, night, submit

from sciculture_etl.pipeline.load_year import sign_of
from sciculture_etl.storage.lock import lock_holder
from tests.commands import Places
from tests.flows.postgres import binaries, postgres, prefect_server
from tests.flows.serving import Api, until
from tests.pipeline.test_backfill import CENTRE, OTHER, classes

BINARIES = binaries()
ROOT = Path(__file__).resolve().parents[2]
PREFECT = str(Path(sys.executable).with_name("prefect"))
YEARS = range(2018, 2021)


@contextmanager
def worker(name: str, environment: dict[str, str], folder: Path) -> Iterator[subprocess.Popen[str]]:
    with (folder / f"{name}.txt").open("w") as said:
        process = subprocess.Popen(
            [PREFECT, "worker", "start", "--pool", "sciculture", "--name", name],
            env=environment, stdout=said, stderr=said, text=True, cwd=folder,
        )  # fmt: skip
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def answers(api: Api) -> bool:
    try:
        return bool(api.get("/health"))
    except urllib.error.URLError:
        return False


def year_runs(api: Api, number: int) -> list[dict[str, object]]:
    """Those of the backfill with that number of the journal, in the order in which they were started."""
    found = api.post("/flow_runs/filter", {"flow_runs": {"tags": {"all_": [f"backfill {number}"]}}})
    return sorted(found, key=lambda run: str(run["created"]))


@pytest.mark.slow
@pytest.mark.skipif(BINARIES is None, reason="no PostgreSQL here")
def test_years_are_loaded_by_the_workers_of_a_pool_and_a_night_comes_between_them(tmp_path: Path) -> None:
    assert BINARIES
    places = Places(tmp_path / "inbox", tmp_path / "warehouse", {"PREFECT_HOME": str(tmp_path / "home")})
    for year in YEARS:
        submit(places.inbox, CENTRE, f"{year} 실적.csv", classes(year), f"{year}-05-01T00:00:00")
        submit(places.inbox, OTHER, f"{year} 실적.csv", classes(year, sessions=9), f"{year}-05-02T00:00:00")
    night(places.inbox, places.warehouse)
    before = hashes(places.warehouse)
    with ExitStack() as stack:
        server = tmp_path / "server"
        server.mkdir()
        url = stack.enter_context(prefect_server(server, stack.enter_context(postgres(BINARIES))))
        bin_first = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        environment = os.environ | places.environment | {
            "PREFECT_API_URL": url, "PATH": bin_first, "PREFECT_WORKER_QUERY_SECONDS": "1", "DO_NOT_TRACK": "1",
        }  # fmt: skip
        api = Api(url)
        until(lambda: answers(api), "the server")
        for words in (["sh", str(ROOT / "deploy/work_pool.sh")], [PREFECT, "--no-prompt", "deploy", "--all"]):
            done = subprocess.run(words, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout + done.stderr
        queues = {one["name"]: one for one in api.post("/work_pools/sciculture/queues/filter", {})}
        order = sorted(("nights", "backfills", "years"), key=lambda name: int(queues[name]["priority"]))
        assert order == ["nights", "backfills", "years"]
        for number in range(3):
            stack.enter_context(worker(f"worker {number}", environment, tmp_path))
        started = api.start("backfill", years="2018:2020", reason="가상의 사유", everything=True)
        victim = until(lambda: (lock_holder(places.warehouse, sign_of(2018)) or {}).get("pid"), "the first year")
        os.kill(victim, signal.SIGKILL)
        due = api.start("nightly")
        assert api.ended(started)[:2] == ("COMPLETED", "Nothing new"), api.state(started)
        assert api.ended(due)[:2] == ("COMPLETED", "Nothing new"), api.state(due)
        runs = year_runs(api, 2)
        states = [(run["name"], run["state_name"]) for run in runs]
        assert states[0] == ("load 2018 (backfill 2018-2020)", "Crashed")
        assert sorted(states[1:]) == [(f"load {year} (backfill 2018-2020)", "Loaded") for year in YEARS]
        assert all(run["parent_task_run_id"] for run in runs)
        assert api.run(due)["end_time"] < api.run(started)["end_time"]
    assert hashes(places.warehouse) == before
