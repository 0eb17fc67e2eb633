"""One column of a submission, in the words of the people who fill it in."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from sciculture_etl.contracts.yaml_files import BilingualText, Strict, Texts
from sciculture_etl.project import SQL, Folder

FieldType = Literal[
    "text", "list", "count", "money", "number", "score", "ordinal", "enum", "term", "date", "region"
]  # fmt: skip
RegionLevel = Literal["sido", "sigungu", "eupmyeondong"]
MEASURE_TYPES = ("count", "money", "number", "score")
DUCKDB_TYPES = {
    "text": "VARCHAR", "list": "VARCHAR[]", "count": "BIGINT", "money": "BIGINT", "number": "DOUBLE",
    "score": "DOUBLE", "ordinal": "SMALLINT", "enum": "VARCHAR", "term": "TINYINT", "date": "DATE",
    "region": "VARCHAR",
}  # fmt: skip
# What a word of the contract may be said of.
ONLY_FOR = {
    "values": ("enum",), "values_from": ("enum",), "level": ("region",), "from_field": ("region",),
    "scale": ("score",), "period": ("date",), "month": ("date",), "per_year": ("term",), "from_date": ("term",),
    "said": ("term", "date", "enum"), "refers_to": ("text",), "pattern": ("text", "enum"),
}  # fmt: skip


class ContractField(Strict):
    """A column of a submission.

    period: start and end of a pair of dates; the column of the start may hold both. month: a date may be told by its
    month alone, and which day of it is then meant. per_year, from_date: how many terms a year has; the date that says
    which. said: title or sheet (of a term and an enum, the file name too) may say it. scale: the enum field that says
    on what scale a score is given. values_from: the CSV in ``sql/reference`` that lists the codes. from_field: the
    field that tells the place where a table has no column for it. refers_to: the register that must know the name.
    asked: whether the form has a column for it; not where others ask the same.
    """

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
    values_from: str | None = None
    scale: str | None = None
    period: Literal["start", "end"] | None = None
    per_year: Literal[2, 4, 12] | None = None
    said: bool = False
    from_date: str | None = None
    from_field: str | None = None
    month: Literal["first_day", "last_day"] | None = None
    refers_to: Literal["institution"] | None = None
    asked: bool = True
    description: BilingualText

    @model_validator(mode="after")
    def _fits_its_type(self) -> ContractField:
        if self.type == "enum" and not self.values:
            raise ValueError("values: an enum needs its values, or values_from")
        if self.type == "region" and not self.level:
            raise ValueError("level: a region field needs sido, sigungu or eupmyeondong")
        for word, types in ONLY_FOR.items():
            if getattr(self, word) and self.type not in types:
                raise ValueError(
                    f"{word}: only for {' and '.join(types)}, this is {self.type}; any other type has none"
                )
        if self.type in ("count", "money") and not self.unit:
            raise ValueError("unit: a count or money field needs its unit")
        if self.pattern:
            re.compile(self.pattern)
        if self.between and self.between[0] > self.between[1]:
            raise ValueError("between: the lower bound comes first")
        spelled: dict[str, str] = {}
        for code, spellings in self.values.items():
            for spelling in spellings:
                if spelled.setdefault(spelling, code) != code:
                    raise ValueError(f"values: {spelling!r} is a spelling of both {spelled[spelling]} and {code}")
        return self

    @property
    def is_measure(self) -> bool:
        return self.type in MEASURE_TYPES

    @property
    def spellings(self) -> list[str]:
        return [self.header, *self.aliases]

    @property
    def terms(self) -> int:
        """Terms of a year: 4 unless said otherwise."""
        return self.per_year or 4


def reference_path(name: str, folder: Folder = SQL) -> Path:
    return folder / f"reference/{name}.csv"


def read_codes(path: Path) -> dict[str, list[str]]:
    """Codes of a reference list with their spellings: first column the code; name_ko, name_en, aliases (by ;)."""
    codes: dict[str, list[str]] = {}
    with path.open(encoding="utf-8", newline="") as source:
        for line in csv.DictReader(source):
            code = next(iter(line.values()))
            spellings = [line.get("name_ko"), line.get("name_en"), *(line.get("aliases") or "").split(";")]
            codes[code] = [text.strip() for text in spellings if text and text.strip()]
    return codes
