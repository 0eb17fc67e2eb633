"""Years of datasets and their states, on the console."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

STATES = {"open": "open / 접수 중", "provisional": "provisional / 잠정", "closed": "closed / 마감"}
STYLE = {"open": "green", "provisional": "yellow", "closed": "bold"}


def show_years(console: Console, rows: Sequence[dict[str, Any]]) -> None:
    table = Table(box=None, padding=(0, 2), header_style="bold")
    for column in (
        "dataset",
        "year",
        "state / 상태",
        "since",
        "waiting / 대기",
        "reopened for / 재개방",
        "reason / 사유",
    ):
        table.add_column(column, justify="right" if column.startswith("waiting") else "left")
    for row in rows:
        revised = " · revised / 수정됨" if row["is_revised"] else ""
        asked = f"{row['asked_for']} asked for by {row['asked_by']} / 요청" if row["asked_for"] else ""
        reopened = [f"{one['submitter'] or 'all / 전체'} ~{one['until']}" for one in row["reopened"]]
        table.add_row(
            row["dataset"], str(row["program_year"]), Text(STATES[row["state"]] + revised, STYLE[row["state"]]),
            row["since"] or "", str(row["waiting"] or ""), Text("\n".join(reopened)),
            Text(" · ".join(text for text in (row["reason"], row["by"], asked) if text)),
        )  # fmt: skip
    console.print(table)
    counts = Counter(row["state"] for row in rows)
    console.print(f"{len(rows):,} years / 연도: {', '.join(f'{s} {n:,}' for s, n in sorted(counts.items()))}")
