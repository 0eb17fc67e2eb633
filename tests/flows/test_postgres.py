"""The same served scenario where Prefect's server, with its database on PostgreSQL, is somebody else's process."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from forms import CLASS, SUBMITTER, as_csv, table
from nights import submit

from sciculture_etl.load import writer_lock
from tests.flows.postgres import binaries, postgres, prefect_server
from tests.flows.serving import receiver, serving
from tests.waiting import until

BINARIES = binaries()


@pytest.mark.slow
@pytest.mark.skipif(BINARIES is None, reason="no PostgreSQL here")
def test_a_served_night_is_the_same_on_postgresql_and_is_cancelled_by_a_stop(tmp_path: Path) -> None:
    assert BINARIES
    with (
        postgres(BINARIES) as database,
        prefect_server(tmp_path, database) as url,
        receiver() as told,
        serving(tmp_path / "served", told, PREFECT_API_URL=url) as served,
    ):
        submit(served.places.inbox, SUBMITTER, "강좌.csv", as_csv(table(CLASS)))
        run = served.api.start("nightly")
        assert served.api.ended(run)[:2] == ("COMPLETED", "Published")
        assert "summary" in served.api.artifacts(run)
        asset = "duckdb://sciculture/mart_dsc_summary"
        until(lambda: served.api.event_about("materialization.succeeded", asset), "the asset")
        with writer_lock(served.places.warehouse, doing="a test"):
            waiting = served.api.start("publish")
            served.api.running(waiting)
            assert served.left_behind_by(signal.SIGTERM) == []
        assert served.process.returncode == 0
        assert served.api.state(waiting)[0] == "CANCELLED"
        assert "stopped / 중단했습니다" in served.said.read_text()
