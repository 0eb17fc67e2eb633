"""What releases may lack or give otherwise from now on: ``expectations/removals/<name>.yml``, each a list.

An entry names what goes, why, and what to use instead. Without one a release that lacks something is refused, unless
it was deprecated and its time has passed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from sciculture_etl.contracts.deprecation import Names
from sciculture_etl.contracts.table_contract import TableContract
from sciculture_etl.contracts.yaml_files import BilingualText, Strict, explain, read_yaml
from sciculture_etl.errors import ContractError
from sciculture_etl.messages import message
from sciculture_etl.project import EXPECTATIONS, Folder, files_of

STEPS = ("type", "unit", "additive", "grain")


def _as_text(value: Any) -> Any:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else value


class Step(Strict):
    """From what to what something changes; of a grain, the columns."""

    was: Annotated[str | None, BeforeValidator(_as_text)]
    now: Annotated[str | None, BeforeValidator(_as_text)]


class Removal(Strict):
    """One thing that goes, or that comes to mean something else.

    Attributes:
        what: ``table``, ``table.column``, or ``table.column=code``.
        reason: for readers.
        use: columns or tables that take its place.
        is_early: it goes although it was to be kept longer.
        type, unit, additive, grain: what it changes, where it stays.
    """

    what: str
    reason: BilingualText
    use: Names = Field(default_factory=list)
    is_early: bool = False
    type: Step | None = None
    unit: Step | None = None
    additive: Step | None = None
    grain: Step | None = None

    @property
    def steps(self) -> dict[str, Step]:
        return {kind: step for kind in STEPS if (step := getattr(self, kind)) is not None}

    @model_validator(mode="after")
    def _changes_something(self) -> Removal:
        for kind, step in self.steps.items():
            if step.was == step.now:
                raise ValueError(f"{kind}: nothing changes, it is what it was")
        return self


class _Removals(Strict):
    removals: list[Removal]


def load_removals(folder: Folder = EXPECTATIONS) -> list[Removal]:
    """All that is announced.

    Raises:
        ContractError: Naming file and key.
    """
    found: list[Removal] = []
    for path in files_of(folder, "removals/*.yml"):
        try:
            found += _Removals.model_validate({"removals": read_yaml(path) or []}).removals
        except ValidationError as error:
            raise explain(path, error) from None
    return found


def check_removals(removals: list[Removal], table_contracts: Mapping[str, TableContract]) -> None:
    """An entry left behind would let go unannounced what has come back.

    Raises:
        ContractError: Where something is still there that is said to be gone.
    """
    for removal in removals:
        if not removal.steps and _is_there(removal.what, table_contracts):
            raise ContractError(message("removal_still_there", what=removal.what))


def _is_there(what: str, table_contracts: Mapping[str, TableContract]) -> bool:
    place, _, code = what.partition("=")
    name, _, column = place.partition(".")
    table = table_contracts.get(name)
    if table is None or table.audience != "public":
        return False
    if not column:
        return True
    if column not in table.columns:
        return False
    return not code or code in table.columns[column].codes
