"""What stands in the build database, published (``sciculture_flows.publish.publish``): a SELECT or promise changed."""

from __future__ import annotations

from typing import Any

from prefect import State, flow

from sciculture_etl.pipeline import take_steps
from sciculture_etl.publish.announcement import validated_announcement
from sciculture_etl.publish.scheduled import parse_time
from sciculture_etl.settings import Settings
from sciculture_flows.outcome import RUN, concluded, open_run, run_name
from sciculture_flows.steps import as_task


@flow(name="publish", flow_run_name=lambda: run_name("publish"), **RUN)
def publish(
    wait_seconds: float = 0,
    reason: str = "",
    note_ko: str = "",
    note_en: str = "",
    internal: str = "",
    at: str = "",
) -> State[Any]:
    """Publishes what stands in the build database, without looking for new submissions.

    It ends the hold that follows a rollback.

    Args:
        wait_seconds: how long to wait for another run to end.
        reason: why, as its readers are told: a code of ``expectations/release_reasons.yml``.
        note_ko, note_en: for its readers.
        internal: why, for the journal of releases.
        at: when it goes out, ``2026-12-01T09:00`` in Korean time; empty: now.
    """

    def as_it_stands() -> None:
        announcement = validated_announcement(reason, note_ko, note_en, internal)
        time = parse_time(at) if at else None
        with open_run(Settings.from_environment(), wait_seconds, "publish", internal, announcement, time) as run:
            take_steps(run, take=as_task)

    return concluded(as_it_stands)
