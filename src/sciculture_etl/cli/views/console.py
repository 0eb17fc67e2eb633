"""What the operator sees: the live view of a run, its summary, and the same for machines."""

from __future__ import annotations

import sys
import time
from collections import Counter
from dataclasses import asdict
from datetime import date
from types import TracebackType
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from sciculture_etl.cli.views.conflicts import show_conflicts
from sciculture_etl.cli.views.not_taken import show_not_taken
from sciculture_etl.cli.views.waiting import waiting_lines
from sciculture_etl.findings import catalogue
from sciculture_etl.settings import Settings

if TYPE_CHECKING:  # what only checks a file has no need of them
    from sciculture_etl.pipeline import RunReport

STEPS = {
    "prefect": "start Prefect / 준비",
    "extract": "extract / 접수",
    "plan": "plan / 계획",
    "load": "read and load / 읽기·적재",
    "read": "  read / 읽기",
    "validate": "  validate / 검증",
    "resume": "end the hold / 보류 해제",
    "accept": "accept / 반영",
    "model": "model / 집계",
    "publish": "publish / 공표",
    "preview": "preview / 미리보기",
    "answer": "reply / 회신",
    "answers": "  replies / 회신 작성",
    "show": "operator's pages / 운영 화면",
}


def operators_console(quiet: bool = False, width: int = 110) -> Console:
    """As wide as the terminal; in a file or pipe as wide as said, so that no line is broken."""
    return Console(quiet=quiet, highlight=False, width=None if sys.stdout.isatty() else width)


class LiveView:
    """Progress of a run on a terminal; silent where the output is none.

    It opens with the start of Prefect, which ends when the first step of the run starts (``work_began``,
    ``work_ended``: by ``time.monotonic``).
    """

    def __init__(self, console: Console) -> None:
        self.work_began: float | None = None
        self.work_ended: float | None = None
        self._tasks: dict[str, TaskID] = {}
        self._progress = Progress(
            SpinnerColumn(finished_text="✓"), TextColumn("{task.description}"), BarColumn(bar_width=30),
            MofNCompleteColumn(), TimeElapsedColumn(), console=console, disable=not console.is_terminal,
        )  # fmt: skip

    def __enter__(self) -> LiveView:
        self._progress.start()
        self._add("prefect", 1)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def _add(self, step: str, total: int) -> None:
        self._tasks[step] = self._progress.add_task(STEPS.get(step, step), total=total)

    def start(self, step: str, total: int) -> None:
        if self.work_began is None:
            self.work_began = time.monotonic()
            self.advance("prefect")
        self._add(step, total)

    def advance(self, step: str, count: int = 1) -> None:
        self._progress.advance(self._tasks[step], count)
        self.work_ended = time.monotonic()


def _count(numbers: dict[str, int], name: str) -> str:
    return f"{numbers.get(name, 0):,}"


def _pairs(title: str, lines: list[tuple[str, str]]) -> Table:
    table = Table(
        title=title, title_justify="left", title_style="bold", show_header=False, box=None, padding=(0, 2), min_width=40
    )
    table.add_column()
    table.add_column(justify="right")
    for label, value in lines:
        table.add_row(label, value)
    return table


def _findings(report: RunReport) -> Table:
    table = Table(
        title="Findings in all submissions so far / 지금까지의 전체 지적",
        title_justify="left",
        title_style="bold",
        show_header=False,
        box=None,
        padding=(0, 2),
    )
    table.add_column()
    table.add_column(justify="right")
    table.add_column()
    words = catalogue()
    for code, count in sorted(report.findings.items()):
        table.add_row(code, f"{count:,}", Text(words[code]["title_en"] + " / " + words[code]["title_ko"]))
    return table


def _verdicts(report: RunReport) -> Table:
    """What became of the files received in this run, beside all so far."""
    table = Table(
        title="Submissions / 제출본", title_justify="left", title_style="bold", box=None, padding=(0, 2), min_width=40
    )
    for heading in ("", "this run / 이번", "all so far / 누계"):
        table.add_column(heading, justify="right" if heading else "left")
    labels = {"accepted": "accepted / 승인", "partially_accepted": "partially accepted / 일부 승인",
              "rejected": "rejected / 반려", "duplicate": "duplicates / 동일 파일"}  # fmt: skip
    for verdict, label in labels.items():
        table.add_row(label, _count(report.new_verdicts, verdict), _count(report.verdicts, verdict))
    table.add_row("due and missing / 기한 경과 미제출", "", f"{report.missing:,}")
    return table


