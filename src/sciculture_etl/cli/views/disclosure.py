"""What is withheld of few persons, on the operator's console."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

MAX_LISTED = 200
SYMBOLS = {"x": "x withheld / 비밀보호", "…": "… not yet, year not closed / 마감 전 미공개"}


def _table(*columns: str) -> Table:
    table = Table(box=None, padding=(0, 2), header_style="bold")
    for column in columns:
        table.add_column(column, justify="right" if column.startswith(("numbers", "between")) else "left")
    return table


def _between(row: dict[str, Any]) -> str:
    low, high = ("∞" if row[name] is None else f"{row[name]:,.0f}" for name in ("lowest", "highest"))
    return f"{low}–{high}"


def show_disclosures(console: Console, found: dict[str, Any]) -> None:
    table = _table("table / 표", "column / 열", "why / 사유", "numbers / 건")
    for row in found["withheld"]:
        table.add_row(row["table"], row["measure"], SYMBOLS.get(row["mark"], row["mark"]), f"{row['numbers']:,}")
    console.print(table)
    for name, title in (
        ("refused", "refused, not published / 공표 거부"),
        ("requested", "asked to be let through / 공개 요청"),
        ("given_away", "given away by earlier releases / 지난 릴리스에서 드러남"),
        ("accepted", "let through / 공개 허용"),
    ):
        rows = found[name]
        console.print(f"{title}: {len(rows):,}")
        for row in rows[:MAX_LISTED]:
            about = [row.get("release_id") or ", ".join(row.get("takes", [])), row.get("reason"), row.get("by")]
            console.print(Text(f"  {row['cell']}  {' · '.join(text for text in about if text)}".rstrip()))
        if len(rows) > MAX_LISTED:
            console.print(f"  +{len(rows) - MAX_LISTED:,} (--json)")


def show_withheld(console: Console, rows: Sequence[dict[str, Any]]) -> None:
    table = _table("number / 수치", "why / 사유")
    for row in rows:
        table.add_row(Text(row["cell"]), SYMBOLS.get(row["mark"], row["mark"]))
    console.print(table)
    console.print(f"{len(rows):,} numbers / 건")


def show_number(console: Console, found: dict[str, Any]) -> None:
    mark = SYMBOLS.get(found["mark"], "shown / 공개") if found["mark"] else "shown or gone / 공개 또는 없음"
    table = _table("number / 수치", "why / 사유", "between / 구간")
    table.add_row(Text(found["cell"]), mark, _between(found))
    console.print(table)
    for line in found["ledger"]:
        about = [line["kind"], line["release_id"], _between(line), line["reason"], line["by"], line["decided_at"]]
        console.print(Text("  " + " · ".join(text for text in about if text)))
