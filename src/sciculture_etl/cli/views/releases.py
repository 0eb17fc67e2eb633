"""The releases, and what differs between two of them, on the console."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sciculture_etl.messages import message
from sciculture_etl.pipeline.report import CheckResult, RunReport
from sciculture_etl.publish.announcement import Announcement, reason_text
from sciculture_etl.publish.journal import decided

Row = dict[str, Any]
MAX_NOTE_SHOWN, MAX_FINDINGS = 60, 20
CHANGES = {
    "changed": "changed / 변경", "added": "added / 추가", "removed": "removed / 삭제", "status": "status / 확정 상태",
}  # fmt: skip


def _table(*columns: str) -> Table:
    table = Table(box=None, padding=(0, 2), header_style="bold")
    for column in columns:
        table.add_column(column, justify="right" if column.split(" ")[0] in ("files", "rows", "MB") else "left")
    return table


def counted(revised: dict[str, dict[str, int]] | None) -> str:
    """What changed, in a line: ``5 values changed, 1 row added in 3 tables / 표 3개 ...``."""
    if revised is None:
        return "not recorded / 기록 없음"
    if not revised:
        return "figures unchanged / 수치 변경 없음"
    sums = {change: sum(table.get(change, 0) for table in revised.values()) for change in CHANGES}
    text = ", ".join(f"{count:,} {CHANGES[change]}" for change, count in sums.items() if count)
    return f"{text}; tables / 표 {len(revised):,}"


def show_releases(console: Console, rows: list[Row]) -> None:
    if not rows:
        console.print("no release yet: run `sciculture run` / 아직 릴리스가 없습니다")
        return
    table = _table(
        "release",
        "",
        "built / 생성 일시",
        "files / 접수",
        "rows / 행",
        "reason / 사유",
        "changes / 변경된 수치",
        "MB",
        "",
    )
    table.columns[1].no_wrap = True
    for row in rows:
        state = "current / 현재" if row["is_current"] else ""
        if at := row.get("scheduled_at"):
            state = f"scheduled / 공표 예약 {at[:16].replace('T', ' ')}"
        notes = [f"pinned / 고정: {row['pinned']}"] if row["pinned"] is not None else []
        if note := row.get("note_ko") or row.get("note_en"):
            notes.append(f"note / 안내: {note if len(note) <= MAX_NOTE_SHOWN else note[:MAX_NOTE_SHOWN] + '…'}")
        if row["is_removed_next"]:
            notes.append("removed by the next run / 다음 실행 때 삭제")
        size = f"{row['byte_count'] / 1e6:,.1f}"
        if fault := row.get("fault"):
            table.add_row(
                row["release_id"], Text(state, "green"), "", "", "", "", Text("not whole", "red"), size, fault
            )
            continue
        new = "" if row["new_receipts"] is None else f" (+{row['new_receipts']:,})"
        first = row["previous_release_id"] is None
        named = Text(f"{row['version']} ").append(state, "green")
        table.add_row(
            row["release_id"], named, row["built_at"][:16].replace("T", " "), f"{row['receipts']:,}{new}",
            f"{row['rows_loaded']:,}", reason_text(row["reason"] or "", "ko"),
            "first release / 최초 릴리스" if first else counted(row["revised"]), size, Text("; ".join(notes), "dim"),
        )  # fmt: skip
    console.print(table)
    if hold := next((row["hold"] for row in rows if row["hold"]), None):
        reason = f": {hold['reason']}" if hold["reason"] else ""
        text = (
            f"on hold since / 공표 보류 {decided(hold)}, rolled back from {hold['from_release_id']}{reason}. "
            "`sciculture publish` ends it / `sciculture publish`로 해제합니다"
        )
        console.print(Text(text, style="yellow"), soft_wrap=True)


def show_checklist(console: Console, report: RunReport) -> None:
    """What blocks a release, then what should be known before it."""
    for is_blocking, title, style in (
        (True, "blocks the release / 공표 불가 사유", "red"), (False, "to be known / 확인할 사항", "yellow"),
    ):  # fmt: skip
        results = [result for result in report.checklist if result.is_blocking == is_blocking]
        if results:
            console.print(Text(title, style=f"bold {style}"))
        for result in results:
            show_check(console, result, style)
    if not report.checklist:
        console.print("[green]nothing found / 확인할 사항이 없습니다[/]")
    outcome = report.publication.outcome
    what = "nothing new / 새 자료 없음" if outcome == "unchanged" else counted(report.publication.revised)
    console.print(Text(f"a release would change / 공표하면 변경될 수치: {what}"), soft_wrap=True)


def show_check(console: Console, result: CheckResult, style: str) -> None:
    """A check with its first findings."""
    console.print(Text(f"  {result.english} / {result.korean}", style=style), soft_wrap=True)
    for finding in result.findings[:MAX_FINDINGS]:
        for line in finding.splitlines():
            console.print(Text(f"    {line}"), soft_wrap=True)
    if (more := len(result.findings) - MAX_FINDINGS) > 0:
        console.print(f"    ... {more:,} more: --json / {more:,}건 더 있음")


def show_note(console: Console, left: Announcement) -> None:
    """What readers will be told of the next release."""
    if left.is_empty:
        console.print("nothing is left for the next release / 다음 릴리스에 남긴 안내가 없습니다")
        return
    if left.reason:
        texts = f"{reason_text(left.reason, 'en')} / {reason_text(left.reason, 'ko')}"
        console.print(Text(f"reason / 사유: {left.reason} ({texts})"), soft_wrap=True)
    for label, text in (("note, Korean / 안내(국문)", left.note_ko), ("note, English / 안내(영문)", left.note_en)):
        if text:
            console.print(Text(f"{label}: {text}"), soft_wrap=True)
    if left.internal:
        console.print(Text(f"internal / 내부 사유: {left.internal}"), soft_wrap=True)
    if left.is_in_one_language:
        console.print(Text(message("note_lacks_translation", language=_missing(left)), style="yellow"), soft_wrap=True)
    console.print("for the next release / 다음 릴리스에 붙습니다")


def _missing(announcement: Announcement) -> str:
    return "English/영어" if announcement.note_ko else "Korean/한국어"


def show_difference(console: Console, found: Row) -> None:
    old, new = (f"{found[side]} ({version})" for side, version in zip(("old", "new"), found["versions"], strict=True))
    console.print(f"[bold]{old} → {new}[/]")
    if not found["tables"]:
        console.print("no differences / 차이가 없습니다")
        return
    totals = Table(box=None, padding=(0, 2), header_style="bold")
    totals.add_column("table / 표")
    for name in CHANGES.values():
        totals.add_column(name, justify="right")
    for name, counts in found["tables"].items():
        totals.add_row(name, *(f"{counts.get(change, 0):,}" for change in CHANGES))
    console.print(totals)
    for name, group in groupby(found["lines"], key=lambda line: line["table_name"]):
        console.print()
        console.print(Text(name, "bold"))
        lines = list(group)
        for key, of_row in groupby(lines, key=lambda line: (line["row_key"], line["cause"])):
            row_key, cause = key
            console.print(Text(f"  {row_key or 'the whole table / 표 전체'}"), soft_wrap=True)
            for line in of_row:
                console.print(Text(f"    {_line_text(line)}"), soft_wrap=True)
            console.print(Text(f"    ← {cause}", "dim"), soft_wrap=True)
        if (more := sum(found["tables"][name].values()) - len(lines)) > 0:
            console.print(f"  {more:,} more: --table {name} --limit 0, or --json / {more:,}줄 더 있음")


def _line_text(line: Row) -> str:
    if line["change"] != "changed":
        column = f"column / 열 {line['column_name']} " if line["column_name"] else ""
        return f"{column}{CHANGES[line['change']]}"
    old, new = (value if value is not None else "-" for value in (line["old_value"], line["new_value"]))
    return f"{line['column_name']}: {old} → {new}"
