"""The contracts of ``expectations/submissions/`` and the promises of ``expectations/curated/`` as one typed model."""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from sciculture_etl.settings import EXPECTATIONS, UserMistake, fingerprint

FieldType = Literal["text", "count", "money", "number", "enum", "term", "date", "region"]
RegionLevel = Literal["sido", "sigungu", "eupmyeondong"]
MEASURE_TYPES = ("count", "money", "number")
REGION_COLUMNS = {
    "sido_code": "VARCHAR",
    "sigungu_code": "VARCHAR",
    "general_gu_code": "VARCHAR",
    "eupmyeondong_code": "VARCHAR",
    "region_code": "VARCHAR",
}
DUCKDB_TYPES = {
    "text": "VARCHAR", "count": "BIGINT", "money": "BIGINT", "number": "DOUBLE", "enum": "VARCHAR",
    "term": "TINYINT", "date": "DATE", "region": "VARCHAR",
}  # fmt: skip


class ContractError(UserMistake):
    """A file under ``expectations/`` that doesn't hold together; the message names file and key."""


def _as_texts(value: Any) -> Any:
    # YAML reads unquoted 12 or 1.5 as numbers; in a list of spellings they are texts all the same.
    return [str(item) for item in value] if isinstance(value, list) else value


Texts = Annotated[list[str], BeforeValidator(_as_texts)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, ignored_types=(cached_property,))


class Words(Strict):
    """The same words in Korean and English."""

    ko: str
    en: str


class Expectation(Strict):
    """One Great Expectations expectation: its type and arguments in that library's own vocabulary."""

    type: str
    kwargs: dict[str, Any] = Field(default_factory=dict)
    severity: Literal["error", "warning"] = "error"


class Due(Strict):
    cadence: Literal["term", "monthly", "quarterly", "half_yearly", "yearly", "event"]
    month: int | None = None
    day: int | None = None


class ContractField(Strict):
    """A column of a submission, in the words of the people who fill it in."""

    name: str = ""
    header: str
    aliases: Texts = Field(default_factory=list)
    type: FieldType
    level: RegionLevel | None = None
    unit: str | None = None
    unit_aliases: Texts = Field(default_factory=list)
    required: bool = False
    default: int | str | None = None
    between: tuple[float, float] | None = None
    pattern: str | None = None
    values: dict[str, Texts] = Field(default_factory=dict)
    description: Words

    @model_validator(mode="after")
    def _fits_its_type(self) -> ContractField:
        if (self.type == "enum") != bool(self.values):
            raise ValueError("values: an enum needs its values, any other type has none")
        if (self.type == "region") != bool(self.level):
            raise ValueError("level: a region field needs sido, sigungu or eupmyeondong; any other type has none")
        if self.type in ("count", "money") and not self.unit:
            raise ValueError("unit: a count or money field needs its unit")
        if self.pattern:
            re.compile(self.pattern)
        return self

    @property
    def is_measure(self) -> bool:
        return self.type in MEASURE_TYPES

    @property
    def spellings(self) -> list[str]:
        return [self.header, *self.aliases]


class RowRule(Strict):
    """A condition over typed columns of one row, in SQL. A NULL outcome passes: a missing value can't contradict."""

    field: str
    code: str
    must: str
    when: str | None = None
    severity: Literal["error", "warning"] = "error"
    expected: Words


