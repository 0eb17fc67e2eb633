"""The ``sciculture`` command.

Exit codes: 0 published, or nothing new; 2 the command was used wrongly; 3 published, but of what this run received
something was rejected or accepted in part, or a dataset-year is held; 4 publication refused, the last good release
stays; 5 failed; 6 another run holds the warehouse.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
import traceback
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sciculture_etl.settings import Settings, UserMistake

if TYPE_CHECKING:
    from sciculture_etl.pipeline import RunReport

PARTIAL, REFUSED, FAILED, BUSY = 3, 4, 5, 6


class Language(StrEnum):
    ko = "ko"
    en = "en"


app = typer.Typer(
    name="sciculture", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__
)


@app.command()
def run(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
    wait: Annotated[float, typer.Option(help="Seconds to wait for another run to end.")] = 0,
) -> None:
    """Run the nightly flow: what is new in the inbox goes all the way to a published release."""
    _nightly(extract=True, as_json=as_json, wait=wait)


@app.command()
def rebuild(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
    wait: Annotated[float, typer.Option(help="Seconds to wait for another run to end.")] = 0,
) -> None:
    """Make the build database anew from the archive alone; the release stays unless figures change."""
    from sciculture_etl.load.warehouse import discard_database, writer_lock

    settings = Settings.from_environment()
    with writer_lock(settings.warehouse, wait):
        discard_database(settings.build_database)
    _nightly(extract=False, as_json=as_json, wait=wait)


def _nightly(extract: bool, as_json: bool, wait: float) -> None:
    from flows.embedded import prefect_api

    settings = Settings.from_environment()
    started = time.monotonic()
    with prefect_api(settings.warehouse):
        _load_what_a_busy_night_needs(settings, extract)
        from flows.nightly import watch_nightly
        from sciculture_etl.console import LiveView, as_machine_report, operators_console, show_summary

        console = operators_console(quiet=as_json)
        with LiveView(console) as view:
            report = watch_nightly(view, extract, wait)
    ended = time.monotonic()
    began = view.work_began or ended
    # What Prefect needs after the work, to write down how it ended, counts as its own.
    done = view.work_ended or ended
    seconds = {"startup": began - started, "work": done - began, "shutdown": ended - done}
    exit_code = _exit_code(report)
    if as_json:
        print(json.dumps(as_machine_report(report, settings, exit_code, seconds), ensure_ascii=False, indent=1))
    else:
        show_summary(console, settings, report, seconds)
    raise typer.Exit(exit_code)


def _load_what_a_busy_night_needs(settings: Settings, extract: bool) -> None:
    """Imports Great Expectations, which takes seconds, while Prefect's API starts; not for a night with nothing new."""
    from sciculture_etl.extract import Archive, anything_new
    from sciculture_etl.validate.suites import preload

    try:
        busy = not extract or anything_new(settings.inbox, Archive(settings.archive))
    except UserMistake:
        return  # said by the run itself, where it is recorded
    if busy:
        threading.Thread(target=preload, daemon=True).start()


def _exit_code(report: RunReport) -> int:
    if report.publication.outcome == "refused":
        return REFUSED
    faulty = report.new_verdicts.get("rejected", 0) + report.new_verdicts.get("partially_accepted", 0)
    return PARTIAL if faulty or report.acceptance.held or report.extraction.unreadable else 0


