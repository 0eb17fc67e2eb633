"""Runs: who holds the warehouse, how the last one ended, what waits to be sent, and Prefect."""

from __future__ import annotations

import os
import urllib.request
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sciculture_etl.doctor.case import BilingualPair, Case, Check, fault, ok, remark
from sciculture_etl.errors import NotReadyError
from sciculture_etl.pipeline import Runs
from sciculture_etl.pipeline.journal import PREVIEW, UNFINISHED, at_work
from sciculture_etl.storage.lock import BACKFILL, lock_holder, why_no_lock
from sciculture_etl.submissions import list_waiting

MAX_SECONDS_TO_ANSWER = 5
SEOUL = ZoneInfo("Asia/Seoul")
TROUBLED = {
    UNFINISHED: ("was killed", "강제로 끝났습니다"),
    "stopped": ("was stopped", "멈추었습니다"),
    "failed": ("failed", "실패했습니다"),
    "refused": ("refused to publish", "공표하지 않았습니다"),
}

REFUSED_PREVIEW = (PREVIEW, "refused")
REFUSED: BilingualPair = (
    "mend what it names: correct or withdraw the submission (sciculture withdraw), then sciculture run",
    "이유에 적힌 것을 바로잡거나 그 제출본을 철회한 뒤(sciculture withdraw) sciculture run을 실행해 주세요",
)


def check_lock(case: Case) -> Iterator[Check]:
    if reason := why_no_lock(case.settings.warehouse):
        english, _, korean = reason.partition(" / ")
        yield fault("lock", (english, korean), ("as said there", "위 안내를 따라 주세요"))
        return
    holder = case.running
    if holder is None:
        yield ok("lock", "free", "비어 있음")
        return
    who = f"{holder.get('doing') or '?'}, process {holder.get('pid', '?')}, since {holder.get('since', '?')}"
    yield remark(
        "lock",
        (
            f"a run is going on ({who}); what it changes was left out here",
            f"실행 중입니다({who}). 일부는 살펴보지 않았습니다",
        ),
        ("wait for it to end, then run the doctor again", "끝난 뒤 다시 진단해 주세요"),
    )


def check_last_run(case: Case) -> Iterator[Check]:
    runs = Runs(case.settings.archive).all()
    going_on = at_work(runs, case.running, lock_holder(case.settings.warehouse, BACKFILL))
    # What a preview would have refused, nobody has published.
    ended = [run for run in runs if run.run_no not in going_on and (run.kind, run.outcome) != REFUSED_PREVIEW]
    if not ended:
        yield ok("last run", "none yet", "아직 없음")
        return
    last = ended[-1]
    when = f"{last.kind} {datetime.fromisoformat(last.began_at).astimezone(SEOUL):%Y-%m-%d %H:%M}"
    if last.outcome in TROUBLED:
        en, ko = TROUBLED[last.outcome]
        refusals = "; ".join(str(text).partition("\n")[0] for text in last.details.get("refusals", []))[:300]
        why = refusals or str(last.details.get("error", ""))
        yield remark(
            "last run",
            (f"{when} {en} {why}".rstrip(), f"{when}: {ko} {why}".rstrip()),
            REFUSED
            if last.outcome == "refused"
            else ("run it again: sciculture run", "다시 실행해 주세요: sciculture run"),
        )
    else:
        yield ok("last run", f"{when}: {last.outcome}", f"{when}: {last.outcome}")


def check_waiting(case: Case) -> Iterator[Check]:
    """What waits for approval mustn't be forgotten."""
    try:
        rows = list_waiting(case.settings)
    except NotReadyError:
        rows = []
    waiting = {row["submission_id"]: row for row in rows}
    for submission, row in waiting.items():
        since = str(row["waiting_since"])[:10]
        yield remark(
            "waiting",
            (
                f"{row['source_file']} ({submission}) waits for approval since {since}",
                f"{row['source_file']} ({submission}): {since}부터 승인을 기다립니다",
            ),
            (
                "sciculture submissions waiting shows why; approve or reject it",
                "sciculture submissions waiting으로 사유를 확인하고 승인하거나 반려해 주세요",
            ),
        )
    if not waiting:
        yield ok("waiting", "nothing waits for approval", "승인 대기 없음")


def check_outbox(case: Case) -> Iterator[Check]:
    answers = sum(1 for _ in case.settings.outbox.glob("*/*/answer.json"))
    yield ok("outbox", f"{answers:,} answers", f"회신 {answers:,}건")


def check_prefect(case: Case) -> Iterator[Check]:
    """A server that is set must answer; else each run has one of its own, which needs a folder."""
    url = os.environ.get("PREFECT_API_URL")
    if url is None:
        home = Path(os.environ.get("PREFECT_HOME") or case.settings.warehouse / ".prefect")
        yield ok("prefect", f"embedded, its records in {home}", f"내장, 기록은 {home}")
        return
    try:
        with urllib.request.urlopen(f"{url.rstrip('/')}/health", timeout=MAX_SECONDS_TO_ANSWER):
            yield ok("prefect", f"{url} answers", f"{url} 응답함")
    except (OSError, ValueError) as error:
        yield fault(
            "prefect",
            (f"{url} doesn't answer ({type(error).__name__})", f"{url}: 응답하지 않습니다({type(error).__name__})"),
            ("start it, or unset PREFECT_API_URL", "서버를 켜거나 PREFECT_API_URL 설정을 지워 주세요"),
        )
