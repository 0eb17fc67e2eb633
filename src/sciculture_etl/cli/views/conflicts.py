"""Pairs of submissions of which somebody has to say which one counts, with the commands that do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from sciculture_etl.versions.conflicts import describe_conflict

MAX_CONFLICTS = 20


def show_conflicts(console: Console, conflicts: Sequence[Mapping[str, Any]]) -> None:
    """The first of them; nothing where there is none."""
    if not conflicts:
        return
    console.print(Text(f"which submission counts? / 최종본 확인 필요: {len(conflicts):,}", style="bold yellow"))
    for conflict in conflicts[:MAX_CONFLICTS]:
        question, commands = describe_conflict(conflict)
        console.print(Text(f"  {question}", style="yellow"), soft_wrap=True)
        for command in commands:
            console.print(Text(f"    → {command}", style="dim"), soft_wrap=True)
    if further := len(conflicts[MAX_CONFLICTS:]):
        console.print(f"  {further:,} more / 그 밖에 {further:,}건: mart_version_conflict")
