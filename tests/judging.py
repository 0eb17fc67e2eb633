"""One file through reading and validating, as the run does it, without a warehouse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl
from forms import SUBMITTER

from sciculture_etl.contracts import Contract, load_contracts
from sciculture_etl.intake import Reading, read_submission
from sciculture_etl.validate import TableCandidate, Validated, validate_tables

Place = tuple[str, int | None, str | None]


@dataclass
class Judged:
    """reading: what the file holds. outcomes: dataset → what was made of its rows."""

    reading: Reading
    outcomes: dict[str, Validated]

    @property
    def places(self) -> list[Place]:
        """Every finding as (code, row, cell), those on the file first."""
        whole: list[Place] = [(f.code, f.row, f.cell) for f in self.reading.findings]
        cells = [v.findings.select("code", "row", "cell").rows() for v in self.outcomes.values()]
        return whole + [place for rows in cells for place in rows]

    @property
    def codes(self) -> list[str]:
        return [code for code, _, _ in self.places]

    @property
    def finding(self) -> dict[str, Any]:
        """The only finding about a cell."""
        (row,) = [row for v in self.outcomes.values() for row in v.findings.to_dicts()]
        return dict(row)

    @property
    def errors(self) -> list[Place]:
        return [place for place in self.places if place[0].startswith(("E_", "R_"))]

    @property
    def accepted(self) -> pl.DataFrame:
        """Accepted rows of the file's only dataset."""
        (validated,) = self.outcomes.values()
        return validated.accepted

    def column(self, name: str) -> list[Any]:
        return self.accepted[name].to_list()

    @property
    def accounts(self) -> list[dict[str, int]]:
        kinds = ["read", "loaded", "quarantined", "left_out"]
        return [row for v in self.outcomes.values() for row in v.accounts.select(kinds).to_dicts()]

    @property
    def personal(self) -> bool:
        return "R_PII" in self.codes


def candidates_of(
    data: bytes, file_name: str = "실적.csv", submission: str = "s", contracts: dict[str, Contract] | None = None
) -> tuple[Reading, list[TableCandidate]]:
    reading = read_submission(data, contracts or load_contracts(), path=file_name)
    return reading, [
        TableCandidate(submission, n, SUBMITTER, file_name, t) for n, t in enumerate(reading.tables, start=1)
    ]


def judge(data: bytes, file_name: str = "실적.csv", contracts: dict[str, Contract] | None = None) -> Judged:
    """Reads and validates one file, with the shipped contracts or others."""
    contracts = contracts or load_contracts()
    reading, candidates = candidates_of(data, file_name, contracts=contracts)
    by_dataset: dict[str, list[TableCandidate]] = {}
    for candidate in candidates:
        by_dataset.setdefault(candidate.table.contract.dataset, []).append(candidate)
    return Judged(reading, {name: validate_tables(contracts[name], own) for name, own in by_dataset.items()})
