"""The list of commands, which is shown without importing any, is that of the commands themselves."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pkgutil import iter_modules

import typer.main
from typer import Context

from sciculture_etl import cli
from sciculture_etl.cli.commands import COMMANDS, Commands


def test_each_command_is_listed_with_the_first_paragraph_of_its_help() -> None:
    for module in iter_modules(cli.__path__):
        if module.name != "__main__":
            import_module(f"sciculture_etl.cli.{module.name}")
    group = typer.main.get_command(cli.app)
    assert isinstance(group, Commands)
    shown = {name: " ".join((command.help or "").split("\n\n")[0].split()) for name, command in group.imported.items()}
    assert shown == {name: summary for name, (_, summary) in COMMANDS.items()}


def test_each_command_is_found_where_the_list_says() -> None:
    for name in COMMANDS:
        group = typer.main.get_command(cli.app)
        assert isinstance(group, Commands)
        assert group.get_command(Context(group), name).name == name


def test_the_list_imports_neither_the_commands_nor_what_they_need() -> None:
    code = (
        "import sys; sys.argv = ['sciculture', '--help']\n"
        "from sciculture_etl.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(*sorted({'pydantic', 'polars', 'duckdb', 'prefect', 'sciculture_etl.cli.runs'} & set(sys.modules)))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "backfill" in shown
    assert shown.splitlines()[-1] == ""
