"""Lists of submissions and the story of one, on the console."""

from __future__ import annotations

from collections import Counter
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

Row = dict[str, Any]
STYLE = {
    "rejected": "red", "missing": "red", "partially_accepted": "yellow", "late": "yellow", "superseded": "dim",
    "withdrawn": "dim", "duplicate": "dim", "due": "dim",
}  # fmt: skip
DECIDED = {"withdrawn": "withdrawn / 철회", "reinstated": "reinstated / 철회 취소"}
MAX_FINDINGS = 20


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
        lines.append(("counts / 집계", f"{what}: {version['row_count']:,} rows, {version['standing']}{by}"))
    lines += [("replaces / 대체", f"{other['submission_id']}  {other['source_file']}") for other in history["replaces"]]
    lines += [("received again / 재접수", f"{_day(r['received_at'])}  {r['path']}") for r in later_receipts]
    lines += [(DECIDED[d["kind"]], f"{_day(d['decided_at'])}  {d['reason']}") for d in history["decisions"]]
    lines.append(("releases / 릴리스", ", ".join(history["releases"]) or "none / 없음"))
    return lines


def show_history(console: Console, history: Row) -> None:
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
    findings = history["findings"]
    if findings:
        console.print(Text("findings / 지적 사항", "bold"))
    for finding in findings[:MAX_FINDINGS]:
        where = finding["cell"] or (f"{finding['source_row']}행" if finding["source_row"] else "")
        place = "!".join(part for part in (finding["source_sheet"], where) if part)
        console.print(
            Text(f"  {finding['code']} {place} {finding['header'] or ''}: {finding['message_ko']}"), soft_wrap=True
        )
        console.print(Text(f"    → {finding['fix_ko']}", "dim"), soft_wrap=True)
    if len(findings) > MAX_FINDINGS:
        console.print(f"  {len(findings) - MAX_FINDINGS:,} more, see --json / 나머지는 --json으로 볼 수 있습니다")
