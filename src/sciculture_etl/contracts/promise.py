"""What a modelled table promises: ``expectations/curated/<table>.yml``."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, model_validator

from sciculture_etl.contracts.expectation import Expectation, wrong_columns
from sciculture_etl.contracts.words import Strict, Words, explain, read_yaml, shown
from sciculture_etl.errors import ContractError
from sciculture_etl.messages import nearest_names
from sciculture_etl.project import EXPECTATIONS, Folder, files_of

NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE")
# Whatever else a column of a table may hold.
OTHERS = ("BOOLEAN", "DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "VARCHAR")
# Units of numbers that tell rows apart and measure nothing.
LABELS = ("year", "month", "term", "half", "quarter", "number", "row")


class PromiseColumn(Strict):
    """unit: of a number. additive: whether it may be added up over regions and terms; distinct counts may not."""

    type: str
    unit: str | None = None
    additive: bool | None = None
    description: Words

    @model_validator(mode="after")
    def _says_its_unit(self) -> PromiseColumn:
        if self.type.removesuffix("[]") not in (*NUMBERS, *OTHERS):
            near = nearest_names(self.type, [*NUMBERS, *OTHERS])
            raise ValueError(f"type: no such type of a column: {self.type!r}; nearest: {near}")
        if self.type in NUMBERS and not self.unit:
            raise ValueError("unit: a column of numbers says what it counts")
        if self.type in NUMBERS and self.additive is None and self.unit not in LABELS:
            raise ValueError("additive: whether the numbers may be added up over regions and terms")
        return self


class Promise(Strict):
    """What one modelled table promises. It becomes COMMENT ON in the database.

    audience: public (in ``sciculture.duckdb``), operator (in ``operations.duckdb``), internal (build database only).
    made_by: sql (a file of ``sql/``), or publication: what a release tells of those before it. Such a table depends on
    what was published when, so it is no part of what a rebuild reproduces.
    by_submission: every row comes from one submission alone (its ``submission_id``) and from tables that say what names
    mean; so when only some submissions change, only their rows are made again.
    """

    table: str
    audience: Literal["public", "operator", "internal"]
    description: Words
    grain: list[str]
    by_submission: bool = False
    made_by: Literal["sql", "publication"] = "sql"
    columns: dict[str, PromiseColumn]
    suite: list[Expectation] = Field(default_factory=list)

    @model_validator(mode="after")
    def _grain_is_promised(self) -> Promise:
        if unknown := [name for name in self.grain if name not in self.columns]:
            raise ValueError(f"grain: no such column: {', '.join(unknown)}")
        if wrong := wrong_columns(self.suite, self.columns):
            raise ValueError(wrong)
        if self.by_submission and "submission_id" not in self.columns:
            raise ValueError("by_submission: the table has no column submission_id")
        return self


def read_promise(path: Path) -> Promise:
    """One promise. Raises ContractError naming file and key."""
    try:
        promise = Promise.model_validate(read_yaml(path))
    except ValidationError as error:
        raise explain(path, error) from None
    if promise.table != path.stem:
        raise ContractError(f"{shown(path)}: table: {promise.table!r} must be the file's name, {path.stem!r}")
    return promise


@lru_cache
def load_promises(folder: Folder = EXPECTATIONS) -> dict[str, Promise]:
    """All promises by table name. folder: holds ``curated``."""
    return {path.stem: read_promise(path) for path in files_of(folder, "curated/*.yml")}
