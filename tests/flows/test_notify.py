"""Who is told of the end of a run, by a block that is kept in Prefect or an address."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from sciculture_etl.load import writer_lock
from tests.commands import Places, within
from tests.flows.serving import receiver, until


def test_a_block_kept_in_prefect_is_told_too(prefect: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCICULTURE_NOTIFY", "prefect://custom-webhook/desk")
    with receiver() as received, within(os.environ | prefect):
        from prefect.blocks.notifications import CustomWebhookNotificationBlock

        from sciculture_flows.notify import notify

        CustomWebhookNotificationBlock(
            name="desk", url=received.web, json_data={"title": "{{subject}}", "message": "{{body}}"}
        ).save("desk")
        notify("to a block", "010-2345-6789 didn't come", "warning")
    (told,) = received.about("to a block")
    assert told["message"] == "⟦휴대전화번호⟧ didn't come"


def test_a_busy_warehouse_names_its_holder_and_is_told_of(prefect: Mapping[str, str], tmp_path: Path) -> None:
    places = Places(tmp_path / "inbox", tmp_path / "warehouse", prefect)
    with receiver() as received, within(places.environment | {"SCICULTURE_NOTIFY": received.url}):
        from prefect.client.orchestration import get_client
        from prefect.flow_engine import run_flow

        from sciculture_flows.publish import publish

        given = {"wait_seconds": 0.1}
        with get_client(sync_client=True) as client:  # of a deployment, as it is served
            deployment = client.create_deployment(client.create_flow(publish), name="publish")
            run = client.create_flow_run_from_deployment(deployment, parameters=given)
        with writer_lock(places.warehouse, doing="a test"):
            state = run_flow(publish, flow_run=run, parameters=given, return_type="state")
    assert (state.type, state.name) == ("FAILED", "Busy")
    assert f"(a test) is using {places.warehouse}: process {os.getpid()}" in state.message
    (told,) = until(lambda: received.about("Busy"), "the notification")
    assert state.message in told["message"]
