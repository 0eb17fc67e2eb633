"""What a modelled table promises: ``expectations/curated/<table>.yml``."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator

from sciculture_etl.contracts.contract import Contract, load_contracts
from sciculture_etl.contracts.deprecation import Deprecation
from sciculture_etl.contracts.disclosure import LEVEL, LEVEL_CODE, Disclosure, symbol_column
from sciculture_etl.contracts.expectation import Expectation, wrong_columns
from sciculture_etl.contracts.inherited import Inheritance, stated_once
from sciculture_etl.contracts.yaml_files import BilingualText, Strict, explain, read_yaml, shown
from sciculture_etl.errors import ContractError
from sciculture_etl.messages import nearest_names
from sciculture_etl.project import EXPECTATIONS, Folder, files_of

STATUS, MEASURE, YEAR = "status", "measure", "program_year"
NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE")
# Whatever else a column of a table may hold.
OTHERS = ("BOOLEAN", "DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "VARCHAR")
# The columns of a grain that say which years of which datasets a row rests on.
STATUS_KEY = ("program_code", "program_year", "event_year", "reference_date")
# Units of numbers that tell rows apart and measure nothing.
LABELS = ("year", "month", "term", "half", "quarter", "number", "row")


class TableColumn(Strict):
    """A column of a modelled table.

    Attributes:
        unit: of a number.
        additive: whether it may be added up over regions and terms; distinct counts may not.
        codes: all that it may hold, each with its meaning. The suite holds the rows to them.
        deprecated: since when it is going to be removed, and how long it is kept.
    """

    type: str
    unit: str | None = None
    additive: bool | None = None
    codes: dict[str, BilingualText] = Field(default_factory=dict)
    deprecated: Deprecation | None = None
    description: BilingualText

    @model_validator(mode="after")
    def _check_unit(self) -> TableColumn:
        if self.type.removesuffix("[]") not in (*NUMBERS, *OTHERS):
            near = nearest_names(self.type, [*NUMBERS, *OTHERS])
            raise ValueError(f"type: no such type of a column: {self.type!r}; nearest: {near}")
        if self.type in NUMBERS and not self.unit:
            raise ValueError("unit: a column of numbers says what it counts")
        if self.type in NUMBERS and self.additive is None and self.unit not in LABELS:
            raise ValueError("additive: whether the numbers may be added up over regions and terms")
        return self


class WorkbookRows(Strict):
    """Which rows of a table a workbook holds, where it isn't to hold all.

    Attributes:
        where: SQL of the rows that it holds.
        note: what it says of the others.
    """

    where: str
    note: BilingualText


class TableContract(Strict):
    """What one modelled table promises. It becomes COMMENT ON in the database.

    audience: public (in ``sciculture.duckdb``), operator (in ``operations.duckdb``), internal (build database only).
    made_by: sql (a file of ``sql/``), or publication: what a release tells of those before it. Such a table depends on
    what was published when, so it is no part of what a rebuild reproduces.
    by_submission: every row comes from one submission alone (its ``submission_id``) and from tables that say what names
    mean; so when only some submissions change, only their rows are rebuilt.
    columns: in the file, they may be taken from a form or another table (``inherited``). Published marts have
    ``status`` beside them.
    taken_from: of the columns that ``'*'`` stood for in the file, the dataset or fact that states them. No part of what
    is promised.
    is_code_list: whether its rows are codes kept by hand, one each, so that none goes unannounced.
    deprecated: of the table as a whole.
    disclosure: what is withheld of the persons that it counts. Each column that may be withheld then has a column of
    symbols beside it, ``<column>_status``, last of all.
    workbook: which of its rows workbooks hold; none: all.
    has_status: whether the model adds ``status`` to the rows that the SELECT gives. It follows from what else is said.
    """

    table: str
    audience: Literal["public", "operator", "internal"]
    description: BilingualText
    grain: list[str]
    by_submission: bool = False
    made_by: Literal["sql", "publication"] = "sql"
    columns: dict[str, TableColumn]
    taken_from: dict[str, str] = Field(default_factory=dict, exclude=True)
    has_status: bool = Field(default=False, exclude=True)
    suite: list[Expectation] = Field(default_factory=list)
    disclosure: Disclosure | None = None
    workbook: WorkbookRows | None = None
    is_code_list: bool = False
    deprecated: Deprecation | None = None

    @property
    def status_key(self) -> list[str]:
        """The columns of the grain on which the status of a row depends; none: it is the same in all rows."""
        return [name for name in self.grain if name in STATUS_KEY]

    @property
    def is_long(self) -> bool:
        """Whether each row is one measure, named in ``measure``, with its number in one of ``VALUES``."""
        return MEASURE in self.grain

    @property
    def symbol_columns(self) -> list[str]:
        """The columns that say of the others why they are empty. Only what is shown has them, not the model's table."""
        if self.disclosure is None:
            return []
        symbols = self.disclosure.symbol_columns(self.is_long, self.columns)
        return [name for name in self.columns if name in symbols]

    @property
    def exact_columns(self) -> dict[str, TableColumn]:
        """The columns of the model's own table."""
        symbols = self.symbol_columns
        return {name: column for name, column in self.columns.items() if name not in symbols}

    @property
    def title(self) -> BilingualText:
        """The description without what it says in brackets."""
        return self.description.without_brackets

    @model_validator(mode="after")
    def _check_grain(self) -> TableContract:
        if unknown := [name for name in self.grain if name not in self.columns]:
            raise ValueError(f"grain: no such column: {', '.join(unknown)}")
        exact = self.exact_columns
        if wrong := wrong_columns(self.suite, exact):
            raise ValueError(wrong)
        if self.disclosure and (wrong := self.disclosure.wrong_columns(self.is_long, exact)):
            raise ValueError(f"disclosure: {wrong}")
        if self.by_submission and "submission_id" not in self.columns:
            raise ValueError("by_submission: the table has no column submission_id")
        if self.is_code_list and len(self.grain) != 1:
            raise ValueError("is_code_list: its grain is the column of the code alone")
        self.suite.extend(
            Expectation(type="expect_column_values_to_be_in_set", kwargs={"column": name, "value_set": [*column.codes]})
            for name, column in exact.items()
            if column.codes
        )
        return self


