"""``sciculture query`` and ``open``: what a release answers."""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from sciculture_etl.cli.app import app
from sciculture_etl.errors import UserError
from sciculture_etl.messages import message
from sciculture_etl.settings import Settings

if TYPE_CHECKING:
    from sciculture_etl.query import Answer

Release = Annotated[
    str,
    typer.Option(
        help="Release: latest, its number (4), the beginning of its name (00004), a version (1.2, v1), or the path of a"
        " folder or database."
    ),
]


@app.command()
def query(
    sql: Annotated[
        str | None,
        typer.Argument(help="One SELECT; - or nothing: from standard input. One that begins with --: after --."),
    ] = None,
    file: Annotated[Path | None, typer.Option("--file", "-f", help="Read the SELECT from this file.")] = None,
    release: Release = "latest",
    limit: Annotated[int, typer.Option(min=0, help="Rows of the table; 0: all. Other forms have all rows.")] = 40,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV and nothing else.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON list and nothing else.")] = False,
    parquet: Annotated[
        Path | None, typer.Option(help="Write Parquet to this file; - for standard output, unless it is a terminal.")
    ] = None,
    timeout: Annotated[
        int, typer.Option(min=0, help="Seconds that the engine may work without giving a row; 0: no limit.")
    ] = 300,
) -> None:
    """Ask the current release, or another, one question in SQL; nothing else is read, and nothing is changed.

    Exit codes: 0 answered, also where no row fits; 2 the SQL can't be meant or isn't a question; 5 it took too much
    time or memory. A reader that has seen enough (`| head`) is no failure.
    """
    from sciculture_etl.query import answer_statement, bind_statement, find_database, open_database, read_statement
    from sciculture_etl.query.database import release_of

    if as_csv + as_json + (parquet is not None) > 1:
        raise UserError(message("query_one_form"))
    settings = Settings.from_environment()
    target = _parquet_target(parquet, settings) if parquet else None
    text = read_statement(sql, file)
    path = find_database(settings, release)
    _end_by_signals()
    with open_database(path) as connection, _whoever_reads():
        name = release_of(connection, path)
        answer = answer_statement(connection, bind_statement(connection, text), timeout)
        if target is not None:
            _write_parquet(answer, target)
        elif as_csv or as_json:
            _print_data(answer, as_json)
        else:
            from sciculture_etl.cli.views.query import show_answer

            show_answer(answer, name, limit or None)
        sys.stdout.flush()


def _parquet_target(path: Path, settings: Settings) -> Path | None:
    """Where Parquet goes; None is standard output.

    Raises:
        UserError: Where it is a terminal, or lies in the warehouse, which runs alone write.
    """
    if str(path) == "-":
        if sys.stdout.isatty():
            raise UserError(message("query_binary_to_terminal"))
        return path
    if path.is_char_device() and not path.samefile(os.devnull):
        raise UserError(message("query_binary_to_terminal"))
    if path.resolve().is_relative_to(settings.warehouse.resolve()):
        raise UserError(message("query_into_warehouse", path=path))
    return path


def _write_parquet(answer: Answer, target: Path) -> None:
    from sciculture_etl.query import write_parquet

    if str(target) == "-":
        write_parquet(answer, sys.stdout.buffer)
        return
    try:
        count = write_parquet(answer, target)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError, PermissionError) as error:
        raise UserError(message("file_not_writable", path=target, error=error.strerror)) from None
    print(f"{count:,} row{'s' * (count != 1)} in {target} / {count:,}행을 저장했습니다")


def _print_data(answer: Answer, as_json: bool) -> None:
    """For programs, which expect UTF-8 whatever the locale; a terminal is shown nothing that it would obey."""
    from sciculture_etl.query import write_csv, write_json
    from sciculture_etl.query.text import shown

    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="strict", newline="")
    is_terminal = sys.stdout.isatty()

    def write(text: str) -> None:
        sys.stdout.write("\n".join(map(shown, text.split("\n"))) if is_terminal else text)

    (write_json if as_json else write_csv)(answer, write)


def _leave(number: int, _frame: object) -> NoReturn:
    raise SystemExit(128 + number)


def _end_by_signals() -> None:
    """As Ctrl-C does, the others let what is half written be taken away."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, _leave)


@contextmanager
def _whoever_reads() -> Iterator[None]:
    """A reader that is gone has what it wanted."""
    try:
        yield
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(0) from None


@app.command("open")
def open_release(release: Release = "latest") -> None:
    """Open a shell on the current release, or another: DuckDB's own, read-only, until Ctrl-D.

    It keeps the release that it opened, however many are published meanwhile.
    """
    from sciculture_etl.query import find_database, open_database, release_of
    from sciculture_etl.query.shell import find_shell

    path = find_database(Settings.from_environment(), release)
    with open_database(path) as connection:
        name = release_of(connection, path)
    shell = find_shell()
    if sys.stdin.isatty():
        hint = "read-only; .tables lists the tables, Ctrl-D ends / 읽기 전용. .tables: 표 목록, Ctrl-D: 끝내기"
        print(f"release / 릴리스 {name}: {hint}", flush=True)
    os.execv(shell, [str(shell), "-readonly", str(path)])
