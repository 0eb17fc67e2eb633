"""Which part of history a run is about."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import polars as pl

from sciculture_etl.contracts import load_contracts
from sciculture_etl.errors import UserError
from sciculture_etl.messages import message
from sciculture_etl.validate.cells import FIRST_YEAR

SCHEMA = {
    "first_year": pl.Int32(),
    "last_year": pl.Int32(),
    "datasets": pl.List(pl.String()),
    "submitters": pl.List(pl.String()),
}
YEARS = re.compile(r"(\d{4})(?:[:~-](\d{4}))?")


@dataclass(frozen=True)
class Scope:
    """Which part of history: program years, both ends included; no datasets or submitters named: all of them."""

    first_year: int
    last_year: int
    datasets: tuple[str, ...] = ()
    submitters: tuple[str, ...] = ()

    @classmethod
    def from_texts(cls, years: str, datasets: Iterable[str] = (), submitters: Iterable[str] = ()) -> Scope:
        """Build a scope from the arguments of the command.

        Args:
            years: ``2016:2020`` or ``2020``.

        Raises:
            UserError: For what are no years or no datasets of ours.
        """
        written = YEARS.fullmatch(years.strip())
        first, last = (int(written[1]), int(written[2] or written[1])) if written else (1, 0)
        if first > last or last < FIRST_YEAR or first > date.today().year + 1:
            raise UserError(message("years_invalid", years=years))
        if unknown := sorted(set(datasets) - load_contracts().keys()):
            raise UserError(message("datasets_unknown", unknown=", ".join(unknown), known=", ".join(load_contracts())))
        return cls(first, last, tuple(sorted(set(datasets))), tuple(sorted(set(submitters))))

    @property
    def frame(self) -> pl.DataFrame:
        """One row, as the rules read it."""
        return pl.DataFrame([(self.first_year, self.last_year, self.datasets, self.submitters)], SCHEMA, orient="row")

    def __str__(self) -> str:
        years = str(self.first_year) if self.first_year == self.last_year else f"{self.first_year}-{self.last_year}"
        return " ".join([years, *self.datasets, *self.submitters])


EVERYTHING = Scope(0, 9999)
