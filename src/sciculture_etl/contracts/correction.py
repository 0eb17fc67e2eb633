"""What is read otherwise than a submission has it: ``expectations/corrections/<name>.yml``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from sciculture_etl.contracts.yaml_files import Strict, explain, read_yaml, shown
from sciculture_etl.errors import ContractError
from sciculture_etl.privacy import kinds_in


def _as_cells(value: object) -> object:
    # YAML reads unquoted 12 as a number and nothing as null; a cell is a text, empty where it is blank.
    if not isinstance(value, dict):
        return value
    return {name: "" if cell is None else str(cell) for name, cell in value.items()}


Cells = Annotated[dict[str, str], BeforeValidator(_as_cells)]


class Correction(Strict):
    """Cells of one institution's year that are known to be wrong and can't be had right from it in time.

    where: field → cell, which together tell the rows meant. was: what the cells to be corrected must hold; this is the
    guard: once the institution sends something else, the correction no longer fits and the run says so. to: what they
    are read as. reason, source: why, and by what document. Cells are texts as the file has them.
    """

    correction: str
    dataset: str
    submitter: str
    program_year: int
    where: Cells = Field(min_length=1)
    was: Cells = Field(min_length=1)
    to: Cells = Field(min_length=1)
    reason: str = Field(min_length=5)
    source: str = Field(min_length=5)

    @model_validator(mode="after")
    def _guards_what_it_sets(self) -> Correction:
        if self.was.keys() != self.to.keys():
            raise ValueError("was, to: both name the same fields")
        if self.was == self.to:
            raise ValueError("to: nothing is corrected, it is what was there")
        if kinds_in(f"{self.reason} {self.source}"):
            raise ValueError("reason, source: hold personal data; leave it out")
        return self


def read_correction(path: Path, fields: dict[str, list[str]]) -> Correction:
    """One correction.

    Args:
        fields: the fields of every dataset.

    Raises:
        ContractError: Naming file and key.
    """
    try:
        correction = Correction.model_validate(read_yaml(path))
    except ValidationError as error:
        raise explain(path, error) from None
    if correction.correction != path.stem:
        raise ContractError(f"{shown(path)}: correction: {correction.correction!r} must be the file's name")
    if correction.dataset not in fields:
        raise ContractError(f"{shown(path)}: dataset: no contract is called {correction.dataset!r}")
    for key, cells in (("where", correction.where), ("was", correction.was)):
        if unknown := [name for name in cells if name not in fields[correction.dataset]]:
            raise ContractError(f"{shown(path)}: {key}: {correction.dataset} has no field {', '.join(unknown)}")
    return correction
