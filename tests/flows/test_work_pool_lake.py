"""Several workers of a pool load years of a backfill into a lake at once. Every institution here is invented."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from nights import hashes, night, submit

from sciculture_etl.pipeline.load_year import sign_of
from sciculture_etl.storage.lake_lock import KEY
from sciculture_etl.storage.lock import lock_holder
from tests.commands import Places
from tests.flows.postgres import binaries, postgres, prefect_server
from tests.flows.serving import Api, until
from tests.flows.test_work_pool import PREFECT, ROOT, YEARS, answers, worker, year_runs
from tests.lake.servers import Lake
from tests.pipeline.test_backfill import CENTRE, OTHER, classes

BINARIES = binaries()
SHARING = f"""
SELECT count(DISTINCT pid) FROM pg_locks JOIN pg_database AS d ON d.oid = database
WHERE locktype = 'advisory' AND mode = 'ShareLock' AND granted AND objid = {KEY % 2**32}
    AND d.datname = current_database()
"""


@pytest.mark.slow
def test_years_are_loaded_into_a_lake_at_once(tmp_path: Path, lake: Lake) -> None:
    assert BINARIES
    places = Places(tmp_path / "inbox", tmp_path / "warehouse", {"PREFECT_HOME": str(tmp_path / "home")})
    for year in YEARS:
        for number in range(12):
            submit(places.inbox, CENTRE, f"{year} {number} 실적.csv", classes(year, 반=f"{number}"))
        submit(places.inbox, OTHER, f"{year} 실적.csv", classes(year, sessions=9))
    night(places.inbox, places.warehouse)
    before = hashes(places.warehouse)
    command = str(Path(sys.executable).with_name("sciculture"))
    words = [command, "move", "--to", lake.warehouse, "--data", lake.data]
    subprocess.run(words, env=os.environ | places.environment, check=True, capture_output=True)
    with ExitStack() as stack:
        server = tmp_path / "server"
        server.mkdir()
        url = stack.enter_context(prefect_server(server, stack.enter_context(postgres(BINARIES))))
        bin_first = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        environment = os.environ | places.environment | lake.environment | {
            "SCICULTURE_WAREHOUSE_FILES": str(places.warehouse), "PREFECT_API_URL": url, "PATH": bin_first,
            "PREFECT_WORKER_QUERY_SECONDS": "1", "DO_NOT_TRACK": "1",
        }  # fmt: skip
        api = Api(url)
        until(lambda: answers(api), "the server")
        for words in (["sh", str(ROOT / "deploy/work_pool.sh")], [PREFECT, "--no-prompt", "deploy", "--all"]):
            done = subprocess.run(words, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout + done.stderr
        for number in range(3):
            stack.enter_context(worker(f"worker {number}", environment, tmp_path))
        started = api.start("backfill", years="2018:2020", reason="가상의 사유", everything=True)
        until(lambda: lake.ask(SHARING)[0][0] > 1, "two who load at once", 0.02)
        victim = next(filter(None, (lock_holder(places.warehouse, sign_of(year)) for year in YEARS)))
        os.kill(victim["pid"], signal.SIGKILL)
        assert api.ended(started)[:2] == ("COMPLETED", "Nothing new"), api.state(started)
        ended = [run["state_name"] for run in year_runs(api, 3)]
        assert sorted(ended) == ["Crashed", *["Loaded"] * len(YEARS)]
    assert hashes(places.warehouse) == before
    assert lake.ask("SELECT count(*) FROM sciculture_build.ducklake_snapshot") == [(1,)]
