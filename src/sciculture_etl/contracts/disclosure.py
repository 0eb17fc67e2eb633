"""What a table contract says of the persons that its rows count: how few may not be shown, and what gives them away."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from pydantic import Field, model_validator

from sciculture_etl.contracts.yaml_files import BilingualText, Strict

DEFAULT_K = 3
# A column of a table in which something may be withheld, beside the symbols: whether something of the row is.
SUPPRESSED = "suppressed"
# The numbers of a long table: of measures that may be added up, and of those that may not.
VALUE, NOT_ADDITIVE = "value", "value_not_additive"
LEVEL, LEVEL_CODE = "region_level", "region_code"


def symbol_column(column: str) -> str:
    """The column that says why another is empty."""
    return f"{column}_status"


def _same_names(raw: object) -> object:
    return {name: name for name in raw} if isinstance(raw, list) else raw


class Sum(Strict):
    """Rows of a published table that are sums of the same cells.

    Attributes:
        of: the table of the model whose rows are added up.
        by: column of this table → column of ``of`` that it is equal to; a list where both have one name.
        where: column → value, of the rows of this table that are meant; none: all.
        cells: column → value, of the rows of ``of`` that are added up; none: all.
        levels: value of ``region_level`` → column of ``of`` that ``region_code`` is equal to there, empty for the
            nation. It stands for one sum a level.
        persons: columns that count persons, judged each, → column of ``of`` that is added up; in a long table,
            measures. A list where both have one name.
        along: what is withheld with them.
        only_closed_years: shown only once the year is closed; until then the symbol is ``…``. With ``levels``, the
            nation is shown all the same.
    """

    of: str
    by: dict[str, str]
    where: dict[str, str] = Field(default_factory=dict)
    cells: dict[str, str | bool] = Field(default_factory=dict)
    levels: dict[str, str | None] = Field(default_factory=dict)
    persons: dict[str, str]
    along: list[str] = Field(default_factory=list)
    only_closed_years: bool = False

    @model_validator(mode="before")
    @classmethod
    def _listed(cls, raw: object) -> object:
        if isinstance(raw, dict):
            return raw | {name: _same_names(raw[name]) for name in ("by", "persons") if name in raw}
        return raw

    @property
    def at_each_level(self) -> list[Sum]:
        """One sum for each level of the region; itself where there are none."""
        if not self.levels:
            return [self]
        found = []
        for level, column in self.levels.items():
            own: dict[str, object] = {"levels": {}, "where": self.where | {LEVEL: level}, "by": self.by}
            if column is None:
                own["only_closed_years"] = False
            else:
                own["by"] = self.by | {LEVEL_CODE: column}
            found.append(self.model_copy(update=own))
        return found


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

    @property
    def every_sum(self) -> list[Sum]:
        """The sums, those over levels as one for each."""
        return [each for one in self.sums for each in one.at_each_level]

    @property
    def added(self) -> list[str]:
        """Columns, or measures, that are withheld by a sum."""
        return list(dict.fromkeys(name for one in self.sums for name in (*one.persons, *one.along)))

    def withheld_columns(self, is_long: bool, columns: Collection[str]) -> list[str]:
        """The columns of numbers that may be withheld, in the order of the table."""
        if not is_long:
            named = {*self.added, *self.alone}
        else:
            of_alone = NOT_ADDITIVE if NOT_ADDITIVE in columns else VALUE
            named = {column for column, measures in ((VALUE, self.added), (of_alone, self.alone)) if measures}
        return [name for name in columns if name in named]

    def symbol_columns(self, is_long: bool, columns: Collection[str]) -> set[str]:
        """The columns that only what is shown has."""
        withheld = self.withheld_columns(is_long, columns)
        return {symbol_column(name) for name in withheld} | (
            {SUPPRESSED} if withheld and SUPPRESSED in columns else set()
        )

    def wrong_columns(self, is_long: bool, columns: Collection[str]) -> str:
        """Columns that are named and aren't there, in words; empty where all are."""
        named = set(self.at_most) | set(self.at_most.values())
        named |= set() if is_long else {*self.added, *self.alone, *self.exempt}
        named |= set(self._of_rows())
        unknown = sorted(named - set(columns))
        return f"no such column: {', '.join(unknown)}" if unknown else ""

    def _of_rows(self) -> Iterator[str]:
        for one in self.every_sum:
            yield from one.by
            yield from one.where
