"""``sciculture region``: which administrative division a place text means."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from sciculture_etl.cli.app import app
from sciculture_etl.messages import message


@app.command()
def region(
    text: Annotated[str | None, typer.Argument(help="A place as someone wrote it.")] = None,
    on: Annotated[str | None, typer.Option(help="The day meant, YYYY-MM-DD; today by default.")] = None,
    batch: Annotated[Path | None, typer.Option(help="File of lines: text, tab, date. Prints a JSON line each.")] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Show the steps that led there.")] = False,
) -> None:
    """Resolve a Korean place text on a day: status, codes, official name, candidates, as JSON."""
    from sciculture_etl.regions import as_json, resolve

    if (text is None) == (batch is None):
        raise typer.BadParameter(message("region_needs_text_or_batch"))
    if text is not None:
        found = as_json(resolve(text, _day(on)), explain)
        print(json.dumps(found, ensure_ascii=False, indent=1))
        return
    for number, line in enumerate(_lines(batch or Path()), start=1):
        written, _, day = line.partition("\t")
        found = as_json(resolve(written, _day(day.strip() or on, number)), explain)
        print(json.dumps({"text": written, **found}, ensure_ascii=False))


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise typer.BadParameter(message("file_not_utf8", path=path, error=error)) from None


def _day(text: str | None, line: int | None = None) -> date:
    if text is None:
        return date.today()
    try:
        return date.fromisoformat(text)
    except ValueError:
        if line:
            raise typer.BadParameter(message("date_invalid_in_line", line=line, text=text)) from None
        raise typer.BadParameter(message("date_invalid", text=text)) from None
