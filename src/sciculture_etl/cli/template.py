"""``sciculture template``: the form of a dataset as a workbook to be filled in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sciculture_etl.cli.app import app, write_asked
from sciculture_etl.errors import UserError
from sciculture_etl.messages import message


@app.command()
def template(
    dataset: Annotated[str | None, typer.Argument(help="Which form; --list names them all.")] = None,
    year: Annotated[int | None, typer.Option(help="The program year that it is for.")] = None,
    out: Annotated[Path | None, typer.Option(help="File to write; else the Korean title, in this folder.")] = None,
    submitter: Annotated[str | None, typer.Option(help="The institution that fills it in.")] = None,
    term: Annotated[int | None, typer.Option(help="The half, quarter or month that it is for.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that exists.")] = False,
    list_all: Annotated[bool, typer.Option("--list", help="Print all forms and nothing else.")] = False,
) -> None:
    """Write the form of a dataset and year as a workbook to be filled in."""
    from sciculture_etl.contracts import load_contracts
    from sciculture_etl.template import make_template, template_name
    from sciculture_etl.template.texts import words

    console, contracts = words("console"), load_contracts()
    known = "\n".join(f"  {name:<32}{contract.title.ko}" for name, contract in contracts.items())
    if list_all:
        print(known)
        return
    if dataset not in contracts:
        wrong = message("form_unknown", dataset=dataset) if dataset else message("form_missing")
        raise UserError(f"{wrong}:\n{known}")
    if year is None:
        raise UserError(message("form_needs_year"))
    contract = contracts[dataset]
    path = out or Path(template_name(contract, year, term))
    made = make_template(contract, year, term, submitter)
    if path.exists() and not force:
        raise UserError(message("form_file_exists", path=path))
    write_asked(path, made)
    print(console["written"].format(path=path, title=contract.title.ko, year=year))
