"""What the doctor found, for people and machines, and its progress."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.text import Text

from sciculture_etl.doctor import Check, Status
from sciculture_etl.doctor.case import BilingualPair

SIGNS = {Status.ok: ("✓", "green"), Status.remark: ("!", "yellow"), Status.fault: ("✗", "red")}
STEPS = {
    "archive": "archive / 보관소", "releases": "releases / 공표본", "copy": "copy / 복사", "prove": "compare / 대조",
}  # fmt: skip


class Examining:
    """A bar for each long step on a terminal; nothing elsewhere."""

    def __init__(self, console: Console) -> None:
        self._tasks: dict[str, TaskID] = {}
        self._progress = Progress(
            TextColumn("{task.description}"), BarColumn(bar_width=30), MofNCompleteColumn(), console=console,
            disable=not console.is_terminal, transient=True,
        )  # fmt: skip

    def __enter__(self) -> Examining:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def start(self, step: str, total: int) -> None:
        self._tasks[step] = self._progress.add_task(STEPS.get(step, step), total=total)

    def advance(self, step: str, count: int = 1) -> None:
        self._progress.advance(self._tasks[step], count)


def show_examination(console: Console, checks: list[Check], done: list[BilingualPair]) -> None:
    """A line a check, its mend below it, and how many of each there are."""
    for en, ko in done:
        console.print(Text(f"repaired / 복구함: {en} / {ko}", style="green"), soft_wrap=True)
    for check in checks:
        sign, colour = SIGNS[check.verdict]
        line = Text(f"{sign} ", style=colour) + Text(f"{check.area}: {check.found[0]} / {check.found[1]}", style="")
        console.print(line, soft_wrap=True)
        if check.repair[0]:
            console.print(Text(f"    → {check.repair[0]} / {check.repair[1]}", style=colour), soft_wrap=True)
    faults, remarks = (sum(check.verdict is verdict for check in checks) for verdict in (Status.fault, Status.remark))
    if not faults and not remarks:
        console.print(Text("healthy / 이상 없음", style="green"))
        return
    console.print(f"{faults} faults, {remarks} remarks / 장애 {faults}건, 참고 {remarks}건")
    if any(check.safe for check in checks):
        console.print("sciculture doctor --fix repairs what is safe / 안전한 것은 sciculture doctor --fix가 복구합니다")


def as_machine_examination(checks: list[Check], done: list[BilingualPair], exit_code: int) -> dict[str, Any]:
    """The same as JSON."""
    return {
        "exit_code": exit_code,
        "mended": [{"en": en, "ko": ko} for en, ko in done],
        "checks": [
            {
                "area": check.area, "verdict": check.verdict.value, "found_en": check.found[0],
                "found_ko": check.found[1], "mend_en": check.repair[0], "mend_ko": check.repair[1], "safe": check.safe,
            }
            for check in checks
        ],
    }  # fmt: skip
