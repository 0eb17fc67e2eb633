"""``sciculture check`` and ``sample``: files that institutions send, judged or invented."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from sciculture_etl.cli.app import PARTIAL, REFUSED, Language, app, write_asked
from sciculture_etl.errors import UserError
from sciculture_etl.loading import many_modules
from sciculture_etl.messages import message
from sciculture_etl.settings import Limits, Settings
from sciculture_etl.watching import end_watch, run_watched


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="A file as an institution would send it.")],
    submitter: Annotated[str | None, typer.Option(help="Who sends it; else whom the file names.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
    html: Annotated[Path | None, typer.Option(help="Write the answer as a page, too.")] = None,
    workbook: Annotated[
        Path | None, typer.Option(help="Write the .xlsx that the institution would get, in Korean, too.")
    ] = None,
    lang: Annotated[Language, typer.Option(help="Language of the answer.")] = Language.ko,
) -> None:
    """Validate a file exactly as the nightly run would: exit code 0 accepted, 3 accepted in part, 4 rejected."""
    limits = Settings.from_environment().limits
    data = _bytes(file, limits)
    ended_by = run_watched(limits.cpu_seconds_of(len(data)), limits.memory_bytes)

    with many_modules():
        from sciculture_etl.cli.views.check import check_page, show_check
        from sciculture_etl.cli.views.console import operators_console
        from sciculture_etl.contracts import load_contracts
        from sciculture_etl.findings import why_ended
        from sciculture_etl.intake.check import PARTIALLY, REJECTED, as_answer, check_file, refused_file

    if ended_by is None:
        checked = check_file(data, file.name, submitter, load_contracts(), limits)
    else:
        checked = refused_file(file.name, submitter, why_ended(ended_by, limits, len(data)))
    if workbook is not None:
        from sciculture_etl.feedback import Answer, answer_workbook

        write_asked(workbook, answer_workbook(Answer(checked), data), is_private=True)
    if html is not None:
        write_asked(html, check_page(checked, lang.value).encode(), is_private=True)
    end_watch()
    if as_json:
        print(json.dumps(as_answer(checked, lang.value), ensure_ascii=False, indent=1))
    else:
        show_check(operators_console(), checked, lang.value)
    raise typer.Exit({REJECTED: REFUSED, PARTIALLY: PARTIAL}.get(checked.verdict, 0))


def _bytes(path: Path, limits: Limits) -> bytes:
    largest = limits.file_bytes
    try:
        if path.stat().st_size > largest:
            raise typer.BadParameter(message("file_too_large", path=path, limit=largest))
        return path.read_bytes()
    except OSError as error:
        raise typer.BadParameter(message("file_unreadable", path=path, error=error.strerror)) from None


@app.command()
def sample(
    out: Annotated[Path, typer.Option(help="Folder to write the submissions to; an inbox.")],
    years: Annotated[
        str, typer.Option("--years", "--year", help="A program year, or the first and the last as 2016:2025.")
    ] = "2020",
    dataset: Annotated[
        list[str] | None, typer.Option(help="Only this dataset; may be given several times. All by default.")
    ] = None,
    scale: Annotated[int, typer.Option(min=1, help="So many times the class rows.")] = 1,
    seed: Annotated[int, typer.Option(help="Another seed, other splits; the totals stay.")] = 2020,
) -> None:
    """Write invented sample submissions whose true totals are the published figures."""
    from sciculture_etl.cli.views.writing import files_counted
    from sciculture_sample import write_sample

    try:
        with files_counted() as written:
            report = write_sample(out, _years(years), scale=scale, seed=seed, datasets=dataset, written=written)
    except (ValueError, OSError) as error:
        if not isinstance(error, ValueError | FileExistsError | FileNotFoundError | NotADirectoryError):
            raise
        reason = getattr(error, "strerror", None)
        raise UserError(message("file_not_writable", path=out, error=reason) if reason else str(error)) from None
    print(f"{report.file_count:,} invented files in {out}; what is true of them stands in {report.truth}")


def _years(text: str) -> range:
    """``2020`` or ``2016:2025``.

    Raises:
        ValueError: For anything else.
    """
    first, _, last = text.partition(":")
    try:
        return range(int(first), int(last or first) + 1)
    except ValueError:
        raise ValueError(f"years are given as 2020 or 2016:2025, not as {text!r}") from None
