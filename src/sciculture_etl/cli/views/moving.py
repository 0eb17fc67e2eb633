"""What an operator sees of a move of tables."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from sciculture_etl.pipeline.moving import Moved


def show_moved(console: Console, moved: Moved) -> None:
    """What was moved where, and what is to be set."""
    if moved.was_complete:
        console.print(
            Text(f"the tables were there already, equal to those in {moved.source}, which are removed now"
                 " / 표가 이미 같은 내용으로 옮겨져 있어, 이전 위치의 표만 삭제했습니다", style="green"),
            soft_wrap=True,
        )  # fmt: skip
    elif moved.tables:
        console.print(
            Text(f"moved {moved.tables:,} tables with {moved.rows:,} rows, each compared with the old one"
                 f" / 표 {moved.tables:,}개, {moved.rows:,}행을 옮기고 모두 대조했습니다", style="green"),
            soft_wrap=True,
        )  # fmt: skip
    else:
        console.print(
            Text("no table was copied: the next run reads the archive"
                 " / 표를 복사하지 않았습니다. 다음 실행이 보관소에서 다시 읽습니다", style="yellow"),
            soft_wrap=True,
        )  # fmt: skip
    console.print(
        "set on every machine, in sciculture.env or the environment; runs with other settings are turned away"
        " / 모든 기기의 sciculture.env나 환경 변수에 설정해 주세요. 다른 설정으로는 실행할 수 없습니다:",
        soft_wrap=True,
    )
    for name, value in moved.settings.items():
        console.print(Text(f"  {name}={value}"), soft_wrap=True)
