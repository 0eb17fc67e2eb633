"""Who is told when a run refuses, fails or crashes, and of reports that became overdue: ``SCICULTURE_NOTIFY``.

And who is told of every release, with nothing that is internal in it: ``SCICULTURE_SUBSCRIBERS``.

Apprise URLs (``mailtos://...``, ``slack://...``, ``json://...``) or notification blocks (``prefect://<type>/<name>``).
They hold credentials: of a URL nothing is ever shown but how it begins. What can't be delivered fails no run.
"""

from __future__ import annotations

import logging
import os
import re
import sys
from typing import TYPE_CHECKING, Any

from sciculture_etl.privacy import mask_text
from sciculture_etl.publish.events import unreported_events
from sciculture_etl.settings import Settings
from sciculture_etl.stopping import print_line
from sciculture_etl.versions.conflicts import describe_conflict
from sciculture_flows.embedded import ENDS_WITH_THE_RUN

if TYPE_CHECKING:
    from prefect import Flow
    from prefect.client.schemas.objects import FlowRun, State

    from sciculture_etl.pipeline import RunReport

SETTING, SUBSCRIBERS = "SCICULTURE_NOTIFY", "SCICULTURE_SUBSCRIBERS"
BLOCK = "prefect://"
MAX_LISTED = 30
# An address may hold commas of its own.
BETWEEN = re.compile(r"[\s,]+(?=[A-Za-z][A-Za-z0-9+.-]*://)")
WHAT_HAPPENED = {
    "Refused": (
        "The release was refused; the last good one stays",
        "공표하지 않았습니다. 마지막 공표본이 그대로 쓰입니다",
    ),
    "Busy": ("It waited for another run that did not end", "다른 실행이 끝나지 않아 시작하지 못했습니다"),
    "TimedOut": ("It took too long and was ended", "너무 오래 걸려 중단했습니다"),
    "Crashed": ("Its process ended before its work did", "작업이 끝나기 전에 프로세스가 종료되었습니다"),
    "Failed": ("It failed; the last good release stays", "실패했습니다. 마지막 공표본이 그대로 쓰입니다"),
}
WHAT_TO_DO = {
    "Refused": (
        "Correct what is named above, or withdraw the submission that caused it, and run again",
        "위의 사항을 바로잡거나 원인이 된 제출본을 철회한 뒤 다시 실행해 주세요",
    ),
    "Busy": (
        "Find out what is using the warehouse; run again when it is free",
        "데이터 저장소를 사용 중인 실행을 확인하고, 끝난 뒤 다시 실행해 주세요",
    ),
    "Crashed": (
        "Nothing is lost: run again. If it happens again, `sciculture doctor` says more",
        "없어진 자료는 없습니다. 다시 실행하고, 반복되면 `sciculture doctor`로 살펴봐 주세요",
    ),
}
RETRY_ADVICE = (
    "Correct what is named above and run again: nothing is lost",
    "위의 사항을 바로잡은 뒤 다시 실행해 주세요. 없어진 자료는 없습니다",
)


