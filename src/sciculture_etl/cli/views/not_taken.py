"""What a run did not take, or took again: a line each, of thousands the first ones."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

if TYPE_CHECKING:
    from sciculture_etl.extract import Extraction

MAX_LISTED = 20


def show_not_taken(console: Console, extraction: Extraction) -> None:
    """Channels, folders and files of a run that someone should look at; of each kind at most ``MAX_LISTED``."""
    hidden = extraction.hidden_folders.items()
    kinds: list[tuple[str, str, Iterable[str]]] = [
        ("channel unreachable / 접수 경로 연결 불가", "red", _with_reason(extraction.unreachable)),
        (
            "hidden folder, not taken / 숨김 폴더이므로 접수하지 않음", "yellow",
            [f"{folder} ({count:,} files / 개)" for folder, count in hidden],
        ),
        ("taken again, the archive had lost it / 보관소에서 없어져 다시 접수", "", extraction.restored),
        ("missing from the archive / 보관소에 없음", "yellow", _with_reason(extraction.lost)),
        ("not taken / 접수하지 않음", "yellow", _with_reason(extraction.unreadable)),
    ]  # fmt: skip
    for label, style, found in kinds:
        lines = list(found)
        for line in lines[:MAX_LISTED]:
            console.print(Text(f"  {label}: {line}", style=style), soft_wrap=True)  # it may hold a line to copy
        if lines[MAX_LISTED:]:
            console.print(Text(f"  {label}: +{len(lines) - MAX_LISTED:,} (--json)", style=style), soft_wrap=True)


def _with_reason(found: dict[str, str]) -> Iterable[str]:
    return [f"{name}: {reason}" for name, reason in found.items()]