MAX_WAITING_LINES = 40
UNFIT = {
    "stale": "its source has changed: remove the correction / 원본이 수정되었으므로 정정 파일을 삭제해 주세요",
    "not_found": "the submission in force has no such row / 집계에 반영된 제출본에 해당 행이 없습니다",
}
BROKE = (
    "the build database was broken, is set aside as warehouse.duckdb.corrupt and was rebuilt from the archive / "
    "작업용 데이터베이스가 손상되어 보관된 제출본에서 다시 만들었습니다"
)


def _figures(report: RunReport) -> Table:
    """How many figures agree, and those that don't."""
    counts = Counter(figure.status for figure in report.figures)
    labels = {"equal": "equal / 일치", "differs": "differ / 불일치", "incomplete": "incomplete / 자료 미비",
              "no_data": "no data / 자료 없음"}  # fmt: skip
    return _pairs(
        "Published figures / 공표 수치", [(label, f"{counts[key]:,}") for key, label in labels.items() if counts[key]]
    )


def show_summary(console: Console, settings: Settings, report: RunReport, seconds: dict[str, float]) -> None:
    """The summary at the end of a run."""
    from sciculture_etl.cli.views.figures import figures_table, show_refusals
    from sciculture_etl.cli.views.releases import show_check
    from sciculture_etl.pipeline.completeness import describe_rates

    extraction, publication = report.extraction, report.publication
    console.print()
    files = [
        ("received / 접수", f"{len(extraction.received):,}"),
        ("unchanged / 변경 없음", f"{extraction.unchanged:,}"),
        ("not submissions (hidden files, links) / 제출본 아님", f"{len(extraction.passed_over):,}"),
        ("read / 읽음", f"{report.read_count:,}"),
        ("replies written / 회신 작성", f"{report.answers:,}"),
        ("reminders prepared / 제출 안내 작성", f"{report.reminders:,}"),
    ]
    console.print(_pairs("This run / 이번 실행", files))
    console.print(_verdicts(report))
    if report.rates:
        console.print(Text("Reports due / 제출 현황", style="bold"))
    for rate in describe_rates(report.rates):
        console.print(Text(f"  {rate}"), soft_wrap=True)
    show_not_taken(console, extraction)
    labels = {"read": "read / 읽음", "loaded": "loaded / 적재", "quarantined": "quarantined / 격리",
              "left_out": "left out (subtotals, footnotes, examples, blanks) / 집계 제외"}  # fmt: skip
    console.print(
        _pairs(
            "Rows of all submissions so far / 지금까지의 전체 행",
            [(label, _count(report.rows, kind)) for kind, label in labels.items()],
        )
    )
    if report.findings:
        console.print(_findings(report))
    console.print(_figures(report))
    if differing := [figure for figure in report.figures if figure.status == "differs"]:
        console.print(figures_table(differing, width=console.width))
    if report.set_aside:
        console.print(Text(f"{BROKE}: {report.set_aside}", style="yellow"))
    for worker, reason in report.left_out.items():
        console.print(Text(f"worker left out / 제외한 작업자: {worker}: {reason}", style="yellow"))
    show_conflicts(console, report.conflicts)
    for name, status in report.unfit_corrections.items():
        console.print(
            Text(f"correction no longer applies / 정정을 더는 적용할 수 없음: {name}: {UNFIT[status]}", style="yellow")
        )
    _show_undecided(console, report)
    for outcome in report.acceptance.held:
        console.print(Text(f"held, last good facts stay / 보류: {outcome.name}:", style="red"), soft_wrap=True)
        show_refusals(console, outcome.errors)
    for result in report.checklist:
        if not result.is_in_summary:
            show_check(console, result, "yellow")
    for outcome in [*report.acceptance.remarks, *publication.remarks]:
        console.print(Text(f"remark / 참고: {outcome.name}: {'; '.join(outcome.warnings)}", style="yellow"))
    _show_outcome(console, settings, report, seconds)


def _show_undecided(console: Console, report: RunReport) -> None:
    """What waits for approval, and which years the first run of this version closed."""
    if report.closed_years:
        years = ", ".join(f"{one.dataset} {one.program_year}" for one in report.closed_years)
        console.print(Text(f"closed by the upgrade / 판올림으로 마감: {years} (sciculture years)", style="yellow"))
    if not report.waiting:
        return
    console.print(
        Text(
            f"waiting for approval / 승인 대기: {report.waiting_count:,}; what counted goes on counting / "
            "이전 제출본이 그대로 집계됩니다",
            style="yellow",
        )
    )
    lines = list(waiting_lines(report.waiting))
    for line in lines[:MAX_WAITING_LINES]:
        console.print(Text(f"  {line}", style="yellow"), soft_wrap=True)
    if lines[MAX_WAITING_LINES:]:
        console.print(Text("  ... sciculture submissions waiting", style="yellow"))


