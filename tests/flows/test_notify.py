"""Who is told by a block that is kept in Prefect."""

from __future__ import annotations

import os
from collections.abc import Mapping

import pytest

from tests.commands import within
from tests.flows.serving import receiver


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
