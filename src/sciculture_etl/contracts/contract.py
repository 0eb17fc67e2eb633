"""What one kind of submission must hold: ``expectations/submissions/<dataset>.yml``."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

import polars as pl
from pydantic import Field, ValidationError, model_validator

from sciculture_etl.contracts.correction import Correction, read_correction
from sciculture_etl.contracts.expectation import Expectation, wrong_columns
from sciculture_etl.contracts.field import DUCKDB_TYPES, ContractField, read_codes, reference_path
from sciculture_etl.contracts.yaml_files import BilingualText, Strict, Texts, explain, read_yaml, shown
from sciculture_etl.errors import ContractError
from sciculture_etl.findings import catalogue
from sciculture_etl.project import EXPECTATIONS, Folder, files_of
from sciculture_etl.settings import fingerprint

# What a suite sees of a row besides what the contract says: where it comes from.
PLACE_OF_A_ROW = ("submission_id", "part", "source_row", "submitter", "partition_key")
REGION_COLUMNS = {
    "sido_code": "VARCHAR",
    "sigungu_code": "VARCHAR",
    "general_gu_code": "VARCHAR",
    "eupmyeondong_code": "VARCHAR",
    "region_code": "VARCHAR",
}


PERIODS = {"yearly": 1, "half_yearly": 2, "quarterly": 4, "term": 4, "monthly": 12, "event": 1}


class Due(Strict):
    """When a submission is due: a report of the whole year on the day and month named of the year after.

    One of a part of the year on the day named of the month after it ends (or its last); one of an event on no day.
    remind: days from the due day on which an institution that hasn't reported is reminded, before it below 0.
    """

    cadence: Literal["term", "monthly", "quarterly", "half_yearly", "yearly", "event"]
    month: int = Field(1, ge=1, le=12)
    day: int = Field(15, ge=1, le=31)
    remind: list[int] = Field(default=[-7, 0, 7, 14, 30])

    @model_validator(mode="after")
    def _reminds_in_order(self) -> Due:
        if self.remind != sorted(set(self.remind)):
            raise ValueError("remind: days from the due day, each once, the earliest first")
        return self

    @property
    def periods(self) -> list[int]:
        """Numbers of the periods of a year; 0 alone where it is reported as a whole."""
        count = PERIODS[self.cadence]
        return list(range(1, count + 1)) if count > 1 else [0]

    def ends_on(self, program_year: int, period: int) -> date:
        """The last day of a period."""
        month = 12 if period == 0 else period * 12 // PERIODS[self.cadence]
        return date(program_year, month, monthrange(program_year, month)[1])

    def due_on(self, program_year: int, period: int) -> date | None:
        """The last day on which its report is in time; None for events."""
        if self.cadence == "event":
            return None
        first = date(program_year + 1, self.month, 1)
        if period:
            first = self.ends_on(program_year, period) + timedelta(days=1)
        return first.replace(day=min(self.day, monthrange(first.year, first.month)[1]))

    def last_due_on(self, program_year: int) -> date:
        """The day on which the last report of a year is due; of events, which are due on no day, the year's last."""
        last = self.periods[-1]
        return self.due_on(program_year, last) or self.ends_on(program_year, 0)


class Unpivot(Strict):
    """A wide table of which each row tells several: one column a code of ``into``, each holding the ``measure``.

    Attributes:
        total: the column whose number must be their sum.
    """

    into: str
    measure: str
    columns: dict[str, Texts]
    total: Texts = Field(default_factory=list)


class RowRule(Strict):
    """A condition over typed columns of one row, in SQL. A NULL outcome passes: a missing value can't contradict."""

    field: str
    code: str
    must: str
    when: str | None = None
    severity: Literal["error", "warning"] = "error"
    expected: BilingualText


