"""Channels that fail while a flow takes from them: what is tried again, what isn't, and what is told."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path

import pytest
from channel_servers import Pages, web_server
from forms import CLASS, SUBMITTER, as_csv, table
from nights import submit

from sciculture_etl.errors import UnreachableError
from sciculture_etl.load import writer_lock
from tests.flows.trying import extracted, settings_for, stuck_until


def test_a_channel_that_comes_back_is_tried_again_and_taken_once(prefect: Mapping[str, str], tmp_path: Path) -> None:
    folder, portal = tmp_path / "inbox", tmp_path / "portal"
    submit(folder, SUBMITTER, "강좌.csv", as_csv(table(CLASS)))
    submit(portal, SUBMITTER, "강좌 둘.csv", as_csv(table(CLASS, {"기수": "2"})))
    with web_server(portal, tmp_path) as door:
        door.faults.refuse = 1
        found = extracted(prefect, settings_for(tmp_path, door, str(folder)), retries=[0.1, 0.1])
        assert sorted(receipt.path for receipt in found.received) == [
            f"portal://{SUBMITTER}/강좌 둘.csv", f"{SUBMITTER}/강좌.csv",
        ]  # fmt: skip
        assert (found.unreachable, door.faults.refuse) == ({}, 0)


def test_a_channel_that_stays_down_is_told_after_the_last_try_and_the_night_goes_on(
    prefect: Mapping[str, str], tmp_path: Path
) -> None:
    submit(tmp_path / "inbox", SUBMITTER, "강좌.csv", as_csv(table(CLASS)))
    with web_server(tmp_path, tmp_path) as door:
        door.faults.refuse = 99
        found = extracted(prefect, settings_for(tmp_path, door, str(tmp_path / "inbox")), retries=[0.1, 0.1])
        assert len(found.received) == 1
        assert (list(found.unreachable), door.faults.refuse) == (["SCICULTURE_INBOX_PORTAL"], 99 - 3)


def test_a_fault_that_does_not_pass_is_not_tried_again(prefect: Mapping[str, str], tmp_path: Path) -> None:
    asked = []

    class Closed(Pages):
        def do_GET(self) -> None:  # noqa: N802
            asked.append(self.path)
            self.send_error(401)

    with web_server(tmp_path, tmp_path, Closed) as door, pytest.raises(UnreachableError, match="401"):
        extracted(prefect, settings_for(tmp_path, door), retries=[60])
    assert len(asked) == 1


def test_a_channel_that_hangs_sets_the_warehouse_free(prefect: Mapping[str, str], tmp_path: Path) -> None:
    released = threading.Event()
    with web_server(tmp_path, tmp_path, stuck_until(released)) as door:
        settings = settings_for(tmp_path, door)
        try:
            with pytest.raises(TimeoutError):
                extracted(prefect, settings, retries=[60], seconds=0.5)
            with writer_lock(settings.warehouse):
                pass
        finally:
            released.set()