def _is_published_mart(raw: dict[str, Any]) -> bool:
    is_mart = str(raw.get("table")).startswith("mart_")
    return is_mart and raw.get("audience") == "public" and raw.get("made_by", "sql") == "sql"


def _with_symbols(raw: dict[str, Any], columns: dict[str, Any]) -> dict[str, Any]:
    """The columns of a table with those that say why a number is withheld."""
    if raw.get("disclosure") is None:
        return columns
    stated = stated_once()["withheld"]
    is_long = MEASURE in (raw.get("grain") or ())
    for name in Disclosure.model_validate(raw["disclosure"]).withheld_columns(is_long, columns):
        words = {language: text.format(column=name) for language, text in stated["description"].items()}
        columns = columns | {symbol_column(name): stated | {"description": words}}
    return columns


def _table_contract(path: Path, raw: Any, inheritance: Inheritance) -> TableContract:
    try:
        if isinstance(raw, dict) and isinstance(raw.get("columns"), dict):
            columns, taken_from = inheritance.complete(path, raw["columns"])
            raw = raw | {"columns": columns, "taken_from": taken_from}
            if has_status := _is_published_mart(raw) and STATUS not in columns:
                columns = columns | {STATUS: stated_once()["marts"][STATUS]}
            columns = _with_symbols(raw, columns)
            raw = raw | {"columns": columns, "has_status": has_status}
        table_contract = TableContract.model_validate(raw)
    except ValidationError as error:
        raise explain(path, error) from None
    if table_contract.table != path.stem:
        raise ContractError(f"{shown(path)}: table: {table_contract.table!r} must be the file's name, {path.stem!r}")
    return table_contract


def read_table_contract(path: Path) -> TableContract:
    """One promise, which inherits from the files beside it and from the contracts of the project.

    Raises:
        ContractError: Naming file and key.
    """
    found = {one.stem: read_yaml(one) for one in path.parent.glob("*.yml")}
    return _table_contract(path, found[path.stem], Inheritance(found, load_contracts()))


@lru_cache
def load_table_contracts(folder: Folder = EXPECTATIONS) -> dict[str, TableContract]:
    """All table contracts by table name.

    Args:
        folder: holds ``curated`` and ``submissions``.
    """
    # What is kept is known by what was given: named, the default would be read once more.
    contracts = load_contracts() if folder is EXPECTATIONS else load_contracts(folder)
    return table_contracts_over(contracts, folder)


def table_contracts_over(contracts: dict[str, Contract], folder: Folder = EXPECTATIONS) -> dict[str, TableContract]:
    """The same, where facts take their columns from these contracts of forms."""
    paths = files_of(folder, "curated/*.yml")
    found = {path.stem: read_yaml(path) for path in paths}
    inheritance = Inheritance(found, contracts)
    made = {path.stem: _table_contract(path, found[path.stem], inheritance) for path in paths}
    for path in paths:
        if wrong := _wrong_sums(made[path.stem], made):
            raise ContractError(f"{shown(path)}: disclosure.sums: {wrong}")
    return made


def _wrong_sums(table_contract: TableContract, table_contracts: dict[str, TableContract]) -> str:
    """What the sums of a table say that can't be so, in words; empty where nothing is wrong."""
    for one in table_contract.disclosure.every_sum if table_contract.disclosure else ():
        cells = table_contracts.get(one.of)
        if cells is None:
            return f"of: no such table: {one.of!r}; nearest: {nearest_names(one.of, list(table_contracts))}"
        used = [*one.by.values(), *one.cells, *one.persons.values()]
        if unknown := [name for name in used if name not in cells.exact_columns]:
            near = nearest_names(unknown[0], list(cells.exact_columns))
            return f"{one.of} has no column {unknown[0]!r}; nearest: {near}"
        # Of the nation there is but one.
        stated = {*one.by, *one.where, MEASURE} | ({LEVEL_CODE} if LEVEL in one.where else set())
        if apart := [name for name in table_contract.grain if name not in stated]:
            return (
                f"by: {', '.join(apart)} tells rows apart, so that a row is no sum of {one.of} by {', '.join(one.by)}"
            )
        if one.only_closed_years and YEAR not in one.by.values():
            return f"only_closed_years: by has no {YEAR}"
    return ""
