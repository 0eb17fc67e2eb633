"""What Prefect shows of a run besides its states: how far the reading is, the summary, findings, figures, the diff.

Every artifact has a key that stays, so that Prefect's pages show its history. None of them can fail a run.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from prefect.artifacts import Artifact, MarkdownArtifact, TableArtifact
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import ArtifactCreate, ArtifactUpdate
from prefect.context import FlowRunContext
from prefect.logging import get_run_logger

from sciculture_etl.findings import catalogue
from sciculture_etl.pipeline import Plan, Progress, RunReport
from sciculture_etl.pipeline.completeness import describe_rates
from sciculture_etl.publish import Publication
from sciculture_etl.publish.candidate import CANDIDATE
from sciculture_etl.publish.releases import compare_releases
from sciculture_etl.publish.retention import CURRENT
from sciculture_etl.publish.scheduled import shown_time
from sciculture_etl.settings import Settings
from sciculture_etl.versions.conflicts import describe_conflict

if TYPE_CHECKING:
    from uuid import UUID

SUMMARY, FINDINGS, FIGURES, DIFF, READING = "summary", "findings", "figures", "release-diff", "reading"
WHY, PLAN, PREVIEW = "why", "backfill-plan", "preview"
# Lines of each table that a page shows of a preview; `sciculture diff current candidate` shows all.
MAX_LINES = 200
STATUS = {
    "equal": "equal / 일치", "differs": "differs / 불일치", "incomplete": "incomplete / 자료 미비",
    "no_data": "no data / 자료 없음",
}  # fmt: skip
OUTCOME = {
    "published": "Published / 공표", "unchanged": "Nothing new / 새 자료 없음", "refused": "Refused / 공표하지 않음",
    "previewed": "Preview / 미리보기", "scheduled": "Scheduled / 공표 예약",
}  # fmt: skip
SECONDS_BETWEEN = 3


def show_report(report: RunReport) -> None:
    """The summary of every run; the tables only where there is something new in them."""
    _create(SUMMARY, MarkdownArtifact(markdown=summary(report)), "What the run did / 실행 요약")
    if report.reasons:
        _create(WHY, TableArtifact(table=_reasons(report)), "Why each step ran / 처리 사유")
    if report.is_preview and report.publication.has_candidate and report.publication.release_id:
        _create(PREVIEW, TableArtifact(table=_preview()), "What a release would change / 공표하면 변경될 수치")
    if report.publication.outcome == "unchanged":
        return
    if report.findings:
        _create(FINDINGS, TableArtifact(table=_findings(report.findings)), "Findings in all submissions / 지적 사항")
    if report.figures:
        _create(FIGURES, TableArtifact(table=_figures(report)), "Published figures and this release / 공표 수치 대조")
    if revised := report.publication.revised:
        _create(DIFF, TableArtifact(table=_diff(revised)), "Rows against the last release / 직전 공표본과의 차이")


def summary(report: RunReport) -> str:
    """The report as Markdown."""
    extraction, publication = report.extraction, report.publication
    lines = [
        ("received in this run / 이번 접수", len(extraction.received)),
        ("read in this run / 이번 처리", report.read_count),
        ("accepted in this run / 이번 승인", report.new_verdicts.get("accepted", 0)),
        ("partially accepted in this run / 이번 일부 승인", report.new_verdicts.get("partially_accepted", 0)),
        ("rejected in this run / 이번 반려", report.new_verdicts.get("rejected", 0)),
        ("overdue / 기한 경과 미제출", report.missing),
        ("waiting for approval / 승인 대기", report.waiting_count),
        ("replies written / 회신 작성", report.answers),
        ("reminders prepared / 제출 안내 작성", report.reminders),
        ("tables rebuilt / 다시 집계한 표", len(report.rebuilt)),
        *((f"rows {kind.replace('_', ' ')} / 행", count) for kind, count in report.rows.items()),
    ]
    text = [
        f"## {OUTCOME[publication.outcome]}: release {publication.named}",
        *(line for refusal in publication.refusals for line in _refusal(refusal)),
        *_scheduled(publication),
        *_list("channel unreachable / 접수 경로 연결 불가", extraction.unreachable),
        *_list("not copied / 가져오지 못함", extraction.unreadable),
        *_list("missing from the archive / 보관소에 없음", extraction.lost),
        *(line for outcome in report.acceptance.held for error in outcome.errors
          for line in _refusal(f"held / 보류: {outcome.name}: {error}")),
        *(f"- remark / 참고: {outcome.name}: {'; '.join(outcome.warnings)}"
          for outcome in [*report.acceptance.remarks, *publication.remarks]),
        *(f"- which counts? / 최종본 확인 필요: {describe_conflict(conflict)[0]}" for conflict in report.conflicts),
        *(f"- due / 제출 현황: {line}" for line in describe_rates(report.rates)),
        "", "| | |", "| --- | ---: |",
        *(f"| {label} | {count:,} |" for label, count in lines),
    ]  # fmt: skip
    return "\n".join(text)


def _scheduled(publication: Publication) -> list[str]:
    if not (scheduled := publication.scheduled):
        return []
    return [f"- release {scheduled.release_id} goes out at / 공표 예약: {shown_time(scheduled.at)}"]


def _refusal(text: str) -> list[str]:
    """The reason, and below it what is behind it."""
    reason, *lines = text.splitlines()
    return [f"- **{reason}**", *(f"    - {line.strip()}" for line in lines)]


def _preview() -> list[dict[str, Any]]:
    found = compare_releases(Settings.from_environment(), CURRENT, CANDIDATE, limit=MAX_LINES)
    return [
        {"table": line["table_name"], "row": line["row_key"] or "", "change": line["change"],
         "column": line["column_name"] or "", "old": line["old_value"], "new": line["new_value"],
         "because of": line["cause"]}
        for line in found["lines"]
    ]  # fmt: skip


def show_plan(plan: Plan) -> None:
    """What a backfill is about to read again."""
    plan_dict = plan.as_dict()
    lines = [f"| {line['year']} | {line['files']:,} | {line['rows']:,} |" for line in plan_dict["by_year"]]
    text = [
        f"## {plan.scope}", "", "| year / 연도 | files / 파일 | rows / 행 |", "| --- | ---: | ---: |", *lines, "",
        *(f"- {count:,}: {why}" for why, count in plan_dict["why"].items()),
        f"- unchanged / 그대로: {plan.unchanged:,}",
        f"- can change / 바뀔 수 있는 표: {', '.join(plan.tables)}",
    ]  # fmt: skip
    _create(PLAN, MarkdownArtifact(markdown="\n".join(text)), "What is read again / 다시 읽을 것")


def _reasons(report: RunReport) -> list[dict[str, Any]]:
    return [
        {"step": reason.step, "because of": reason.why, "count": reason.count, "which": ", ".join(reason.names)}
        for reason in report.reasons
    ]


def _list(label: str, reasons: Mapping[str, str]) -> list[str]:
    return [f"- {label}: {name}: {reason}" for name, reason in reasons.items()]


def _findings(findings: Mapping[str, int]) -> list[dict[str, Any]]:
    words = catalogue()
    return [
        {"code": code, "count": count, "finding": words[code]["title_en"], "지적": words[code]["title_ko"]}
        for code, count in sorted(findings.items(), key=lambda item: (-item[1], item[0]))
    ]


def _figures(report: RunReport) -> list[dict[str, Any]]:
    return [
        {
            "id": figure.figure_id, "as published / 공표": figure.seed_text, "published": figure.expected,
            "this release": figure.actual or "-", "status": STATUS[figure.status], "year": figure.year_or_date,
            "table": figure.curated_table, "source": figure.source,
        }
        for figure in sorted(report.figures, key=lambda figure: figure.is_reproduced)
    ]  # fmt: skip


def _diff(revised: Mapping[str, Mapping[str, int]]) -> list[dict[str, Any]]:
    return [
        {"table": table, "changed / 변경": counts.get("changed", 0), "added / 추가": counts.get("added", 0),
         "removed / 삭제": counts.get("removed", 0), "status / 확정 상태": counts.get("status", 0)}
        for table, counts in sorted(revised.items())
    ]  # fmt: skip


class Recorded:
    """A live view that also shows in Prefect how far the reading is, every few seconds."""

    def __init__(self, shown: Progress) -> None:
        self._shown = shown
        self._lock = threading.Lock()
        self._total = self._done = 0
        self._told_at = 0.0
        self._client: SyncPrefectClient | None = None
        self._artifact: UUID | None = None

    def start(self, step: str, total: int) -> None:
        self._shown.start(step, total)
        if _is_reading(step) and total:
            self._done, self._total, self._told_at = 0, total, time.monotonic()
            year = step.removeprefix("read")  # of a backfill
            self._artifact = _create(
                READING, Artifact(type="progress", data=0.0),
                f"Reading {total:,} submissions{year and ' of'}{year} / 제출본 {total:,}건 읽기",
            )  # fmt: skip
            self._client = _client()

    def advance(self, step: str, count: int = 1) -> None:
        self._shown.advance(step, count)
        if not _is_reading(step) or self._artifact is None:
            return
        # Called by several readers at once: one of them tells, the others go on reading.
        with self._lock:
            self._done += count
            due = self._done >= self._total or time.monotonic() - self._told_at > SECONDS_BETWEEN
            if due:
                self._told_at = time.monotonic()
        if due and self._client:
            percent = round(100 * self._done / self._total, 1)
            try:
                self._client.update_artifact(self._artifact, ArtifactUpdate(data=percent))
            except Exception:
                self._artifact = None  # not told any more; what is read is read all the same


def _is_reading(step: str) -> bool:
    return step.split(" ")[0] == "read"


def _client() -> SyncPrefectClient | None:
    context = FlowRunContext.get()
    return context.client if context and isinstance(context.client, SyncPrefectClient) else None


def _create(key: str, artifact: Artifact, description: str) -> UUID | None:
    """By the client that the flow run has anyway: a new one for each would cost more than all of them."""
    context, client = FlowRunContext.get(), _client()
    if not context or not context.flow_run or not client:
        return None
    try:
        made = client.create_artifact(
            ArtifactCreate(
                key=key, type=artifact.type, description=description, flow_run_id=context.flow_run.id,
                data=artifact.format(_sync=True),  # type: ignore[call-arg]
            )
        )  # fmt: skip
    except Exception as error:
        get_run_logger().warning("the artifact %s couldn't be kept: %s", key, type(error).__name__)
        return None
    return made.id