@app.command()
def figures(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON list and nothing else.")] = False,
) -> None:
    """Print every published figure with what the current release gives for it and where it was published."""
    import duckdb

    from sciculture_etl.console import figures_table, operators_console
    from sciculture_etl.publish import read_figures_checked

    path = Settings.from_environment().warehouse / "sciculture.duckdb"
    if not path.exists():
        raise UserMistake(f"{path} isn't there yet: run `sciculture run` first / 먼저 `sciculture run`을 실행하세요")
    with duckdb.connect(str(path), read_only=True) as release:
        checked = read_figures_checked(release)
    if as_json:
        print(json.dumps([figure.as_dict() for figure in checked], ensure_ascii=False, indent=1))
    else:
        operators_console(width=200).print(figures_table(checked))
    raise typer.Exit(PARTIAL if any(figure.status == "differs" for figure in checked) else 0)


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
    """Tell what the nightly run would say of a file: exit code 0 accepted, 3 accepted in part, 4 rejected."""
    from sciculture_etl.check import PARTIALLY, REJECTED, as_answer, check_file
    from sciculture_etl.check_views import check_page, show_check
    from sciculture_etl.console import operators_console
    from sciculture_etl.contracts import load_contracts

    data = _bytes(file)
    checked = check_file(data, file.name, submitter, load_contracts())
    if workbook is not None:
        from sciculture_etl.feedback import Answer, answer_workbook

        workbook.write_bytes(answer_workbook(Answer(checked), data))
    if html is not None:
        html.write_text(check_page(checked, lang.value), encoding="utf-8")
    if as_json:
        print(json.dumps(as_answer(checked, lang.value), ensure_ascii=False, indent=1))
    else:
        show_check(operators_console(), checked, lang.value)
    raise typer.Exit({REJECTED: REFUSED, PARTIALLY: PARTIAL}.get(checked.verdict, 0))


def _bytes(path: Path) -> bytes:
    largest = Settings.from_environment().max_file_bytes
    try:
        if path.stat().st_size > largest:
            raise typer.BadParameter(f"{path} is larger than {largest:,} bytes / 파일이 너무 큽니다")
        return path.read_bytes()
    except OSError as error:
        raise typer.BadParameter(f"{path} can't be read ({error.strerror}) / 파일을 읽을 수 없습니다") from None


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
    from sciculture_etl.sample import write_sample

    try:
        report = write_sample(out, _years(years), scale=scale, seed=seed, datasets=dataset)
    except (ValueError, FileExistsError) as error:
        raise typer.BadParameter(str(error)) from None
    print(f"{report.file_count:,} invented files in {out}; what is true of them stands in {report.truth}")


def _years(text: str) -> range:
    """``2020`` or ``2016:2025``. Raises ValueError for anything else."""
    first, _, last = text.partition(":")
    try:
        return range(int(first), int(last or first) + 1)
    except ValueError:
        raise ValueError(f"years are given as 2020 or 2016:2025, not as {text!r}") from None


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
        raise typer.BadParameter("give either a text or --batch FILE / 글이나 --batch 파일 가운데 하나를 주세요")
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
        raise typer.BadParameter(f"{path} can't be read as UTF-8 text ({error}) / 파일을 읽을 수 없습니다") from None


def _day(text: str | None, line: int | None = None) -> date:
    if text is None:
        return date.today()
    try:
        return date.fromisoformat(text)
    except ValueError:
        where = f"line {line}: " if line else ""
        raise typer.BadParameter(
            f"{where}'{text}' is no date, write YYYY-MM-DD / 날짜는 YYYY-MM-DD로 적어 주세요"
        ) from None


def main() -> None:
    """Entry point: a user's mistake is one sentence, never a traceback."""
    from sciculture_etl.load.warehouse import Busy

    try:
        app()
    except Busy as error:
        print(f"sciculture: {error}", file=sys.stderr)
        sys.exit(BUSY)
    except UserMistake as error:
        print(f"sciculture: {error}", file=sys.stderr)
        sys.exit(FAILED)
    except BrokenPipeError:
        sys.exit(FAILED)
    except Exception as error:
        print(
            f"sciculture: failed: {_where(error)}. The last good release stays; run it again when mended",
            file=sys.stderr,
        )
        if os.environ.get("SCICULTURE_TRACEBACK"):
            raise
        sys.exit(FAILED)


def _where(error: Exception) -> str:
    """Kind and place of a failure. Its message is given only where it can't hold a cell's value."""
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if "sciculture_etl" in frame.filename]
    place = f" at {Path(own[-1].filename).name}:{own[-1].lineno}" if own else ""
    told = f" ({error})" if isinstance(error, OSError | RuntimeError) else ""
    return f"{type(error).__name__}{place}{told}"


if __name__ == "__main__":
    main()
