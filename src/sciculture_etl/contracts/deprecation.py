"""What a table contract says of a column, or of the whole table, that is going to be removed."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from sciculture_etl.contracts.yaml_files import Strict

# One name may be written without brackets.
Names = Annotated[list[str], BeforeValidator(lambda value: [value] if isinstance(value, str) else value)]


class Deprecation(Strict):
    """``deprecated``: readers have until a day to turn to something else.

    Days, not versions: each warehouse counts the versions of its own releases.

    Attributes:
        since: the day from which it is announced.
        until: the day from which it may be removed; a release that lacks it earlier is refused.
        use: columns of the table, or tables, that take its place.
    """

    since: date
    until: date
    use: Names = Field(default_factory=list)

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Deprecation:
        if self.until <= self.since:
            raise ValueError("until: a day after since, up to which readers may go on using it")
        return self

    @property
    def used_instead(self) -> str:
        return ", ".join(self.use)

    @property
    def comment(self) -> str:
        """As a COMMENT says it, behind the description."""
        use = f", {self.used_instead}" if self.use else ""
        return f" 폐지 예정/deprecated {self.since:%Y-%m-%d}, ~{self.until:%Y-%m-%d}{use}"
