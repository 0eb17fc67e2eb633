"""Who is told of the end of a run, by a block that is kept in Prefect or an address."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from sciculture_etl.load import writer_lock
from sciculture_etl.publish.journal import ReleaseJournal
from sciculture_etl.settings import Settings
from tests.commands import Places, within
from tests.flows.serving import receiver
from tests.waiting import until


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


def test_subscribers_are_told_of_each_release_once_and_of_nothing_internal(tmp_path: Path) -> None:
    places = Places(tmp_path / "inbox", tmp_path / "warehouse")
    entry = {
        "kind": "published", "release_id": "00001-20261130", "decided_at": "2026-11-30T00:00:00+00:00",
        "reason": "a centre had sent the wrong file", "reason_code": "correction", "note_ko": "강원 정정",
        "note_en": "Gangwon corrected", "revised": {"mart_dsc_summary": {"changed": 3}}, "notes_taken": 0,
    }  # fmt: skip
    with receiver() as operators, receiver() as readers:
        addresses = {"SCICULTURE_NOTIFY": operators.url, "SCICULTURE_SUBSCRIBERS": readers.url}
        with within(places.environment | addresses):
            from sciculture_flows.notify import notify_subscribers

            settings = Settings.from_environment()
            ReleaseJournal(settings.archive).add(entry)
            for _ in range(2):
                notify_subscribers(settings)
            (told,) = until(lambda: readers.messages, "the notification")
    assert operators.messages == []
    assert told["title"] == "릴리스 00001-20261130 공표: 수치 정정 / Release 00001-20261130: Corrected figures"
    for part in ("강원 정정", "Gangwon corrected", "mart_dsc_summary (3 values changed)"):
        assert part in told["message"]
    assert "wrong file" not in told["message"]