class Contract(Strict):
    """What one kind of submission must hold: ``expectations/submissions/<dataset>.yml``.

    partition: what a newer submission replaces as a whole, program_year first. year_from: the date whose year is the
    program year where the file has no column for it. year_on_year: measures whose yearly sums are held against those of
    the year before; all counts and money unless said. guard: of those, by how much a newer version may lower the sum of
    what it replaces before somebody has to approve it. corrections: those of ``expectations/corrections`` that concern
    it; they and its own text make its fingerprint.
    """

    dataset: str
    title: BilingualText
    program: str | None = None
    submitter: str
    due: Due
    partition: list[str]
    grain: list[str]
    year_from: str | None = None
    fields: dict[str, ContractField]
    unpivot: Unpivot | None = None
    year_on_year: list[str] | None = None
    guard: dict[str, Annotated[float, Field(gt=0)]] = Field(default_factory=dict)
    row_rules: list[RowRule] = Field(default_factory=list)
    unique: list[list[str]] = Field(default_factory=list)
    suite: list[Expectation]
    corrections: list[Correction] = Field(default_factory=list)
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
        known = {"program_year", *self.columns}
        lists = [("grain", self.grain), ("partition", self.partition), ("year_on_year", self.compared)]
        for key, names in [*lists, *((f"unique.{i}", names) for i, names in enumerate(self.unique))]:
            if unknown := [name for name in names if name not in known]:
                raise ValueError(f"{key}: no such column: {', '.join(unknown)}")
        if unknown := [name for name in self.guard if name not in self.compared]:
            raise ValueError(f"guard: not among the measures compared: {', '.join(unknown)}")
        if wrong := wrong_columns(self.suite, [*known, *PLACE_OF_A_ROW]):
            raise ValueError(wrong)
        if self.partition[:1] != ["program_year"]:
            raise ValueError("partition: program_year comes first")
        if self.program and self.program not in read_codes(reference_path("program")):
            raise ValueError(f"program: {self.program!r} stands in no line of sql/reference/program.csv")
        for index, rule in enumerate(self.row_rules):
            code = rule.code if rule.severity == "error" else rule.code.replace("E_", "W_", 1)
            if code not in catalogue():
                raise ValueError(f"row_rules.{index}.code: no such code in expectations/findings.yml: {code}")
            if rule.field not in self.fields:
                raise ValueError(f"row_rules.{index}.field: no such field: {rule.field}")
            for word, condition in (("must", rule.must), ("when", rule.when)):
                if wrong := _wrong_condition(condition, known):
                    raise ValueError(f"row_rules.{index}.{word}: {wrong}")
        for key, name, kind in self._named():
            if name not in self.fields or self.fields[name].type != kind:
                raise ValueError(f"{key}: no such {kind} field: {name}")
        spelled: dict[str, str] = {}
        for name, fld in self.fields.items():
            for spelling in fld.spellings:
                if spelled.setdefault(spelling, name) != name:
                    raise ValueError(f"fields.{name}: {spelling!r} is already a spelling of {spelled[spelling]}")
        bounds = sorted(fld.period for fld in self.fields.values() if fld.period)
        if bounds not in ([], ["end", "start"]):
            raise ValueError("period: one field is its start and one its end")
        return self

    def _named(self) -> list[tuple[str, str, str]]:
        """Where the contract names a field of its own, and of which type that must be."""
        found = [("year_from", self.year_from, "date")]
        for name, fld in self.fields.items():
            found += [(f"fields.{name}.scale", fld.scale, "enum"), (f"fields.{name}.from_date", fld.from_date, "date")]
            found.append((f"fields.{name}.from_field", fld.from_field, "text"))
        if self.unpivot:
            found += [("unpivot.into", self.unpivot.into, "enum"), ("unpivot.measure", self.unpivot.measure, "count")]
        return [(key, name, kind) for key, name, kind in found if name]

    def __hash__(self) -> int:
        return hash((self.dataset, self.fingerprint))

    @cached_property
    def region_fields(self) -> list[ContractField]:
        """Region fields from the widest to the deepest."""
        order = ["sido", "sigungu", "eupmyeondong"]
        found = [field for field in self.fields.values() if field.type == "region"]
        return sorted(found, key=lambda field: order.index(field.level or "sido"))

    @cached_property
    def period(self) -> tuple[ContractField, ContractField] | None:
        """The fields of start and end where the contract has a period."""
        bounds = {fld.period: fld for fld in self.fields.values() if fld.period}
        return (bounds["start"], bounds["end"]) if bounds else None

    @cached_property
    def columns(self) -> dict[str, str]:
        """Typed columns of an accepted row (without the envelope) with their DuckDB types."""
        typed = {name: DUCKDB_TYPES[field.type] for name, field in self.fields.items()}
        return typed | (REGION_COLUMNS if self.region_fields else {})

    @property
    def compared(self) -> list[str]:
        """Measures whose yearly sums are compared."""
        if self.year_on_year is not None:
            return self.year_on_year
        return [name for name in self.measures if self.fields[name].type in ("count", "money")]

    @cached_property
    def measures(self) -> list[str]:
        return [name for name, field in self.fields.items() if field.is_measure]


def _wrong_condition(condition: str | None, known: set[str]) -> str | None:
    if condition is None:
        return None
    try:
        names = pl.sql_expr(condition).meta.root_names()
    except pl.exceptions.PolarsError as error:
        return f"not a condition: {str(error).splitlines()[0]}"
    unknown = [name for name in names if name not in known]
    return f"no such column: {', '.join(unknown)}" if unknown else None


def _with_codes(path: Path, data: Any) -> tuple[Any, list[bytes]]:
    """The contract with the codes of its reference lists filled in, and the bytes of those lists."""
    fields = data.get("fields") if isinstance(data, dict) else None
    if not isinstance(fields, dict):
        return data, []
    filled, lists = {}, []
    for name, body in fields.items():
        if isinstance(body, dict) and body.get("values_from"):
            source = reference_path(str(body["values_from"]))
            if not source.exists():
                raise ContractError(f"{shown(path)}: fields.{name}.values_from: no such list: {shown(source)}")
            body = {**body, "values": read_codes(source)}
            lists.append(source.read_bytes())
        filled[name] = body
    return {**data, "fields": filled}, lists


def read_contract(path: Path) -> Contract:
    """One contract.

    Raises:
        ContractError: Naming file and key.
    """
    data, lists = _with_codes(path, read_yaml(path))
    try:
        contract = Contract.model_validate(data)
    except ValidationError as error:
        raise explain(path, error) from None
    if contract.dataset != path.stem:
        raise ContractError(f"{shown(path)}: dataset: {contract.dataset!r} must be the file's name, {path.stem!r}")
    return contract.model_copy(update={"fingerprint": fingerprint(path.read_bytes(), *lists)})


@lru_cache
def load_contracts(folder: Folder = EXPECTATIONS) -> dict[str, Contract]:
    """All contracts by dataset name, each with its corrections.

    Args:
        folder: holds ``submissions`` and ``corrections``.
    """
    contracts = {path.stem: read_contract(path) for path in files_of(folder, "submissions/*.yml")}
    fields = {dataset: ["program_year", *contract.fields] for dataset, contract in contracts.items()}
    for path in files_of(folder, "corrections/*.yml"):
        correction = read_correction(path, fields)
        contract = contracts[correction.dataset]
        changed = {
            "corrections": [*contract.corrections, correction],
            "fingerprint": fingerprint(contract.fingerprint, correction.model_dump_json()),
        }
        contracts[correction.dataset] = contract.model_copy(update=changed)
    return contracts
