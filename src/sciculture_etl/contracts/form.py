"""The form that a contract asks for: its columns as an institution sees them, and the mark that says which form it was.

What writes the template and what reads it back both take the columns and the mark from here.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache

from sciculture_etl.contracts.contract import Contract
from sciculture_etl.contracts.field import ContractField
from sciculture_etl.settings import fingerprint

TOTAL = "total"
REQUIRED_SIGN = "*"
TEMPLATE_ID = re.compile(r"서식\s*[:：]\s*([a-z][a-z0-9_]*)-(20\d{2})-([0-9a-f]{8})(?![0-9a-f])")
STARTS = re.compile(r"^시작")


@dataclass(frozen=True)
class FormColumn:
    """One column of the form.

    Attributes:
        name: a spelling of its contract.
        code: of a wide table, the code whose numbers stand in the column, or ``TOTAL`` for their sum; ``field`` is then
            the measure.
    """

    field: ContractField
    name: str
    required: bool
    code: str | None = None

    @property
    def unit(self) -> str | None:
        return self.field.unit if self.field.is_measure else None

    @property
    def header(self) -> str:
        """The header cell: ``운영횟수(회)*``."""
        return f"{self.name}{f'({self.unit})' if self.unit else ''}{REQUIRED_SIGN if self.required else ''}"

    @property
    def offered(self) -> dict[str, str]:
        """Code → the word offered for it, Korean before others."""
        return {code: (spellings or [code])[0] for code, spellings in self.field.values.items()}


@lru_cache(maxsize=64)
def form_columns(contract: Contract) -> tuple[FormColumn, ...]:
    """The columns of the form from left to right. A table that may be wide is asked for wide."""
    columns: list[FormColumn] = []
    wide = contract.unpivot
    for name, fld in contract.fields.items():
        if not fld.asked or (wide and name == wide.measure):
            continue
        if wide and name == wide.into:
            measure = contract.fields[wide.measure]
            spelled = {**wide.columns, **({TOTAL: wide.total} if wide.total else {})}
            columns += [FormColumn(measure, words[0], False, code) for code, words in spelled.items()]
        else:
            columns.append(FormColumn(fld, _name(fld), _is_required(contract, fld)))
    return tuple(columns)


def _name(fld: ContractField) -> str:
    """The header, but for the start of a period: its column holds no more than the first day here."""
    starts = [spelling for spelling in fld.spellings if STARTS.match(spelling)]
    return starts[0] if fld.period == "start" and starts else fld.header


def _is_required(contract: Contract, fld: ContractField) -> bool:
    """What a contract requires, and what it can do without only where no column asks for it.

    The part of the year, the scale of a score, the places above a required one.
    """
    narrower = contract.region_fields[contract.region_fields.index(fld) :] if fld.type == "region" else []
    return (
        fld.required
        or (fld.type == "term" and fld.default is not None)
        or any(other.scale == fld.name for other in contract.fields.values())
        or any(other.required for other in narrower)
    )


@lru_cache(maxsize=64)
def form_version(contract: Contract) -> str:
    """8 hex digits that change when, and only when, the form asks for something else.

    Not with messages, aliases, row rules or suites.
    """
    asked = [
        [column.header, fld.type, column.offered, fld.between, fld.pattern, fld.per_year, fld.level, column.code]
        for column in form_columns(contract)
        for fld in [column.field]
    ]
    return fingerprint(json.dumps(asked, ensure_ascii=False))[:8]


@dataclass(frozen=True)
class TemplateId:
    """Which form a file was made from."""

    dataset: str
    year: int
    version: str

    def __str__(self) -> str:
        return f"서식: {self.dataset}-{self.year}-{self.version}"

    def is_form_of(self, contract: Contract, year: int | None = None) -> bool:
        """Whether the form was the contract's as it is now, and for that year."""
        own = TemplateId(contract.dataset, year or self.year, form_version(contract))
        return self == own

    @classmethod
    def of(cls, contract: Contract, year: int) -> TemplateId:
        return cls(contract.dataset, year, form_version(contract))

    @classmethod
    def found_in(cls, text: str) -> TemplateId | None:
        found = TEMPLATE_ID.search(text)
        return cls(found[1], int(found[2]), found[3]) if found else None