def on_failure(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    """Prefect's hook for every failed state. That the warehouse is busy concerns only those who don't see it."""
    if state.name != "Busy" or flow_run.deployment_id:
        _notify_end(state.name or "Failed", flow_run, state)


def on_crash(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    """Prefect's hook for a run whose process ended: called by what had started it. At the console it was Ctrl-C."""
    if flow_run.deployment_id:
        _notify_end("Crashed", flow_run, state)


def _notify_end(kind: str, flow_run: FlowRun, state: State[Any]) -> None:
    happened, do = WHAT_HAPPENED.get(kind, WHAT_HAPPENED["Failed"]), WHAT_TO_DO.get(kind, RETRY_ADVICE)
    lines = [happened[0], happened[1], "", state.message or "", "", do[0], do[1], "", _where(flow_run)]
    notify(f"sciculture: {flow_run.name}: {kind}", "\n".join(lines), "failure")


def notify_missing(report: RunReport) -> None:
    """Of each report that became overdue since that was last told."""
    missing = getattr(report, "newly_missing", [])
    if not missing or not os.environ.get(SETTING):
        return
    from prefect.context import FlowRunContext

    listed = [
        f"{row['submitter']}: {row['dataset']} {row['program_year']}"
        + (f"-{row['period_no']}" if row["period_no"] else "") + f" (~{row['due_on']})"
        for row in missing[:MAX_LISTED]
    ]  # fmt: skip
    if further := len(missing) - len(listed):
        listed.append(f"... {further:,} more / 그 밖에 {further:,}건")
    context = FlowRunContext.get()
    lines = [
        f"{len(missing):,} reports are overdue", f"기한이 지나도록 제출되지 않은 실적: {len(missing):,}건", "",
        *listed, "", "Ask for them. All of them: `sciculture submissions --missing`",
        "제출을 요청해 주세요. 전체 목록: `sciculture submissions --missing`", "",
        _where(context.flow_run if context else None),
    ]  # fmt: skip
    notify(f"sciculture: {len(missing):,} missing / 미제출 {len(missing):,}건", "\n".join(lines), "warning")


def notify_waiting(report: RunReport) -> None:
    """Of each submission that waits for approval, once, and every week again until somebody decides."""
    waiting = getattr(report, "newly_waiting", [])
    if not waiting or not os.environ.get(SETTING):
        return
    from prefect.context import FlowRunContext

    from sciculture_etl.cli.views.waiting import waiting_lines

    listed = list(waiting_lines(waiting))
    if further := len(listed) - MAX_LISTED:
        listed = [*listed[:MAX_LISTED], "..."] if further > 0 else listed
    count = len({row["submission_id"] for row in waiting})
    context = FlowRunContext.get()
    lines = [
        f"{count:,} submissions wait for approval; what counted before goes on counting",
        f"승인을 기다리는 제출본: {count:,}건. 이전 제출본이 그대로 집계됩니다", "", *listed, "",
        "All of them: `sciculture submissions waiting`", "전체 목록: `sciculture submissions waiting`", "",
        _where(context.flow_run if context else None),
    ]  # fmt: skip
    notify(f"sciculture: {count:,} waiting / 승인 대기 {count:,}건", "\n".join(lines), "warning")


def notify_conflicts(report: RunReport) -> None:
    """Of pairs of submissions of which somebody has to say which one counts, on every night until somebody does."""
    conflicts = report.conflicts
    if not conflicts or not os.environ.get(SETTING):
        return
    from prefect.context import FlowRunContext

    listed = []
    for conflict in conflicts[:MAX_LISTED]:
        question, commands = describe_conflict(conflict)
        listed += [question, *(f"  {command}" for command in commands)]
    if further := len(conflicts[MAX_LISTED:]):
        listed.append(f"... {further:,} more / 그 밖에 {further:,}건")
    context = FlowRunContext.get()
    count = f"{len(conflicts):,}"
    lines = [
        f"{count} pairs of submissions: it is not certain which one counts",
        f"어느 쪽이 최종본인지 확인이 필요한 제출본: {count}건", "", *listed, "",
        "Ask the institution, then record the decision with one of the commands",
        "제출기관에 확인한 뒤 위의 명령으로 결정을 기록해 주세요", "", _where(context.flow_run if context else None),
    ]  # fmt: skip
    notify(f"sciculture: {count} to decide / 최종본 확인 필요 {count}건", "\n".join(lines), "warning")


def _where(flow_run: FlowRun | None) -> str:
    from prefect.settings import PREFECT_UI_URL

    parts = [f"{flow_run.name}" if flow_run else "", str(Settings.from_environment().warehouse)]
    if flow_run and PREFECT_UI_URL.value() and not os.environ.get(ENDS_WITH_THE_RUN):
        parts.append(f"{PREFECT_UI_URL.value()}/runs/flow-run/{flow_run.id}")
    return "Where / 어디: " + ", ".join(part for part in parts if part)


def notify_released(_report: RunReport) -> None:
    """Subscribers, of what a run published."""
    notify_subscribers(Settings.from_environment())


def notify_subscribers(settings: Settings) -> None:
    """Of what became of releases since they were last told: in the words of the feed, and of nothing else."""
    for event in unreported_events(settings):
        if not os.environ.get(SUBSCRIBERS):
            continue
        parts = ["\n".join([event.title(language), *event.details(language)]) for language in ("ko", "en")]
        notify(" / ".join(event.title(language) for language in ("ko", "en")), "\n\n".join(parts), "info", SUBSCRIBERS)


def notify(subject: str, body: str, kind: str, setting: str = SETTING) -> None:
    """Tells everyone that the setting names.

    Args:
        kind: failure, warning or info, as Apprise has them.
    """
    for target in BETWEEN.split(os.environ.get(setting, "").strip(", \n")):
        if not target:
            continue
        try:
            delivered = (_by_block if target.startswith(BLOCK) else _by_url)(
                target, mask_text(subject), mask_text(body), kind
            )
            reason = "" if delivered else "not delivered"
        except Exception as error:
            reason = type(error).__name__
        if reason:
            _report_undelivered(target, reason, setting)


def _by_url(target: str, subject: str, body: str, kind: str) -> bool:
    from apprise import Apprise

    logging.getLogger("apprise").setLevel(logging.CRITICAL)  # it would log the address
    recipient = Apprise()
    return recipient.add(target) and bool(recipient.notify(body=body, title=subject, notify_type=kind))


def _by_block(target: str, subject: str, body: str, kind: str) -> bool:
    import prefect.blocks.notifications  # noqa: F401  the types that a block can be of
    from prefect.blocks.abstract import NotificationBlock
    from prefect.blocks.core import Block

    block = Block.load(target.removeprefix(BLOCK))
    if not isinstance(block, NotificationBlock):
        raise TypeError("no notification block")
    with block.raise_on_failure():
        block.notify(body, subject)  # type: ignore[unused-coroutine]  # it waits by itself where nothing else does
    return True


def _report_undelivered(target: str, reason: str, setting: str) -> None:
    shown = target if target.startswith(BLOCK) else f"{target.partition('://')[0][:20]}://..."
    print_line(
        f"sciculture: the notification to {shown} of {setting} wasn't delivered ({reason}): check that address"
        " / 알림을 보내지 못했습니다. 주소를 확인해 주세요",
        sys.stderr,
    )  # fmt: skip
