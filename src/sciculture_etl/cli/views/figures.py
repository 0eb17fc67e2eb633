"""Published figures beside what releases give, on the console."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from sciculture_etl.publish import Figure

SEOUL = ZoneInfo("Asia/Seoul")
# Columns of a console in which the source has room.
WIDE = 110
STATUS = {
    "equal": "[green]equal[/]", "differs": "[red]differs[/]", "incomplete": "[yellow]not all in yet[/]",
    "no_data": "[dim]no data[/]",
}  # fmt: skip


def figures_table(figures: Sequence[Figure], candidate: Mapping[str, Figure] | None = None, width: int = WIDE) -> Table:
    """Published figures with what a release gives for them, and the candidate where there is one.

    Args:
        width: of the console; in a narrow one the source is left out, so that numbers are never cut.
    """
    is_wide = width >= WIDE
    table = Table(
        title="Published figures / 공표 수치", title_justify="left", title_style="bold", box=None, padding=(0, 1)
    )
    coming = ("candidate / 후보", "") if candidate else ()
    source = ("source",) if is_wide else ()
    for heading in ("", "as published / 공표", "published", "this release", "", *coming, "year", *source):
        is_number = heading in ("published", "this release", *coming[:1])
        table.add_column(heading, justify="right" if is_number else "left")
    for figure in figures:
        table.add_row(
            figure.figure_id, _line(_short(figure.seed_text, 40)), _line(_short(figure.expected, 24)),
            _line(_short(figure.actual or "-", 24)), STATUS[figure.status],
            *(_coming(figure, candidate[figure.figure_id]) if candidate else ()),
            Text(figure.year_or_date + ("?" if figure.year_basis == "assumed" else "")),
            *([Text(figure.source)] if is_wide else []),
        )  # fmt: skip
    return table


def _line(text: str, style: str = "") -> Text:
    return Text(text, style, no_wrap=True, overflow="ellipsis")


def _short(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _coming(figure: Figure, coming: Figure) -> tuple[Text, str]:
    """The candidate's value, marked where it is another than the current release's."""
    style = "bold" if coming.actual != figure.actual else ""
    return _line(_short(coming.actual or "-", 24), style), STATUS[coming.status]


def show_figures(
    console: Console, figures: Sequence[Figure], coming: Mapping[str, Figure], candidate: dict[str, Any] | None
) -> None:
    """candidate: its manifest."""
    console.print(figures_table(figures, coming, console.width))
    if candidate is None:
        return
    built_at = datetime.fromisoformat(candidate["built_at"]).astimezone(SEOUL)
    console.print(
        Text(f"candidate of / 후보 생성 {built_at:%Y-%m-%d %H:%M}: `sciculture diff current candidate`", "bold")
    )
    show_refusals(console, candidate.get("refusals", []))


def show_refusals(console: Console, refusals: Sequence[str]) -> None:
    """Each reason, and below it a line for each submission that is behind it. No name of a file is cut."""
    for refusal in refusals:
        for line in refusal.splitlines():
            console.print(Text(f"  {line}", style="red"), soft_wrap=True)
