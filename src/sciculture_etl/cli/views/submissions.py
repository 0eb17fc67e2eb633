"""Lists of submissions and the story of one, on the console."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sciculture_etl.cli.views.conflicts import show_conflicts
from sciculture_etl.versions.evidence import title_of

Row = dict[str, Any]
STYLE = {
    "rejected": "red", "missing": "red", "partially_accepted": "yellow", "late": "yellow", "superseded": "dim",
    "withdrawn": "dim", "duplicate": "dim", "due": "dim",
}  # fmt: skip
DECIDED = {
    "withdrawn": "withdrawn / 철회", "reinstated": "reinstated / 철회 취소", "preferred": "preferred / 최종본 지정",
    "preference undone": "preference undone / 최종본 지정 취소", "approved": "approved / 승인",
    "rejected": "rejected / 반려", "undone": "decision undone / 결정 취소", "requested": "asked for / 요청",
}  # fmt: skip
FINDINGS_A_PAGE = 20


def _table(*columns: str) -> Table:
    table = Table(box=None, padding=(0, 2), header_style="bold")
    for column in columns:
        table.add_column(column, justify="right" if column.split(" ")[0] in ("rows", "errors", "days") else "left")
    return table


def _day(moment: str | None) -> str:
    return moment[:16].replace("T", " ") if moment else ""


def show_list(console: Console, rows: list[Row]) -> None:
    table = _table(
        "submission", "received / 접수 일시", "state / 상태", "dataset", "year", "rows loaded/read", "errors", "file"
    )
    for row in rows:
        table.add_row(
            row["submission_id"], _day(row["received_at"]), Text(row["state"], STYLE.get(row["state"], "green")),
            row["datasets"], row["program_years"], f"{row['rows_loaded']:,}/{row['rows_read']:,}",
            f"{row['error_count']:,}", Text(row["source_file"]),
        )  # fmt: skip
    console.print(table)
    counts = Counter(row["state"] for row in rows)
    console.print(f"{len(rows):,} submissions / 제출본: {', '.join(f'{s} {n:,}' for s, n in sorted(counts.items()))}")


def show_status(console: Console, rows: list[Row]) -> None:
    table = _table(
        "year", "period", "dataset", "institution / 기관", "due / 마감", "status", "days late", "verdict / 판정"
    )
    for row in rows:
        table.add_row(
            str(row["program_year"]), str(row["period_no"] or ""), row["title_ko"], row["submitter"],
            row["due_on"] or "", Text(row["status"], STYLE.get(row["status"], "green")),
            str(row["days_late"] or ""),
            row["verdict"] if row["is_owed"] or not row["due_on"] else f"{row['verdict']}, not owed / 대상 외",
        )  # fmt: skip
    console.print(table)
    counts = Counter(row["status"] for row in rows)
    console.print(f"{len(rows):,} expected / 제출 대상: {', '.join(f'{s} {n:,}' for s, n in sorted(counts.items()))}")


def _lines(history: Row) -> list[tuple[str, str]]:
    """The story in the order in which it happened: what, and what there is to say of it."""
    first, *later_receipts = history["receipts"]
    lines = [
        ("received / 접수", f"{_day(first['received_at'])}  {first['path']} ({history['byte_count']:,} bytes)"),
        ("read / 읽음", f"{history['format'] or '-'}: {history['datasets'] or 'no known form / 확인된 서식 없음'}"
         f"{' · ' + history['program_years'] if history['program_years'] else ''}"),
        ("rows / 행", f"{history['rows_read']:,} read = {history['rows_loaded']:,} loaded + "
         f"{history['rows_quarantined']:,} quarantined + {history['rows_left_out']:,} left out"),
        ("verdict / 판정",
         f"{history['verdict']}: {history['error_count']:,} errors, {history['warning_count']:,} warnings"),
    ]  # fmt: skip
    lines += [
        ("corrected / 정정 반영", f"{c['correction']} ({c['status']}): {c['reason']}") for c in history["corrections"]
    ]
    for version in history["versions"]:
        what = f"{version['dataset']} {version['program_year']} {version['period_key'] or 'whole year'}"
        by = f" by {version['superseded_by']}" if version["superseded_by"] else ""
        if version["decided_by"]:
            by += f", decided by / 판단 근거: {title_of(version['decided_by'])} {version['evidence']}".rstrip()
        lines.append(("counts / 집계", f"{what}: {version['row_count']:,} rows, {version['standing']}{by}"))
    lines += [("replaces / 대체", f"{other['submission_id']}  {other['source_file']}") for other in history["replaces"]]
    lines += [("received again / 재접수", f"{_day(r['received_at'])}  {r['path']}") for r in later_receipts]
    for decision in history["decisions"]:
        by = f" ({decision['by']})" if decision["by"] else ""
        lines.append((DECIDED[decision["kind"]], f"{_day(decision['decided_at'])}  {decision['reason']}{by}"))
    lines.append(("releases / 릴리스", ", ".join(history["releases"]) or "none / 없음"))
    return lines


def show_history(console: Console, history: Row, page: int | None = None) -> None:
    """The story of one submission.

    Args:
        page: of its findings, from 1; None: all of them.
    """
    state = history["state"]
    console.print(
        Text(f"{history['submission_id']}  {history['submitter'] or '?'}  {state}", STYLE.get(state, "green"))
    )
    table = Table(box=None, show_header=False, padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for label, text in _lines(history):
        table.add_row(label, Text(text))
    console.print(table)
    show_conflicts(console, history["conflicts"])
    findings = history["findings"]
    shown = findings if page is None else findings[(page - 1) * FINDINGS_A_PAGE : page * FINDINGS_A_PAGE]
    if findings:
        of = "" if page is None else f", {page}/{page_count(history)}"
        console.print(Text(f"findings / 지적 사항 ({len(findings):,}{of})", "bold"))
    for _, of_row in groupby(shown, lambda finding: (finding["part"], finding["source_row"], bool(finding["row"]))):
        findings_of_row = list(of_row)
        for finding in findings_of_row:
            _show_finding(console, finding)
        if findings_of_row[0]["row"]:
            _show_row(console, findings_of_row)


def page_count(history: Row) -> int:
    """Of its findings, at least one."""
    return max(1, -(-len(history["findings"]) // FINDINGS_A_PAGE))


def _show_finding(console: Console, finding: Row) -> None:
    where = finding["cell"] or (f"{finding['source_row']}행" if finding["source_row"] else "")
    place = "!".join(part for part in (finding["source_sheet"], where) if part)
    console.print(
        Text(f"  {finding['code']} {place} {finding['header'] or ''}: {finding['message_ko']}"), soft_wrap=True
    )
    console.print(Text(f"    {finding['message_en']}", "dim"), soft_wrap=True)
    console.print(Text(f"    → {finding['fix_ko']}", "dim"), soft_wrap=True)


def _show_row(console: Console, findings: list[Row]) -> None:
    """The row as it stands in the file, beside what was read of it; a mark where a finding is."""
    table = Table(box=None, padding=(0, 2), header_style="dim")
    faulty = {finding["field"] for finding in findings}
    for heading in (f"  row / 행 {findings[0]['source_row']}", "in the file / 적힌 값", "read as / 읽은 값"):
        table.add_column(heading, overflow="fold")
    # Each finding has the cell that it is about, a blank one too.
    for cell in {cell["field"]: cell for finding in findings for cell in finding["row"]}.values():
        mark = "▶ " if cell["field"] in faulty else "  "
        read = "-" if cell["read"] is None else str(cell["read"])
        table.add_row(Text(f"  {mark}{cell['header']}"), Text(cell["written"] or ""), Text(read))
    console.print(table)