def _show_outcome(console: Console, settings: Settings, report: RunReport, seconds: dict[str, float]) -> None:
    from sciculture_etl.cli.views.figures import show_refusals
    from sciculture_etl.cli.views.releases import counted
    from sciculture_etl.publish.scheduled import shown_time

    publication = report.publication
    texts = {
        "published": f"[green]published / 공표[/] release {publication.named}",
        "unchanged": f"[green]nothing new / 새 자료 없음[/], release {publication.named} stays",
        "refused": f"[red]refused / 공표하지 않음[/], release {publication.named} stays",
        "scheduled": f"[cyan]scheduled / 공표 예약[/], release {publication.named} stays until then",
        "previewed": f"[cyan]preview / 미리보기[/], release {publication.named} stays",
    }
    console.print()
    console.print(texts[publication.outcome])
    if scheduled := publication.scheduled:
        text = f"  release {scheduled.release_id} goes out at / 공표 예약: {shown_time(scheduled.at)} (Asia/Seoul)"
        console.print(Text(text, style="cyan"), soft_wrap=True)
    if report.went_out:
        console.print(Text(f"  scheduled release {report.went_out} went out / 예약한 릴리스를 공표했습니다"))
    if publication.revised:
        if publication.next_version:
            console.print(Text(f"  version / 버전: {publication.next_version}"))
        label = "would change / 변경될 수치" if publication.has_candidate else "changes / 변경된 수치"
        shown = (
            "`sciculture diff current candidate`" if publication.has_candidate else "mart_revision, `sciculture diff`"
        )
        console.print(Text(f"  {label}: {counted(publication.revised)} ({shown})"), soft_wrap=True)
    show_refusals(console, publication.refusals)
    where = [
        ("figures / 수치", settings.warehouse / "sciculture.duckdb"),
        ("submissions and findings / 접수와 지적", settings.warehouse / "operations.duckdb"),
        ("operator's pages / 운영 화면", settings.operations / "ko/index.html"),
        ("replies to send / 발송할 회신", settings.outbox),
        ("CSV, Parquet, manifest", settings.releases / (publication.release_id or "")),
    ]
    for label, path in where:
        if not path.exists():
            continue
        console.print(Text(f"  {label}: {path}"), soft_wrap=True)
    spent = ", ".join(f"{name} {value:.1f} s" for name, value in seconds.items())
    console.print(Text(f"  time / 시간: {spent}", style="dim"))


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def as_machine_report(
    report: RunReport, settings: Settings, exit_code: int, seconds: dict[str, float]
) -> dict[str, Any]:
    """The same as JSON."""
    from sciculture_etl.pipeline.checklist import as_dict as checklist

    publication = report.publication
    return {
        "outcome": publication.outcome,
        "exit_code": exit_code,
        "release_id": publication.release_id,
        "version": publication.version,
        "next_version": publication.next_version,
        "refusals": publication.refusals,
        "scheduled": publication.scheduled.as_dict() if publication.scheduled else None,
        "went_out": report.went_out,
        "checklist": checklist(report.checklist),
        "revised": publication.revised,
        "files": {
            "received": len(report.extraction.received),
            "unchanged": report.extraction.unchanged,
            "read": report.read_count,
            "not_taken": report.extraction.unreadable,
            "not_reached": report.extraction.unreachable,
            "passed_over": report.extraction.passed_over,
            "hidden_folders": report.extraction.hidden_folders,
            "restored": report.extraction.restored,
            "lost": report.extraction.lost,
        },
        "verdicts": report.verdicts,
        "new_verdicts": report.new_verdicts,
        "answers": report.answers,
        "reminders": report.reminders,
        "rows": report.rows,
        "findings": report.findings,
        "missing": report.missing,
        "reporting_rates": [rate | {"due_on": rate["due_on"].isoformat()} for rate in report.rates],
        "conflicts": report.conflicts,
        "unfit_corrections": report.unfit_corrections,
        "waiting": [{name: _plain(value) for name, value in row.items()} for row in report.waiting],
        "closed_years": [asdict(closing) for closing in report.closed_years],
        "held": {outcome.name: outcome.errors for outcome in report.acceptance.held},
        "remarks": {o.name: o.warnings for o in [*report.acceptance.remarks, *publication.remarks]},
        "figures": [figure.as_dict() for figure in report.figures],
        "rebuilt": report.rebuilt,
        "reasons": [asdict(reason) for reason in report.reasons],
        "set_aside": report.set_aside,
        "left_out": report.left_out,
        "warehouse": str(settings.warehouse),
        "seconds": {name: round(value, 3) for name, value in seconds.items()},
    }  # fmt: skip