class Contract(Strict):
    """What one kind of submission must hold: ``expectations/submissions/<dataset>.yml``."""

    dataset: str
    title: Words
    program: str
    submitter: str
    due: Due
    partition: list[Literal["program_year", "term"]]
    grain: list[str]
    fields: dict[str, ContractField]
    row_rules: list[RowRule] = Field(default_factory=list)
    unique: list[list[str]] = Field(default_factory=list)
    suite: list[Expectation]
    fingerprint: str = ""

    @model_validator(mode="before")
    @classmethod
    def _name_fields(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("fields"), dict):
            named = {
                name: {**body, "name": name} if isinstance(body, dict) else body
                for name, body in data["fields"].items()
            }
            return {**data, "fields": named}
        return data

    @model_validator(mode="after")
    def _refers_to_its_own_columns(self) -> Contract:
        known = set(self.columns) | {"program_year"}
        for key, names in [("grain", self.grain), *((f"unique.{i}", names) for i, names in enumerate(self.unique))]:
            if unknown := [name for name in names if name not in known]:
                raise ValueError(f"{key}: no such column: {', '.join(unknown)}")
        for index, rule in enumerate(self.row_rules):
            if rule.field not in self.fields:
                raise ValueError(f"row_rules.{index}.field: no such field: {rule.field}")
        if "term" in self.partition and "term" not in self.fields:
            raise ValueError("partition: term is no field of this contract")
        return self

    def __hash__(self) -> int:
        return hash((self.dataset, self.fingerprint))

    @cached_property
    def region_fields(self) -> list[ContractField]:
        """Region fields from the widest to the deepest."""
        order = ["sido", "sigungu", "eupmyeondong"]
        found = [field for field in self.fields.values() if field.type == "region"]
        return sorted(found, key=lambda field: order.index(field.level or "sido"))

    @cached_property
    def columns(self) -> dict[str, str]:
        """Typed columns of an accepted row (without the envelope) with their DuckDB types."""
        typed = {name: DUCKDB_TYPES[field.type] for name, field in self.fields.items()}
        return typed | (REGION_COLUMNS if self.region_fields else {})

    @cached_property
    def measures(self) -> list[str]:
        return [name for name, field in self.fields.items() if field.is_measure]


class PromiseColumn(Strict):
    type: str
    unit: str | None = None
    additive: bool | None = None
    description: Words


class Promise(Strict):
    """What one modelled table promises: ``expectations/curated/<table>.yml``. It becomes COMMENT ON in the database.

    audience: public (in ``sciculture.duckdb``), operator (in ``operations.duckdb``), internal (build database only).
    by_submission: every row comes from one submission alone (its ``submission_id``) and from tables that say what names
    mean; so when only some submissions change, only their rows are made again.
    """

    table: str
    audience: Literal["public", "operator", "internal"]
    description: Words
    grain: list[str]
    by_submission: bool = False
    columns: dict[str, PromiseColumn]
    suite: list[Expectation] = Field(default_factory=list)

    @model_validator(mode="after")
    def _grain_is_promised(self) -> Promise:
        if unknown := [name for name in self.grain if name not in self.columns]:
            raise ValueError(f"grain: no such column: {', '.join(unknown)}")
        if self.by_submission and "submission_id" not in self.columns:
            raise ValueError("by_submission: the table has no column submission_id")
        return self


def _read_yaml(path: Path) -> Any:
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" line {mark.line + 1}" if mark else ""
        raise ContractError(f"{_shown(path)}:{place} not valid YAML: {getattr(error, 'problem', error)}") from None


class _SafeLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The C loader where it exists; a key written twice is an error, not the last one silently."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=deep)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} stands twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep=deep)  # type: ignore[no-any-return]


def _shown(path: Path) -> str:
    return "/".join(path.parts[-3:])


def _explain(path: Path, error: ValidationError) -> ContractError:
    lines = []
    for item in error.errors():
        key = ".".join(str(part) for part in item["loc"]) or "(whole file)"
        lines.append(f"{_shown(path)}: {key}: {item['msg'].removeprefix('Value error, ')}")
    return ContractError("\n".join(lines))


def read_contract(path: Path) -> Contract:
    """One contract. Raises ContractError naming file and key."""
    data = _read_yaml(path)
    try:
        contract = Contract.model_validate(data)
    except ValidationError as error:
        raise _explain(path, error) from None
    if contract.dataset != path.stem:
        raise ContractError(f"{_shown(path)}: dataset: {contract.dataset!r} must be the file's name, {path.stem!r}")
    return contract.model_copy(update={"fingerprint": fingerprint(path.read_bytes())})


def read_promise(path: Path) -> Promise:
    """One promise. Raises ContractError naming file and key."""
    try:
        promise = Promise.model_validate(_read_yaml(path))
    except ValidationError as error:
        raise _explain(path, error) from None
    if promise.table != path.stem:
        raise ContractError(f"{_shown(path)}: table: {promise.table!r} must be the file's name, {path.stem!r}")
    return promise


@lru_cache
def load_contracts(folder: Path = EXPECTATIONS / "submissions") -> dict[str, Contract]:
    """All contracts by dataset name."""
    return {path.stem: read_contract(path) for path in sorted(folder.glob("*.yml"))}


@lru_cache
def load_promises(folder: Path = EXPECTATIONS / "curated") -> dict[str, Promise]:
    """All promises by table name."""
    return {path.stem: read_promise(path) for path in sorted(folder.glob("*.yml"))}
