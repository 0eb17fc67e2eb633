"""How far the writing of many files has come, on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

LABEL = "write invented files / 가상 파일 작성"


@contextmanager
def files_counted() -> Iterator[Callable[[int, int], None]]:
    """Yields what is to be told after each file how many stand there, and of how many."""
    console = Console(stderr=True)
    with Progress(
        SpinnerColumn(finished_text="✓"), TextColumn("{task.description}"), BarColumn(bar_width=30),
        MofNCompleteColumn(), TimeElapsedColumn(), console=console, disable=not console.is_terminal,
    ) as progress:  # fmt: skip
        task = progress.add_task(LABEL, total=None)

        def written(done: int, of: int) -> None:
            progress.update(task, completed=done, total=of)

        yield written
