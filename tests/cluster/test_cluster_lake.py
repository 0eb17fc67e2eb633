"""A backfill on two workers of a cluster and a lake, killed twice, gives what one machine gives. Every institution is
invented."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from nights import hashes, night, submit

from sciculture_etl.storage.lock import lock_holder
from tests.cluster.clusters import dask_cluster
from tests.commands import COMMAND
from tests.lake.servers import Lake
from tests.pipeline.test_backfill import classes
from tests.waiting import until

YEARS = range(2018, 2021)


def run(environment: Mapping[str, str], *words: str) -> str:
    ended = subprocess.run([COMMAND, *words], env=os.environ | environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def kill_at(steps: tuple[str, ...], warehouse: Path, environment: Mapping[str, str], *words: str) -> None:
    """Begins a command, and kills it once the lock says that it is at one of these steps."""
    with (warehouse.parent / "said").open("ab") as said:
        process = subprocess.Popen([COMMAND, *words], env=os.environ | environment, stdout=said, stderr=said)

    def is_there() -> bool:
        assert process.poll() is None, (warehouse.parent / "said").read_text()
        return str((lock_holder(warehouse) or {}).get("step", "")).startswith(steps)

    try:
        until(is_there, " or ".join(steps), 0.01)
    finally:
        process.kill()
        process.wait()


@pytest.mark.slow
def test_a_backfill_that_is_killed_twice_ends_in_the_same_figures(lake: Lake, tmp_path: Path) -> None:
    inbox, warehouse = tmp_path / "inbox", tmp_path / "warehouse"
    for year in YEARS:
        for number in range(20):
            submit(
                inbox,
                f"가상제{number}센터",
                f"{year} 실적.csv",
                classes(year, sessions=number),
                f"{year}-05-01T00:00:00",
            )
    night(inbox, warehouse)
    before = hashes(warehouse)
    embedded = {**lake.access, "SCICULTURE_INBOX": str(inbox), "SCICULTURE_WAREHOUSE": str(warehouse)}
    run(embedded, "move", "--to", lake.warehouse, "--data", lake.data)
    with dask_cluster(tmp_path / "dask", lake.access) as dask:
        dask.add_worker()
        dask.add_worker()
        shared = embedded | {
            **lake.environment, "SCICULTURE_WAREHOUSE_FILES": str(warehouse), "SCICULTURE_WORKERS": dask.setting,
        }  # fmt: skip
        words = "backfill", "--years", f"{YEARS[0]}:{YEARS[-1]}", "--all", "--reason", "가상의 사유", "--yes"
        kill_at(("read 2019", "validate 2019"), warehouse, shared, *words)
        kill_at(("model",), warehouse, shared, "backfill", "--resume", "--yes")
        run(shared, "backfill", "--resume", "--yes")
    assert hashes(warehouse) == before
    assert list(warehouse.glob("shared/*")) == list(warehouse.glob("staging/*")) == []
    assert lake.ask("SELECT count(*) FROM sciculture_build.ducklake_snapshot") == [(1,)]
