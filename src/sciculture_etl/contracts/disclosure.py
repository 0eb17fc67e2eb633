"""What a table contract says of the persons that its rows count: how few may not be shown, and what gives them away."""

from __future__ import annotations

from pydantic import Field, model_validator

from sciculture_etl.contracts.yaml_files import BilingualText, Strict

DEFAULT_K = 3


class Sum(Strict):
    """Rows of a published table that are sums of the same cells.

    Attributes:
        of: the table of the model whose rows are added up, a fact or a core table.
        by: column of this table → column of ``of`` that it is equal to; a list where both have one name.
        where: column → value, of the rows of this table that are meant; none: all.
        levels: value of ``region_level`` → column of ``of`` that ``region_code`` is equal to there, empty for the
            nation. It stands for one sum a level.
        persons: columns that count persons, judged each; in a long table, measures.
        along: what is withheld with them.
        only_closed_years: shown only once the year is closed; until then the mark is ``…``.
    """

    of: str
    by: dict[str, str]
    where: dict[str, str] = Field(default_factory=dict)
    levels: dict[str, str | None] = Field(default_factory=dict)
    persons: list[str]
    along: list[str] = Field(default_factory=list)
    only_closed_years: bool = False

    @model_validator(mode="before")
    @classmethod
    def _same_names(cls, raw: object) -> object:
        if isinstance(raw, dict) and isinstance(raw.get("by"), list):
            return raw | {"by": {name: name for name in raw["by"]}}
        return raw


class Disclosure(Strict):
    """``disclosure`` of a published table with a column of persons, and of the cells that such tables add up.

    Attributes:
        k: persons from 1 to k - 1 are never shown.
        sums: by them tables are linked that add up the same cells.
        alone: columns of persons that may not be added up; withheld where they are few, by themselves.
        exempt: column of persons → why it may be shown however few they are.
        at_most: of a table whose rows are added up: column → column that it never exceeds. What lies between the two
            are persons too, and judged.
    """

    k: int = Field(default=DEFAULT_K, ge=1)
    sums: list[Sum] = Field(default_factory=list)
    alone: list[str] = Field(default_factory=list)
    exempt: dict[str, BilingualText] = Field(default_factory=dict)
    at_most: dict[str, str] = Field(default_factory=dict)
