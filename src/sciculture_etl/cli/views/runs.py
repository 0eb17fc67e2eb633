"""What the operator sees of runs: why things ran, the plan of a backfill, the journal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sciculture_etl.pipeline import Plan, RunRecord
from sciculture_etl.pipeline.report import Reason

SEOUL = ZoneInfo("Asia/Seoul")
STEPS = {"read": "read / 읽음", "accept": "accepted / 반영", "model": "rebuilt / 다시 집계"}
# What a table of the model is made from, as its marks name it.
INPUT_TEXTS = {"sql": "its SQL", "promise": "its promise", "macros": "sql/macros.sql", "log": "the log of submissions"}
OUTCOMES = {
    "published": "[green]published / 공표[/]", "unchanged": "[green]nothing new / 변화 없음[/]",
    "moved": "[green]moved / 옮김[/]", "previewed": "[cyan]preview / 미리보기[/]",
    "refused": "[red]refused / 공표하지 않음[/]", "failed": "[red]failed / 실패[/]",
    "stopped": "[yellow]stopped / 중단[/]", "unfinished": "[yellow]unfinished / 완료되지 않음[/]",
}  # fmt: skip


def show_reasons(console: Console, reasons: Sequence[Reason]) -> None:
    """Why each thing ran, gathered by reason."""
    if not reasons:
        console.print(
            "\nnothing to do: no file and no fingerprint has changed / 변경된 파일과 지문이 없어 처리할 것이 없습니다"
        )
        return
    console.print()
    console.print(Text("Why / 사유", "bold"))
    for reason in reasons:
        console.print(Text(f"{STEPS[reason.step]}: {_readable(reason)} ({reason.count:,})"), soft_wrap=True)
        # A line of its own for each, so that no name is cut or broken.
        for name in reason.names:
            console.print(Text(f"  {name}"), soft_wrap=True)
        if reason.count > len(reason.names):
            console.print(Text(f"  … +{reason.count - len(reason.names):,}"), soft_wrap=True)


def _readable(reason: Reason) -> str:
    if reason.step != "model":
        return reason.why
    named = (INPUT_TEXTS.get(name, name.replace("accepted.", "rows of ")) for name in reason.why.split(", "))
    return ", ".join(named)


def show_plan(console: Console, plan: Plan) -> None:
    """What a backfill would do."""
    plan_dict = plan.as_dict()
    console.print(Text(f"Backfill / 소급 처리: {plan.scope}", style="bold"))
    if plan.is_empty:
        console.print(
            f"nothing to do: all {plan.unchanged:,} files of it were read with what is of today (--all reads"
            " them all the same) / 다시 읽을 것이 없습니다"
        )
    else:
        _show_work(console, plan)
    if plan_dict["other_years"]:
        years = ", ".join(str(year) for year in plan_dict["other_years"])
        console.print(
            f"  rows of {years} in the same files stay as they are until the next night"
            " / 같은 파일의 다른 연도는 그대로 둡니다"
        )
    if plan.undated:
        console.print(
            f"  {plan.undated:,} changed files tell no year and are left to the next night"
            " / 연도를 알 수 없어 다음 실행에 맡김"
        )


def _show_work(console: Console, plan: Plan) -> None:
    table = Table(box=None, padding=(0, 2))
    for heading in ("year / 연도", "files / 파일", "rows / 행", "MB"):
        table.add_column(heading, justify="right")
    lines = plan.by_year()
    total = {key: sum(line[key] for line in lines) for key in ("files", "rows", "bytes")}
    for line in [*lines, total]:
        table.add_row(
            str(line.get("year", "")), f"{line['files']:,}", f"{line['rows']:,}", f"{line['bytes'] / 1e6:,.1f}"
        )
    console.print(table)
    for why, count in plan.why().items():
        console.print(Text(f"  {count:,} files / 파일: {why}"))
    console.print(Text(f"  {plan.unchanged:,} files are already up to date / 이미 최신 상태인 파일"))
    if plan.pending:
        console.print(Text(f"  already read, to be put in force / 처리하였고 반영할 것: {', '.join(plan.pending)}"))
    if plan.locked:
        listed = ", ".join(plan.locked)
        console.print(Text(f"  approved by its reason, in closed years / 사유로 승인되는 마감 연도 제출본: {listed}"))
    console.print(Text(f"  can change / 바뀔 수 있는 표 ({len(plan.tables)}): {', '.join(plan.tables)}"))
    seconds = (
        "not known yet / 아직 알 수 없음" if plan.seconds is None else f"about / 약 {max(1, round(plan.seconds)):,} s"
    )
    console.print(Text(f"  estimate / 예상: {seconds}; published once, at the end / 공표는 끝에 한 번"))


def show_runs(console: Console, records: Sequence[RunRecord], at_work: set[int]) -> None:
    """The journal, the newest first; times in Seoul.

    Args:
        at_work: numbers of those that run now.
    """
    table = Table(box=None, padding=(0, 2))
    for heading in ("no.", "run / 실행", "began / 시작", "took / 걸린 시간", "outcome / 결과", "read / 읽음", ""):
        table.add_column(heading, justify="right" if heading in ("no.", "read / 읽음") else "left")
    for record in records:
        began = datetime.fromisoformat(record.began_at).astimezone(SEOUL)
        took = f"{record.seconds:,.0f} s" if record.ended_at else ""
        refused = [str(text).partition("\n")[0] for text in record.details.get("refusals", [])[:1]]
        about = [record.reason, *refused, record.details.get("error", "")]
        scope = f" {planned}" if (planned := _scope(record)) else ""
        outcome = OUTCOMES[record.outcome]
        if record.run_no in at_work:
            outcome = "[cyan]running / 실행 중[/]"
        table.add_row(
            str(record.run_no), Text(record.kind + scope), f"{began:%Y-%m-%d %H:%M}", took, outcome,
            f"{record.details.get('read', 0):,}", Text("; ".join(part for part in about if part)),
        )  # fmt: skip
    console.print(table)


def _scope(record: RunRecord) -> str:
    from sciculture_etl.pipeline.backfill import planned_scope

    return str(planned_scope(record.plan)) if record.plan else ""
