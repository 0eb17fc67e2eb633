"""The suite of a contract over many years: what may be, is asked once of all of them together.

The library takes longer over an expectation than the engine over its rows, and a backfill has hundreds of years.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import duckdb

from sciculture_etl.contracts import Expectation
from sciculture_etl.quality.evident import BY_ROW, CONDITIONS
from sciculture_etl.quality.suites import Suite, SuiteOutcome, preload, run_suites

# Rows that are wrong by themselves, or of which there are too many alike. In other queries a row of one year may hide
# what is wrong with another.
WRONG_ROWS = re.compile(
    r"\s*SELECT(?:(?!\bSELECT\b|\bOVER\b|\bHAVING\b|\bQUALIFY\b|\bLIMIT\b).)*"
    r"(?:HAVING\s+count\((?:(?!\bSELECT\b)[^()])*\)\s*>\s*\d+\s*)?",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True)
class YearlySuite:
    """A suite and the rows that it checks, year by year.

    Attributes:
        query: the SELECT whose rows are checked, with their ``program_year``.
        keys: as of ``Suite``.
    """

    dataset: str
    query: str
    years: Sequence[int]
    expectations: list[Expectation]
    keys: Sequence[str] = ()

    def of(self, year: int, expectations: list[Expectation]) -> Suite:
        return Suite(f"{self.dataset} {year}", f"{self.query} WHERE program_year = {year}", expectations, self.keys)


def can_be_asked_together(entry: Expectation) -> bool:
    """Whether what it expects holds of every year where it holds of all of them together.

    It does of what is judged row by row, or is looked for among rows that are alike.
    """
    if entry.type == "unexpected_rows_expectation":
        return bool(WRONG_ROWS.fullmatch(str(entry.kwargs["unexpected_rows_query"])))
    if entry.kwargs.get("mostly", 1) != 1 or entry.kwargs.get("row_condition"):
        return False
    if entry.type in CONDITIONS:
        return entry.type in BY_ROW
    preload()
    from great_expectations.expectations import expectation as kinds
    from great_expectations.expectations.registry import get_expectation_impl

    by_row = (kinds.ColumnMapExpectation, kinds.ColumnPairMapExpectation, kinds.MulticolumnMapExpectation)
    return issubclass(get_expectation_impl(entry.type), by_row)


def run_yearly_suites(
    connection: duckdb.DuckDBPyConnection, suites: Sequence[YearlySuite]
) -> dict[tuple[str, int], SuiteOutcome]:
    """Outcome of each dataset-year, as if its suite had been run on its rows alone.

    Raises:
        ContractError: For an expectation that doesn't exist.
    """
    together = {
        suite.dataset: [entry for entry in suite.expectations if len(suite.years) > 1 and can_be_asked_together(entry)]
        for suite in suites
    }
    first = run_suites(connection, [Suite(suite.dataset, suite.query, together[suite.dataset]) for suite in suites])
    held = {
        outcome.name: [entry for entry in together[outcome.name] if entry not in outcome.failed] for outcome in first
    }
    each = [
        suite.of(year, [entry for entry in suite.expectations if entry not in held[suite.dataset]])
        for suite in suites
        for year in suite.years
    ]
    counts = {suite.dataset: len(suite.expectations) for suite in suites}
    keys = [(suite.dataset, year) for suite in suites for year in suite.years]
    outcomes = zip(keys, run_suites(connection, each), strict=True)
    return {key: replace(outcome, checked=counts[key[0]]) for key, outcome in outcomes}
