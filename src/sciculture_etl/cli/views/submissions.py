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
MOST_FINDINGS = 20


def _table(*columns: str) -> Table:
    table = Table(box=None, padding=(0, 2), header_style="bold")
    for column in columns:
        table.add_column(column, justify="right" if column.split(" ")[0] in ("rows", "errors", "days") else "left")
    return table


def _day(moment: str | None) -> str:
    return moment[:16].replace("T", " ") if moment else ""


def show_list(console: Console, rows: list[Row]) -> None:
    table = _table(
        "submission", "received / 받은 때", "state / 상태", "dataset", "year", "rows loaded/read", "errors", "file"
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
            str(row["days_late"] or ""), row["verdict"],
        )  # fmt: skip
    console.print(table)
    counts = Counter(row["status"] for row in rows)
    console.print(f"{len(rows):,} expected / 내야 할 것: {', '.join(f'{s} {n:,}' for s, n in sorted(counts.items()))}")


def _lines(story: Row) -> list[tuple[str, str]]:
    """The story in the order in which it happened: what, and what there is to say of it."""
    first, *again = story["receipts"]
    lines = [
        ("received / 받음", f"{_day(first['received_at'])}  {first['path']} ({story['byte_count']:,} bytes)"),
        ("read / 읽음", f"{story['format'] or '-'}: {story['datasets'] or 'no known form / 아는 서식 없음'}"
         f"{' · ' + story['program_years'] if story['program_years'] else ''}"),
        ("rows / 행", f"{story['rows_read']:,} read = {story['rows_loaded']:,} loaded + "
         f"{story['rows_quarantined']:,} quarantined + {story['rows_left_out']:,} left out"),
        ("verdict / 판정", f"{story['verdict']}: {story['error_count']:,} errors, {story['warning_count']:,} warnings"),
    ]  # fmt: skip
    lines += [
        ("corrected / 바로잡음", f"{c['correction']} ({c['status']}): {c['reason']}") for c in story["corrections"]
    ]
    for version in story["versions"]:
        what = f"{version['dataset']} {version['program_year']} {version['period_key'] or 'whole year'}"
        by = f" by {version['superseded_by']}" if version["superseded_by"] else ""
        lines.append(("counts / 집계", f"{what}: {version['row_count']:,} rows, {version['standing']}{by}"))
    lines += [("replaces / 대신함", f"{other['submission_id']}  {other['source_file']}") for other in story["replaces"]]
    lines += [("came again / 다시 받음", f"{_day(r['received_at'])}  {r['path']}") for r in again]
    lines += [(DECIDED[d["kind"]], f"{_day(d['decided_at'])}  {d['reason']}") for d in story["decisions"]]
    lines.append(("releases / 릴리스", ", ".join(story["releases"]) or "none / 없음"))
    return lines


def show_story(console: Console, story: Row) -> None:
    state = story["state"]
    console.print(Text(f"{story['submission_id']}  {story['submitter'] or '?'}  {state}", STYLE.get(state, "green")))
    table = Table(box=None, show_header=False, padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for label, text in _lines(story):
        table.add_row(label, Text(text))
    console.print(table)
    findings = story["findings"]
    if findings:
        console.print(Text("findings / 지적", "bold"))
    for finding in findings[:MOST_FINDINGS]:
        where = finding["cell"] or (f"{finding['source_row']}행" if finding["source_row"] else "")
        place = "!".join(part for part in (finding["source_sheet"], where) if part)
        console.print(
            Text(f"  {finding['code']} {place} {finding['header'] or ''}: {finding['message_ko']}"), soft_wrap=True
        )
        console.print(Text(f"    → {finding['fix_ko']}", "dim"), soft_wrap=True)
    if len(findings) > MOST_FINDINGS:
        console.print(f"  {len(findings) - MOST_FINDINGS:,} more, see --json / 나머지는 --json으로 볼 수 있습니다")
